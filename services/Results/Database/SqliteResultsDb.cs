using System.Data;
using MedCloud.Hosting;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace MedCloud.Results.Database;

/// <summary>The embedded database.</summary>
internal sealed class SqliteResultsDb(DbContextOptions<SqliteResultsDb> options) : ResultsDb(options)
{
    // The level that Microsoft.Data.Sqlite begins with BEGIN instead of BEGIN IMMEDIATE: in WAL mode a snapshot from the
    // first read on. Uncommitted rows are visible only among connections of a shared cache, which is not used.
    public override Task<IDbContextTransaction> BeginSnapshotAsync(CancellationToken cancellationToken) =>
        Database.BeginTransactionAsync(IsolationLevel.ReadUncommitted, cancellationToken);

    // BEGIN IMMEDIATE: the one writer.
    public override Task<IDbContextTransaction> BeginRecordingAsync(CancellationToken cancellationToken) => Database.BeginTransactionAsync(cancellationToken);

    // One process records, one batch at a time.
    public override bool IsLostRace(Exception exception) => false;

    // SQLite has no type for times: ticks compare and sort exactly.
    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder) =>
        configurationBuilder.Properties<DateTime>().HaveConversion<UtcTicks>();

    private sealed class UtcTicks() : ValueConverter<DateTime, long>(time => time.Ticks, ticks => new DateTime(ticks, DateTimeKind.Utc));
}

/// <summary>Used by <c>dotnet ef migrations</c> only.</summary>
internal sealed class SqliteResultsDbFactory : IDesignTimeDbContextFactory<SqliteResultsDb>
{
    public SqliteResultsDb CreateDbContext(string[] args)
    {
        var options = new DbContextOptionsBuilder<SqliteResultsDb>();
        options.UseSqliteFile("design-time.db");
        return new SqliteResultsDb(options.Options);
    }
}
