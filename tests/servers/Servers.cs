using MedCloud.Tests;

[assembly: AssemblyFixture(typeof(Servers))]

namespace MedCloud.Tests;

/// <summary>The servers that all tests of a run share, and MedCloud itself, each started when the first test asks for it. A test that stops or kills one starts its own.</summary>
public sealed class Servers : IAsyncDisposable
{
    private readonly SemaphoreSlim starting = new(1);
    private readonly Lazy<AzuriteServer> azurite = new(() => new AzuriteServer());
    private readonly Lazy<PostgresServer> postgres = new(() => new PostgresServer());
    private readonly Lazy<RabbitMqServer> rabbitMq = new(() => new RabbitMqServer());
    private readonly Dictionary<Configuration, Task<Product>> products = [];

    /// <summary>The connection string of the shared Azurite; skips the test where it is not installed.</summary>
    public async Task<string> AzuriteAsync(CancellationToken cancellationToken) => (await RunningAsync(azurite, cancellationToken)).ConnectionString;

    /// <summary>The connection string of a database that nobody else uses and that does not exist yet, on the shared PostgreSQL; skips the test where that is not installed.</summary>
    public async Task<string> PostgresAsync(CancellationToken cancellationToken) => PostgresDatabases.New(await RunningAsync(postgres, cancellationToken));

    /// <summary>A virtual host that nobody else uses, on the shared RabbitMQ; skips the test where that is not installed.</summary>
    internal async Task<VirtualHost> RabbitMqAsync(CancellationToken cancellationToken) =>
        await VirtualHost.AddAsync(await RunningAsync(rabbitMq, cancellationToken), cancellationToken);

    /// <summary>All that a cluster stands on; skips the test where one of them is not installed.</summary>
    internal async Task<ClusterServers> ClusterAsync(CancellationToken cancellationToken) => new(
        await RunningAsync(rabbitMq, cancellationToken), await RunningAsync(postgres, cancellationToken), await RunningAsync(azurite, cancellationToken));

    /// <summary>MedCloud with its defaults, on data of its own. Each test sends it studies of its own, and asks for no others.</summary>
    internal Task<Product> ProductAsync(Configuration configuration)
    {
        lock (products)
        {
            if (!products.TryGetValue(configuration, out var product))
                products.Add(configuration, product = Product.StartAsync(configuration, this));
            return product;
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (var product in products.Values.Where(product => product.IsCompletedSuccessfully))
            await (await product).DisposeAsync();
        await StopAsync(azurite);
        await StopAsync(postgres);
        await StopAsync(rabbitMq);
        starting.Dispose();
    }

    private async Task<T> RunningAsync<T>(Lazy<T> server, CancellationToken cancellationToken)
        where T : TestServer
    {
        await starting.WaitAsync(cancellationToken);
        try
        {
            if (!server.Value.IsRunning)
                await server.Value.StartAsync(cancellationToken);
            return server.Value;
        }
        finally
        {
            starting.Release();
        }
    }

    private static async Task StopAsync<T>(Lazy<T> server)
        where T : TestServer
    {
        if (server.IsValueCreated)
            await server.Value.DisposeAsync();
    }
}
