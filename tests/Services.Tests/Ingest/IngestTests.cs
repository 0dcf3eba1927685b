using MedCloud.Tests;

namespace MedCloud.Services.Tests.Ingest;

/// <summary>Tests that run on each database; two subclasses choose it.</summary>
/// <param name="servers">Where PostgreSQL is; null: the database is a SQLite file.</param>
public abstract class IngestTests(Servers? servers) : IAsyncLifetime
{
    private DataFolder? folder;

    protected DataFolder Folder => folder ?? throw new InvalidOperationException("not initialized");

    public async ValueTask InitializeAsync() => folder = await DataFolder.CreateAsync(servers);

    public ValueTask DisposeAsync()
    {
        folder?.Dispose();
        GC.SuppressFinalize(this);
        return ValueTask.CompletedTask;
    }
}
