using MedCloud.Services.Tests.EndToEnd;
using MedCloud.Services.Tests.Telemetry;
using MedCloud.Tests;

namespace MedCloud.Services.Tests.Faults;

/// <summary>The servers of the fault suite, which no other test uses, and the clusters that have survived so far.</summary>
public sealed class FaultServers : IAsyncLifetime
{
    private readonly Dictionary<int, FaultCluster> clusters = [];

    internal ClusterServers Servers { get; private set; } = null!;

    public async ValueTask InitializeAsync() => Servers = await ClusterServers.StartAsync(TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        foreach (var cluster in clusters.Values)
            await cluster.DisposeAsync();
        await Servers.StopAsync();
    }

    /// <summary>The cluster with as many replicas that the tests before left; a new one after a test that failed.</summary>
    internal async Task<FaultCluster> ClusterAsync(int replicas, Func<Task<FaultCluster>> start)
    {
        if (!clusters.TryGetValue(replicas, out var cluster))
            clusters.Add(replicas, cluster = await start());
        return cluster;
    }

    /// <summary>After a test that failed: nobody else gets this cluster, or meets servers that it left stopped.</summary>
    internal async Task ForgetAsync(FaultCluster failed)
    {
        foreach (var (replicas, _) in clusters.Where(cluster => cluster.Value == failed).ToArray())
            clusters.Remove(replicas);
        await failed.DisposeAsync();
        foreach (var server in new TestServer[] { Servers.Broker, Servers.Database, Servers.Blobs }.Where(server => !server.IsRunning))
            await server.StartAsync(CancellationToken.None);
    }
}

/// <summary>
/// Two of each service (one where the broker goes away) on real servers, instances in flight, and one fault in each test; counted at the outside: nothing acknowledged is lost, and there is one result for
/// each instance and model, none missing, none twice. Faults that need no setting meet one cluster after the other, as they would in a hospital.
/// </summary>
[Collection(nameof(FaultTests))]
public sealed class FaultTests(FaultServers fixture) : IClassFixture<FaultServers>, IAsyncDisposable
{
    private static readonly int Instances = LongRun.Is ? 1000 : 50;
    private static readonly string[] Models = ["cxr-lungs", "cxr-pneumonia"];
    // Beside another replica, one that has not come back from an outage would not be missed.
    private const int OneOfEach = 1;

    private static readonly Random Chance = new(20261126);

    private readonly CancellationToken cancellationToken = TestContext.Current.CancellationToken;
    private FaultCluster? started;
    private bool isOwn;
    private bool survived;

    private ClusterServers Servers => fixture.Servers;

    private FaultCluster Running => started!;

    [Theory]
    [InlineData("Ingest")]
    [InlineData("InferenceWorker")]
    [InlineData("Results")]
    public async Task KillingAProcessLosesNothing(string service)
    {
        await StartAsync();
        var kills = LongRun.Is ? 5 : 2;
        await RunAsync($"kill -9 of {service}, {kills} times", async load =>
        {
            for (var kill = 0; kill < kills; kill++)
            {
                await load.AcknowledgedAsync(Chance.Next(1, Instances / kills), cancellationToken);
                await Running.KillOneAsync(service);
            }
        });
    }

    [Fact]
    public async Task RestartingTheBrokerLosesNothing()
    {
        await StartAsync(replicas: OneOfEach);
        await RunAsync("kill -9 of RabbitMQ, started again at once", async load =>
        {
            await load.AcknowledgedAsync(Instances / 3, cancellationToken);
            await Servers.Broker.KillAsync();
            await Servers.Broker.StartAsync(cancellationToken);
        });
    }

    [Fact]
    public async Task WhileTheBrokerIsAwayInstancesAreAcceptedAndAreAnalysedLater()
    {
        await StartAsync(replicas: OneOfEach);
        var away = TimeSpan.FromSeconds(LongRun.Is ? 60 : 5);
        await RunAsync($"RabbitMQ stopped for {away.TotalSeconds} s", async load =>
        {
            await load.AcknowledgedAsync(Instances / 3, cancellationToken);
            await Servers.Broker.StopAsync();
            var before = load.Acknowledged;
            await load.AcknowledgedAsync(Math.Min(10, Instances - before), cancellationToken);
            await Outage.LastsAsync(away, cancellationToken);
            await Servers.Broker.StartAsync(cancellationToken);
        });
    }

    public static TheoryData<string, string> Queues => LongRun.Is
        ? new() { { "contents", "analyse.cxr-lungs" }, { "contents", "results" }, { "", "analyse.cxr-pneumonia" }, { "", "results" } }
        : new() { { "contents", "analyse.cxr-lungs" }, { "", "results" } };

    /// <summary>In the gate, one fault of each link.</summary>
    public static TheoryData<string, Fault> Links => LongRun.Is
        ? new() { { "broker", Fault.BlackHole }, { "broker", Fault.Reset }, { "database", Fault.BlackHole }, { "database", Fault.Reset }, { "blobs", Fault.HalfOpen }, { "blobs", Fault.Latency } }
        : new() { { "broker", Fault.Reset }, { "database", Fault.Reset }, { "blobs", Fault.HalfOpen } };

