using MedCloud.Ingest;
using MedCloud.Tests;
using Microsoft.Data.Sqlite;

namespace MedCloud.Services.Tests.Ingest;

/// <summary>What outlives a process, blobs and database: deleted with the test.</summary>
/// <param name="postgres">The connection string of its database; null: that is a file, too.</param>
public sealed class DataFolder(string? postgres = null) : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("medcloud-ingest-").FullName;

    public string Blobs => Path.Combine(root, "blobs");

    public string Database => Path.Combine(root, "ingest.db");

    /// <summary>The setting that names the database.</summary>
    public KeyValuePair<string, string?> Setting => postgres is null ? new("MedCloud:Ingest:Database", Database) : new("MedCloud:Ingest:ConnectionString", postgres);

    /// <summary>With a database that is ready for use: on the shared PostgreSQL, or, without <paramref name="servers"/>, a file.</summary>
    public static async Task<DataFolder> CreateAsync(Servers? servers)
    {
        if (servers is null)
            return new DataFolder();
        var folder = new DataFolder(await servers.PostgresAsync(IngestHost.Cancellation));
        await folder.MigrateAsync();
        return folder;
    }

    /// <summary>Does what the migration job does.</summary>
    public async Task MigrateAsync()
    {
        await using var job = IngestHost.Build(this);
        await IngestModule.MigrateAsync(job.Services, IngestHost.Cancellation);
    }

    /// <summary>Runs statements beside the module, as another process would.</summary>
    public void Execute(string sql)
    {
        if (postgres is not null)
        {
            PostgresDatabases.Execute(postgres, sql);
            return;
        }

        using var connection = new SqliteConnection($"Data Source={Database};Pooling=False");
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    /// <summary>Lets go of the files that pooled connections hold.</summary>
    public void Release()
    {
        using var connection = new SqliteConnection($"Data Source={Database}");
        SqliteConnection.ClearPool(connection);
    }

    public void Dispose()
    {
        if (postgres is not null)
            PostgresDatabases.Drop(postgres);
        Directory.Delete(root, recursive: true);
    }
}
