using System.Runtime.CompilerServices;

namespace MedCloud.Tests;

/// <summary>The servers that a cluster stands on.</summary>
internal sealed record ClusterServers(RabbitMqServer Broker, PostgresServer Database, AzuriteServer Blobs)
{
    /// <summary>Servers that no other test uses, to be stopped and killed.</summary>
    public static async Task<ClusterServers> StartAsync(CancellationToken cancellationToken)
    {
        var servers = new ClusterServers(new RabbitMqServer(), new PostgresServer(), new AzuriteServer());
        await Task.WhenAll(servers.Broker.StartAsync(cancellationToken), servers.Database.StartAsync(cancellationToken), servers.Blobs.StartAsync(cancellationToken));
        return servers;
    }

    public async Task StopAsync()
    {
        await Broker.DisposeAsync();
        await Database.DisposeAsync();
        await Blobs.DisposeAsync();
    }
}

/// <summary>
/// MedCloud as a hospital runs it: each service a process of its own, on a broker's virtual host, databases and a container that nobody else uses.
/// The schemas are made by the migration commands, as the chart's job does, once on each database server, and copied for every cluster there.
/// </summary>
internal sealed class Cluster : IAsyncDisposable
{
    private const string Template = "template";

    private static readonly ConditionalWeakTable<PostgresServer, Task> Templates = [];

    private readonly Dictionary<string, string> settings;

    private Cluster(ClusterServers servers, string name, IReadOnlyDictionary<string, string>? settings, int? databasePort)
    {
        Servers = servers;
        VirtualHost = name;
        this.settings = new Dictionary<string, string>
        {
            ["MedCloud__Doors__Http"] = "0",
            ["MedCloud__Doors__Grpc"] = "0",
            ["MedCloud__Doors__TrustedProxies__0"] = "127.0.0.1",
            ["MedCloud__Dimse__Port"] = "0",
            ["MedCloud__RabbitMq__Host"] = servers.Broker.Amqp.Host,
            ["MedCloud__RabbitMq__Port"] = $"{servers.Broker.Amqp.Port}",
            ["MedCloud__RabbitMq__VirtualHost"] = name,
            ["MedCloud__RabbitMq__Username"] = "guest",
            ["MedCloud__RabbitMq__Password"] = "guest",
            ["MedCloud__Storage__ConnectionString"] = servers.Blobs.ConnectionString,
            ["MedCloud__Storage__Container"] = name,
        };
        var database = $"{servers.Database.ConnectionString};Port={databasePort ?? servers.Database.Port};Database={name}";
        this.settings["MedCloud__Ingest__ConnectionString"] = database + "-ingest";
        this.settings["MedCloud__Results__ConnectionString"] = database + "-results";
        foreach (var (key, value) in settings ?? new Dictionary<string, string>())
            this.settings[key] = value;
    }

    public ClusterServers Servers { get; }

    public string VirtualHost { get; }

    public List<ProductProcess> Ingests { get; } = [];

    public List<ProductProcess> Workers { get; } = [];

    public List<ProductProcess> Results { get; } = [];

    public List<ProductProcess> Portals { get; } = [];

    /// <summary>Every process that was started and not disposed of.</summary>
    public IEnumerable<ProductProcess> Processes => [.. Ingests, .. Workers, .. Results, .. Portals];

    /// <summary>Makes the schemas, and starts as many processes of each service; <paramref name="databasePort"/> is another port that leads to the database.</summary>
    public static async Task<Cluster> StartAsync(
        ClusterServers servers, CancellationToken cancellationToken, IReadOnlyDictionary<string, string>? settings = null, int ingests = 1, int workers = 1, int results = 1,
        int? databasePort = null)
    {
        var cluster = new Cluster(servers, $"mc-{Guid.NewGuid():n}", settings, databasePort);
        try
        {
            await servers.Broker.AddVirtualHostAsync(cluster.VirtualHost, cancellationToken);
            await TemplateAsync(servers);
            foreach (var service in new[] { "ingest", "results" })
                PostgresDatabases.Copy($"{servers.Database.ConnectionString};Database={cluster.VirtualHost}-{service}", $"{Template}-{service}");
            await Task.WhenAll(
            [
                .. Enumerable.Range(0, ingests).Select(_ => cluster.StartIngestAsync()),
                .. Enumerable.Range(0, workers).Select(_ => cluster.StartWorkerAsync()),
                .. Enumerable.Range(0, results).Select(_ => cluster.StartResultsAsync()),
            ]);
            return cluster;
        }
        catch
        {
            await cluster.DisposeAsync();
            throw;
        }
    }

    public Task<ProductProcess> StartIngestAsync() => StartAsync("MedCloud.Ingest", Ingests);

    public Task<ProductProcess> StartWorkerAsync(IReadOnlyDictionary<string, string>? more = null) => StartAsync("MedCloud.InferenceWorker", Workers, more);

    public Task<ProductProcess> StartResultsAsync() => StartAsync("MedCloud.Results", Results);

    /// <summary>Starts a Portal before the first Ingest and the first Results.</summary>
    public Task<ProductProcess> StartPortalAsync() => StartAsync(
        "MedCloud.Portal",
        Portals,
        new Dictionary<string, string> { ["MedCloud__Portal__IngestUrl"] = Ingests[0].HttpUrl, ["MedCloud__Portal__ResultsUrl"] = Results[0].HttpUrl });

    /// <summary>A client of the broker's management API; addresses of queues are <c>queues/VHOST/NAME</c>.</summary>
    public HttpClient Management() => Servers.Broker.Management();

    public async ValueTask DisposeAsync()
    {
        foreach (var process in Processes)
            await process.DisposeAsync();
    }

    private async Task<ProductProcess> StartAsync(string program, List<ProductProcess> among, IReadOnlyDictionary<string, string>? more = null)
    {
        var own = new Dictionary<string, string>(settings);
        foreach (var (key, value) in more ?? new Dictionary<string, string>())
            own[key] = value;
        var process = new ProductProcess(program, own);
        lock (among)
            among.Add(process);
        await process.ReadyAsync();
        return process;
    }

    private static Task TemplateAsync(ClusterServers servers)
    {
        lock (Templates)
            return Templates.GetValue(servers.Database, _ =>
            {
                var cluster = new Cluster(servers, Template, null, null);
                return Task.WhenAll(cluster.MigrateAsync("MedCloud.Ingest"), cluster.MigrateAsync("MedCloud.Results"));
            });
    }

    private async Task MigrateAsync(string program)
    {
        await using var job = new ProductProcess(program, settings, "migrate");
        if (await job.ExitAsync() != 0)
            throw new InvalidOperationException($"{program} migrate failed:\n{string.Join('\n', job.Log)}");
    }
}
