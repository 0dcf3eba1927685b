using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace MedCloud.Hosting;

/// <summary>The embedded database: one SQLite file in WAL mode, each commit flushed to disk (<c>synchronous=FULL</c>).</summary>
public static class SqliteDatabase
{
    private const int ConstraintViolated = 19;

    /// <summary>Uses the SQLite file at <paramref name="path"/>, created when missing.</summary>
    public static DbContextOptionsBuilder UseSqliteFile(this DbContextOptionsBuilder options, string path) =>
        options.UseSqlite(
            new SqliteConnectionStringBuilder { DataSource = path, DefaultTimeout = 30 }.ToString(),
            sqlite => sqlite.CommandTimeout(30));

    /// <summary>Whether the values themselves are refused (SQLITE_CONSTRAINT), so that no repetition helps.</summary>
    public static bool IsRefusal(Exception exception) =>
        (exception as SqliteException ?? exception.InnerException as SqliteException)?.SqliteErrorCode == ConstraintViolated;

    /// <summary>Brings the schema up to date. The caller holds the exclusive lock on the data folder, so a lock row left by a killed process is removed first.</summary>
    public static async Task MigrateAsync(DbContext context, CancellationToken cancellationToken)
    {
        var folder = Path.GetDirectoryName(context.Database.GetDbConnection().DataSource);
        if (folder is { Length: > 0 })
            Directory.CreateDirectory(folder);
        await context.Database.ExecuteSqlRawAsync("PRAGMA journal_mode=WAL", cancellationToken);
        await context.Database.ExecuteSqlRawAsync(
            """CREATE TABLE IF NOT EXISTS "__EFMigrationsLock" ("Id" INTEGER NOT NULL CONSTRAINT "PK___EFMigrationsLock" PRIMARY KEY, "Timestamp" TEXT NOT NULL); DELETE FROM "__EFMigrationsLock";""",
            cancellationToken);
        await context.Database.MigrateAsync(cancellationToken);
    }
}
