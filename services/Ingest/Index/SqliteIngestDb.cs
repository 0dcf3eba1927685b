using MedCloud.Hosting;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;

namespace MedCloud.Ingest.Index;

/// <summary>Ingest's database in the embedded mode.</summary>
public sealed class SqliteIngestDb(DbContextOptions<SqliteIngestDb> options) : IngestDb(options)
{
    // SQLITE_CONSTRAINT_UNIQUE and SQLITE_CONSTRAINT_PRIMARYKEY, https://www.sqlite.org/rescode.html
    private const int ConstraintUnique = 2067;
    private const int ConstraintPrimaryKey = 1555;

    /// <summary>One transaction writes at a time: nothing needs a lock.</summary>
    public override string KeepStudy => "";

    /// <inheritdoc/>
    public override IQueryable<T> Taking<T>(IQueryable<T> rows) => rows;

    /// <summary>True: there is one process.</summary>
    public override Task<bool> TryLockAsync(long key) => Task.FromResult(true);

    /// <inheritdoc/>
    public override bool IsLostRace(Exception exception) =>
        (exception as SqliteException ?? exception.InnerException as SqliteException)?.SqliteExtendedErrorCode is ConstraintUnique or ConstraintPrimaryKey;
}

/// <summary>For <c>dotnet ef</c> only.</summary>
internal sealed class SqliteIngestDbDesign : IDesignTimeDbContextFactory<SqliteIngestDb>
{
    public SqliteIngestDb CreateDbContext(string[] args) =>
        new((DbContextOptions<SqliteIngestDb>)new DbContextOptionsBuilder<SqliteIngestDb>().UseSqliteFile("design.db").Options);
}
