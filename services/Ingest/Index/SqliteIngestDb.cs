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

    /// <inheritdoc/>
    public override bool IsUniqueViolation(Exception exception) =>
        (exception as SqliteException ?? exception.InnerException as SqliteException)?.SqliteExtendedErrorCode is ConstraintUnique or ConstraintPrimaryKey;
}

/// <summary>Gives out pooled contexts of the provider in use.</summary>
internal sealed class SqliteIngestDbFactory(IDbContextFactory<SqliteIngestDb> pool) : IDbContextFactory<IngestDb>
{
    public IngestDb CreateDbContext() => pool.CreateDbContext();
}

/// <summary>For <c>dotnet ef</c> only.</summary>
internal sealed class SqliteIngestDbDesign : IDesignTimeDbContextFactory<SqliteIngestDb>
{
    public SqliteIngestDb CreateDbContext(string[] args) =>
        new((DbContextOptions<SqliteIngestDb>)new DbContextOptionsBuilder<SqliteIngestDb>().UseSqliteFile("design.db").Options);
}
