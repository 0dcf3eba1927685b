using System.Data.Common;
using MedCloud.Hosting;
using MedCloud.Ingest.Ledger;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace MedCloud.Ingest.Index;

/// <summary>Ingest's database in a cluster: several processes write at once.</summary>
public sealed class PostgresIngestDb(DbContextOptions<PostgresIngestDb> options) : IngestDb(options)
{
    private const string TakingTag = "for update skip locked";

    /// <inheritdoc/>
    public override string KeepStudy => " FOR SHARE OF study";

    /// <inheritdoc/>
    public override bool IsLostRace(Exception exception) => PostgresDatabase.IsLostRace(exception);

    /// <inheritdoc/>
    public override IQueryable<T> Taking<T>(IQueryable<T> rows) => rows.TagWith(TakingTag);

    /// <inheritdoc/>
    public override Task<bool> TryLockAsync(long key) => Database.SqlQuery<bool>($"""SELECT pg_try_advisory_xact_lock({key}) AS "Value" """).SingleAsync();

    /// <summary>Strings compare and sort byte for byte, as SQLite's do.</summary>
    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        base.ConfigureConventions(configurationBuilder);
        configurationBuilder.Properties<string>().UseCollation("C");
    }

    /// <inheritdoc/>
    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        base.OnModelCreating(modelBuilder);
        // For the question how far workers have come, which decides what is lost.
        modelBuilder.Entity<RequestRow>().HasIndex(row => new { row.ModelName, row.Stat, row.SentAt }).HasFilter("\"State\" = 4");
    }

    /// <summary>EF has no locking clause: it is put at the end of the queries that are marked.</summary>
    internal sealed class LockingClause : DbCommandInterceptor
    {
        public static readonly LockingClause Instance = new();

        public override ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(
            DbCommand command, CommandEventData eventData, InterceptionResult<DbDataReader> result, CancellationToken cancellationToken = default)
        {
            if (command.CommandText.StartsWith("-- " + TakingTag, StringComparison.Ordinal))
                command.CommandText += "\nFOR UPDATE SKIP LOCKED";
            return ValueTask.FromResult(result);
        }
    }
}

/// <summary>For <c>dotnet ef</c> only.</summary>
internal sealed class PostgresIngestDbDesign : IDesignTimeDbContextFactory<PostgresIngestDb>
{
    public PostgresIngestDb CreateDbContext(string[] args) =>
        new((DbContextOptions<PostgresIngestDb>)new DbContextOptionsBuilder<PostgresIngestDb>().UsePostgres("Host=127.0.0.1").Options);
}