    [Theory]
    [MemberData(nameof(Queues))]
    public async Task AQueueThatIsPurgedOrDeletedLosesNothing(string part, string queue)
    {
        await StartAsync();
        await RunAsync($"queue {queue} {(part.Length > 0 ? "purged" : "deleted")}", async load =>
        {
            await load.AcknowledgedAsync(Instances / 2, cancellationToken);
            using var management = Running.Cluster.Management();
            using var answer = await management.DeleteAsync(new Uri($"queues/{Running.Cluster.VirtualHost}/{queue}/{part}".TrimEnd('/'), UriKind.Relative), cancellationToken);
            answer.EnsureSuccessStatusCode();
        });
    }

    [Fact]
    public async Task RestartingTheDatabaseLosesNothing()
    {
        await StartAsync();
        await RunAsync("kill -9 of PostgreSQL, started again at once", async load =>
        {
            await load.AcknowledgedAsync(Instances / 3, cancellationToken);
            await Servers.Database.KillAsync();
            await Servers.Database.StartAsync(cancellationToken);
        });
    }

    [Fact]
    public async Task WhileTheBlobStoreIsAwayTheAnswerIsTryAgain()
    {
        await StartAsync();
        var away = TimeSpan.FromSeconds(LongRun.Is ? 30 : 5);
        await RunAsync($"Azurite stopped for {away.TotalSeconds} s", async load =>
        {
            await load.AcknowledgedAsync(Instances / 3, cancellationToken);
            await Servers.Blobs.StopAsync();
            await Outage.LastsAsync(away, cancellationToken);
            Assert.True(load.Refused > 0, "nobody was told to try again");
            await Servers.Blobs.StartAsync(cancellationToken);
        });
    }

    [Fact]
    public async Task AWorkerThatHangsLosesItsMessagesToTheOthers()
    {
        await StartAsync();
        await RunAsync("a worker that hangs (SIGSTOP), and goes on when the others have done its work", async load =>
        {
            await load.AcknowledgedAsync(Instances / 3, cancellationToken);
            await Running.Cluster.Workers[0].SignalAsync("STOP");
        });
        await Running.Cluster.Workers[0].SignalAsync("CONT");
    }

    [Fact]
    public async Task AMessageThatEndsTheProcessIsGivenUpAndTakesNoNeighbourWithIt()
    {
        using var models = new TemporaryFolder();
        BundledModels.CopyTo(models.Path);
        // A worker that has little to load is there again sooner.
        Directory.Delete(Path.Combine(models.Path, "cxr-lungs"), recursive: true);
        Directory.Delete(Path.Combine(models.Path, "blood-cells"), recursive: true);
        EndlessModel.AddTo(models.Path, like: "cxr-pneumonia");
        await StartOwnAsync(
            new Dictionary<string, string>
            {
                ["MedCloud__Models__Folder"] = models.Path,
                ["MedCloud__Inference__RunTimeout"] = "00:00:02",
                ["MedCloud__Ledger__LostAfter"] = "00:01:00",
            },
            workers: 1);
        var poison = SampleXray.Create(900_000, 900_000).Striped();

        await using var supervised = Running.RestartWorkersThatEnd();
        using (var sender = new ProductClient(Running.Cluster.Ingests[0].HttpUrl))
            Assert.Equal(200, (await sender.StowAsync(poison.File, cancellationToken: cancellationToken)).Status);
        await RunAsync("a poison message that ends the worker at every delivery", _ => Task.CompletedTask, ["cxr-pneumonia", EndlessModel.Name], workersEnd: true);

        using var results = new ProductClient(Running.Cluster.Results[0].HttpUrl);
        var study = await results.FinishedStudyAsync(poison.Study, 2, cancellationToken);
        var failed = Assert.Single(ProductClient.InScope(study), analysis => (string?)analysis!["reason"]?["code"] != "REASON_CODE_IMAGE_OUT_OF_SCOPE");
        Assert.Equal((EndlessModel.Name, "ANALYSIS_STATE_FAILED", "REASON_CODE_ATTEMPTS_EXHAUSTED"), ((string?)failed!["modelName"], (string?)failed["state"], (string?)failed["reason"]!["code"]));
    }

    [Fact]
    public async Task AModelThatIsReplacedBetweenRequestAndRunHasOneResultEach()
    {
        using var models = new TemporaryFolder();
        BundledModels.CopyTo(models.Path);
        await StartOwnAsync();
        var newer = new Dictionary<string, string> { ["MedCloud__Models__Folder"] = models.Path };
        await RunAsync("a model replaced between request and run", async load =>
        {
            await load.AcknowledgedAsync(Instances / 2, cancellationToken);
            Rename(Path.Combine(models.Path, "cxr-pneumonia"), "1.0.9");
            foreach (var worker in Running.Cluster.Workers.ToArray())
            {
                Assert.Equal(0, await worker.StopAsync());
                await Running.Cluster.StartWorkerAsync(newer);
            }
        });
    }

