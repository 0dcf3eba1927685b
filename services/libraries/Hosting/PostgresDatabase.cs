using System.Data.Common;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;

namespace MedCloud.Hosting;

/// <summary>The database of a cluster: PostgreSQL, to which several processes write at once.</summary>
public static class PostgresDatabase
{
    // A database that is away is found out in seconds, and a process that hangs in a transaction does not keep its locks; what the connection string says itself
    // stands later and wins. Planning a statement costs the server more than running it does, and there are few different ones: those that come again stay prepared. Every one has its
    // index, so the plans never read whole tables: made while a table is small, they would go on doing so when it has grown. Sessions have no state that would be undone between two uses.
    // Encryption is TLS's; Kerberos' would be looked for in a library that the images do not have.
    private const string Defaults =
        "Max Auto Prepare=100;No Reset On Close=true;GSS Encryption Mode=Disable;Timeout=5;Command Timeout=15;Keepalive=5;Cancellation Timeout=2000;"
        + "Options=-c idle_in_transaction_session_timeout=30s -c enable_seqscan=off -c jit=off;";

    private const long MigrationLock = 0x6D6967726174; // "migrat"

    /// <summary>Uses the PostgreSQL database that <paramref name="connectionString"/> names. Nothing is repeated by itself: the writers know what may be.</summary>
    public static DbContextOptionsBuilder UsePostgres(this DbContextOptionsBuilder options, string connectionString) =>
        // The provider's own strategy repeats nothing either, but hides failures of the connection in InvalidOperationException.
        options.UseNpgsql(Defaults + connectionString, npgsql => npgsql.ExecutionStrategy(dependencies => new NonRetryingExecutionStrategy(dependencies)));

    /// <summary>Whether <paramref name="connectionString"/> can be read and names a host.</summary>
    public static bool IsConnectionString(string connectionString)
    {
        try
        {
            return new NpgsqlConnectionStringBuilder(connectionString).Host is { Length: > 0 };
        }
        catch (Exception e) when (e is ArgumentException or FormatException or KeyNotFoundException)
        {
            return false;
        }
    }

    /// <summary>Whether the transaction failed only because another one was faster: repeated as a whole, it sees what that one wrote.</summary>
    public static bool IsLostRace(Exception exception) =>
        Error(exception)?.SqlState is PostgresErrorCodes.UniqueViolation or PostgresErrorCodes.DeadlockDetected or PostgresErrorCodes.SerializationFailure;

    /// <summary>Whether the values themselves are refused (SQLSTATE classes 22 and 23, without the race for a unique key), so that no repetition helps.</summary>
    public static bool IsRefusal(Exception exception) =>
        Error(exception)?.SqlState is ['2', '2' or '3', ..] and not PostgresErrorCodes.UniqueViolation;

    /// <summary>Makes the database if it is missing, and brings the schema up to date. Two at once are safe: one waits for the other.</summary>
    /// <exception cref="DbException">The database is away or refuses.</exception>
    public static async Task MigrateAsync(DbContext context, CancellationToken cancellationToken)
    {
        var database = context.Database;
        // A new index on a large table, or the wait for another migration, takes longer than any statement of a service.
        database.SetCommandTimeout(TimeSpan.FromHours(1));
        var creator = context.GetService<IRelationalDatabaseCreator>();
        if (!await creator.ExistsAsync(cancellationToken))
            await creator.CreateAsync(cancellationToken);
        await database.OpenConnectionAsync(cancellationToken);
        try
        {
            // EF itself locks its history table for one migration at a time: another process would go on between two with the list that it read before.
            await database.ExecuteSqlAsync($"SELECT pg_advisory_lock({MigrationLock})", cancellationToken);
            await database.MigrateAsync(cancellationToken);
            await database.ExecuteSqlAsync($"SELECT pg_advisory_unlock({MigrationLock})", cancellationToken);
        }
        finally
        {
            await database.CloseConnectionAsync();
        }
    }

    private static PostgresException? Error(Exception exception) => exception as PostgresException ?? exception.InnerException as PostgresException;
}
