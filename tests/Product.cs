namespace MedCloud.Tests;

/// <summary>The two ways in which the same modules run.</summary>
public enum Configuration
{
    /// <summary>AllInOne: files, SQLite, an in-memory bus.</summary>
    OneProcess,

    /// <summary>A process for each service: Azure Blob Storage, PostgreSQL, RabbitMQ; HTTP by Portal.</summary>
    Cluster,
}

/// <summary>MedCloud as its users meet it, in either configuration.</summary>
internal sealed class Product : IAsyncDisposable
{
    private readonly TemporaryFolder? folder;
    private readonly Cluster? cluster;

    private Product(TemporaryFolder folder, AllInOneProcess process)
    {
        this.folder = folder;
        Processes = [process];
        (HttpUrl, GrpcUrl, DimsePort) = (process.HttpUrl, process.GrpcUrl, process.DimsePort);
    }

    private Product(Cluster cluster, ProductProcess portal)
    {
        this.cluster = cluster;
        Processes = [.. cluster.Processes];
        (HttpUrl, GrpcUrl, DimsePort) = (portal.HttpUrl, cluster.Results[0].GrpcUrl, cluster.Ingests[0].DimsePort);
    }

    /// <summary>Of DICOMweb and JSON.</summary>
    public string HttpUrl { get; }

    public string GrpcUrl { get; }

    public int DimsePort { get; }

    public IReadOnlyList<ProductProcess> Processes { get; }

    /// <summary>The lines on stderr of all processes so far.</summary>
    public IEnumerable<string> Log => Processes.SelectMany(process => process.Log);

    /// <summary>The largest resident memory of any of its processes so far, bytes.</summary>
    public long PeakMemory => Processes.Max(process => process.PeakMemory);

    /// <summary>Starts it on free ports, with data of its own.</summary>
    public static async Task<Product> StartAsync(Configuration configuration, Servers servers, IReadOnlyDictionary<string, string>? settings = null)
    {
        if (configuration == Configuration.Cluster)
        {
            var cancellationToken = TestContext.Current.CancellationToken;
            var cluster = await Cluster.StartAsync(await servers.ClusterAsync(cancellationToken), cancellationToken, settings);
            return new Product(cluster, await cluster.StartPortalAsync());
        }

        var folder = new TemporaryFolder();
        return new Product(folder, await AllInOneProcess.StartAsync(folder.Path, settings));
    }

    /// <summary>SIGTERM for every process; 0 if all ended with 0.</summary>
    public async Task<int> StopAsync() => (await Task.WhenAll(Processes.Select(process => process.StopAsync()))).Max();

    public async ValueTask DisposeAsync()
    {
        if (cluster is not null)
            await cluster.DisposeAsync();
        else
            await Processes[0].DisposeAsync();
        folder?.Dispose();
    }
}

/// <summary>A test of the product in one of its configurations, with a client: of the product that all such tests share, or of its own where it needs settings.</summary>
public abstract class ProductTest(Configuration configuration, Servers servers, params (string Name, string Value)[] settings) : IAsyncLifetime
{
    private Product? product;
    private bool IsShared => settings.Length == 0;
    private ProductClient? client;

    private protected Product Product => product!;

    private protected ProductClient Client => client!;

    public async ValueTask InitializeAsync()
    {
        product = IsShared
            ? await servers.ProductAsync(configuration)
            : await Product.StartAsync(configuration, servers, settings.ToDictionary(setting => setting.Name, setting => setting.Value));
        client = new ProductClient(Product.HttpUrl);
    }

    public async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        client?.Dispose();
        if (product is not null && !IsShared)
            await product.DisposeAsync();
    }
}
