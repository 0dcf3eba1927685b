using MedCloud.Tests;

namespace MedCloud.Services.Tests.EndToEnd;

public sealed class ClusterSmokeTests
{
    [Fact]
    public async Task Smoke()
    {
        var ct = TestContext.Current.CancellationToken;
        using var folder = new TemporaryFolder();
        var servers = await ClusterServers.StartAsync(ct);
        try
        {
            await using var cluster = await Cluster.StartAsync(servers, ct, Environment.GetEnvironmentVariable("SQLITE") == "1" ? new Dictionary<string, string> { ["MedCloud__Ingest__Database"] = folder.Path + "/i.db", ["MedCloud__Results__Database"] = folder.Path + "/r.db" } : null);
            using var ingest = new ProductClient(cluster.Ingests[0].HttpUrl);
            using var results = new ProductClient(cluster.Results[0].HttpUrl);
            foreach (var n in Enumerable.Range(0, 30))
            {
                var (status, body) = await ingest.StowAsync(SampleXray.Create(n / 10, n).File, cancellationToken: ct);
                Assert.Equal(200, status);
            }
            var study = await results.FinishedStudyAsync(SampleXray.Create(0, 0).Study, 20, ct);
            TestContext.Current.TestOutputHelper!.WriteLine(study.ToJsonString());
            using var m = cluster.Management();
            TestContext.Current.TestOutputHelper!.WriteLine(await m.GetStringAsync($"queues/{cluster.VirtualHost}", ct));
            foreach (var p in cluster.Processes) { TestContext.Current.TestOutputHelper!.WriteLine(string.Join("\n", p.Log)); TestContext.Current.TestOutputHelper!.WriteLine($"exit {await p.StopAsync()}"); }
        }
        finally
        {
            await servers.StopAsync();
        }
    }
}
