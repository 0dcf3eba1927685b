using MedCloud.Tests;

[assembly: AssemblyFixture(typeof(Servers))]

namespace MedCloud.Tests;

/// <summary>The servers that all tests of a run share, each started when the first test asks for it. A test that stops or kills one starts its own.</summary>
public sealed class Servers : IAsyncDisposable
{
    private readonly SemaphoreSlim starting = new(1);
    private readonly AzuriteServer azurite = new();
    private readonly PostgresServer postgres = new();
    private readonly RabbitMqServer rabbitMq = new();

    /// <summary>The connection string of the shared Azurite; skips the test where it is not installed.</summary>
    public async Task<string> AzuriteAsync(CancellationToken cancellationToken)
    {
        await StartedAsync(azurite, cancellationToken);
        return azurite.ConnectionString;
    }

    /// <summary>The connection string of the shared PostgreSQL, without a database; skips the test where it is not installed.</summary>
    public async Task<string> PostgresAsync(CancellationToken cancellationToken)
    {
        await StartedAsync(postgres, cancellationToken);
        return postgres.ConnectionString;
    }

    /// <summary>All that a cluster stands on; skips the test where one of them is not installed.</summary>
    internal async Task<ClusterServers> ClusterAsync(CancellationToken cancellationToken)
    {
        await StartedAsync(azurite, cancellationToken);
        await StartedAsync(postgres, cancellationToken);
        await StartedAsync(rabbitMq, cancellationToken);
        return new ClusterServers(rabbitMq, postgres, azurite);
    }

    public async ValueTask DisposeAsync()
    {
        await azurite.DisposeAsync();
        await postgres.DisposeAsync();
        await rabbitMq.DisposeAsync();
        starting.Dispose();
    }

    private async Task StartedAsync(TestServer server, CancellationToken cancellationToken)
    {
        await starting.WaitAsync(cancellationToken);
        try
        {
            if (!server.IsRunning)
                await server.StartAsync(cancellationToken);
        }
        finally
        {
            starting.Release();
        }
    }
}
