using System.Data;
using MedCloud.Hosting;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace MedCloud.Results.Database;

/// <summary>The database of a cluster: several processes record and read at once.</summary>
internal sealed class PostgresResultsDb(DbContextOptions<PostgresResultsDb> options) : ResultsDb(options)
{
    // Any number that nothing else in this database locks.
    private const long Recording = 0x4D65_6443_6C6F_7564;

    public override async Task<IDbContextTransaction> BeginSnapshotAsync(CancellationToken cancellationToken)
    {
        var transaction = await Database.BeginTransactionAsync(IsolationLevel.RepeatableRead, cancellationToken);
        await Database.ExecuteSqlRawAsync("SET TRANSACTION READ ONLY", cancellationToken);
        return transaction;
    }

    // One lock for all: an instance that moves touches the counts of two studies, and a batch touches many, so that finer locks would exclude little else. A batch
    // holds it for one commit of up to 64 events. READ COMMITTED: each query after the lock sees what its last holder committed.
    public override async Task<IDbContextTransaction> BeginRecordingAsync(CancellationToken cancellationToken)
    {
        var transaction = await Database.BeginTransactionAsync(IsolationLevel.ReadCommitted, cancellationToken);
        await Database.ExecuteSqlAsync($"SELECT pg_advisory_xact_lock({Recording})", cancellationToken);
        return transaction;
    }

    public override bool IsLostRace(Exception exception) => PostgresDatabase.IsLostRace(exception);

    // Strings compare and sort byte for byte, as SQLite's do. PostgreSQL's hold no NUL, which a damaged header may.
    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder) =>
        configurationBuilder.Properties<string>().UseCollation("C").HaveConversion<WithoutNul>();

    private sealed class WithoutNul() : ValueConverter<string, string>(text => text.Replace("\0", "", StringComparison.Ordinal), text => text);
}

/// <summary>Used by <c>dotnet ef migrations</c> only.</summary>
internal sealed class PostgresResultsDbFactory : IDesignTimeDbContextFactory<PostgresResultsDb>
{
    public PostgresResultsDb CreateDbContext(string[] args)
    {
        var options = new DbContextOptionsBuilder<PostgresResultsDb>();
        options.UsePostgres("Host=127.0.0.1");
        return new PostgresResultsDb(options.Options);
    }
}