    [Fact]
    public async Task MessagesThatComeTwiceHaveOneEffect()
    {
        await StartAsync();
        await using var duplicates = await Duplicates.StartAsync(Servers.Broker, Running.Cluster.VirtualHost, share: 0.2, cancellationToken);
        var before = await MetricsPage.ReadAsync(Running.Cluster.Results);
        await RunAsync("20 % of all messages twice", _ => Task.CompletedTask);
        // One for each outcome, not for each message.
        await MetricsPage.UntilAsync(Running.Cluster.Results, metrics => Analyses(metrics) - Analyses(before) == Instances * Models.Length);
        Assert.True(duplicates.Sent >= Instances / 5, $"{duplicates.Sent} duplicates were sent");

        static double Analyses(MetricsPage metrics) => metrics.Value("medcloud_analysis_duration_seconds_count") ?? 0;
    }

    [Fact]
    public async Task ReplacingEveryProcessUnderLoadFailsNoStudy()
    {
        await StartAsync();
        await RunAsync("rolling restart of every process under load", async load =>
        {
            await load.AcknowledgedAsync(Instances / 4, cancellationToken);
            await Running.ReplaceAllAsync();
        });
    }

    [Theory]
    [MemberData(nameof(Links))]
    public async Task ALinkThatFailsLosesNothing(string to, Fault fault)
    {
        var port = to switch { "broker" => Servers.Broker.Amqp.Port, "database" => Servers.Database.Port, _ => Servers.Blobs.Port };
        await using var proxy = new FaultProxy(port);
        await (to switch
        {
            "broker" => StartOwnAsync(new Dictionary<string, string> { ["MedCloud__RabbitMq__Port"] = $"{proxy.Port}" }),
            "database" => StartOwnAsync(databasePort: proxy.Port),
            _ => StartOwnAsync(new Dictionary<string, string> { ["MedCloud__Storage__ConnectionString"] = Servers.Blobs.ConnectionStringAt(proxy.Port) }),
        });
        var length = TimeSpan.FromSeconds(LongRun.Is ? 30 : 5);
        await RunAsync($"link to the {to}: {fault} for {length.TotalSeconds} s", async load =>
        {
            await load.AcknowledgedAsync(Instances / 3, cancellationToken);
            proxy.Set(fault);
            await Outage.LastsAsync(length, cancellationToken);
            proxy.Set(Fault.None);
        });
    }

    public async ValueTask DisposeAsync()
    {
        if (started is null)
            return;
        if (!survived)
            await fixture.ForgetAsync(started);
        else if (isOwn)
            await started.DisposeAsync();
    }

    private static void Rename(string model, string version)
    {
        var old = Directory.GetDirectories(model).Single();
        var manifest = Path.Combine(old, "manifest.json");
        File.WriteAllText(manifest, File.ReadAllText(manifest).Replace($"\"{Path.GetFileName(old)}\"", $"\"{version}\"", StringComparison.Ordinal));
        var card = Path.Combine(old, "card.md");
        File.WriteAllText(card, File.ReadAllText(card).Replace($" {Path.GetFileName(old)}\n", $" {version}\n", StringComparison.Ordinal));
        Directory.Move(old, Path.Combine(model, version));
    }

    private async Task StartAsync(int replicas = 2) => started = await fixture.ClusterAsync(replicas, () => NewAsync([], replicas, replicas, null));

    /// <summary>A cluster of the test's own.</summary>
    private async Task StartOwnAsync(Dictionary<string, string>? settings = null, int workers = 2, int? databasePort = null)
    {
        isOwn = true;
        started = await NewAsync(settings ?? [], 2, workers, databasePort);
    }

    private async Task<FaultCluster> NewAsync(Dictionary<string, string> settings, int replicas, int workers, int? databasePort)
    {
        settings.TryAdd("MedCloud__Ledger__LostAfter", "00:00:05");
        return new FaultCluster(await Cluster.StartAsync(Servers, cancellationToken, settings, ingests: replicas, workers: workers, results: replicas, databasePort));
    }

    private async Task RunAsync(string what, Func<Load, Task> fault, string[]? models = null, bool workersEnd = false)
    {
        var expected = models ?? Models;
        using var load = new Load(Instances, expected, Running.ReachAsync);
        var sending = load.SendAsync(cancellationToken);
        await fault(load);
        await sending;

        Assert.Equal(Instances, load.Acknowledged);
        var (retrieved, results) = await load.CountAsync(cancellationToken);
        Assert.Equal(Instances, retrieved);
        Assert.Equal(Instances * expected.Length, results);
        // Those that a test kills are no longer of the cluster.
        Assert.All(Running.Cluster.Processes.Where(process => process.HasFailed && !(workersEnd && Running.Cluster.Workers.Contains(process))), process => Assert.Fail($"{process.Program} ended by itself:\n{string.Join('\n', process.Log)}"));
        await LongRun.ReportAsync($"cluster, {what}: {Instances} instances, {load.Sent} sent, {load.Refused} told to try again, {load.Acknowledged} acknowledged, {retrieved} retrieved with the same bytes, {results} results of {Instances * expected.Length}, none twice");
        survived = true;
    }
}
