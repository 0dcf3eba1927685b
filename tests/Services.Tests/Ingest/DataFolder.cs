using Microsoft.Data.Sqlite;

namespace MedCloud.Services.Tests.Ingest;

/// <summary>What outlives a process: deleted with the test.</summary>
public sealed class DataFolder : IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("medcloud-ingest-").FullName;

    public string Blobs => Path.Combine(root, "blobs");

    public string Database => Path.Combine(root, "ingest.db");

    /// <summary>Runs statements beside the module, as another process would.</summary>
    public void Execute(string sql)
    {
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

    public void Dispose() => Directory.Delete(root, recursive: true);
}
