using System.Diagnostics;
using MedCloud.Services.Tests.EndToEnd;
using MedCloud.Tests;
using Npgsql;

namespace MedCloud.Benchmarks.Reliability;

/// <summary>The broker, then the blob store, away for 5 s under load, and what comes of it after their return: row 27.</summary>
internal static class RejoinRows
{
    private const int Instances = 500;
    private const int SentBefore = 100;
    private static readonly string[] Models = ["cxr-lungs", "cxr-pneumonia"];
    private static readonly TimeSpan Away = TimeSpan.FromSeconds(5);

    private static readonly TimeSpan GivenUpAfter = TimeSpan.FromMinutes(2);

    // Eight senders: some 30 instances a second, which the machine carries.
    private static readonly TimeSpan Pause = TimeSpan.FromMilliseconds(250);

    public static async Task<IReadOnlyList<Row>> MeasureAsync(int rounds)
    {
        var (broker, blobs) = (new List<Rejoined>(), new List<Rejoined>());
        for (var round = 0; round < rounds; round++)
        {
            broker.Add(await MeasureAsync("RabbitMQ", servers => servers.Broker));
            blobs.Add(await MeasureAsync("Azurite", servers => servers.Blobs));
        }
        return [.. Rows("RabbitMQ", broker), .. Rows("Azurite", blobs)];
    }

    private static IEnumerable<Row> Rows(string server, List<Rejoined> rounds)
    {
        var seconds = Median.Of(rounds.Select(round => round.Seconds));
        yield return new Row("27", $"{server} away for {Away.TotalSeconds} s under load: from its return until the backlog moves, s", seconds, new Goal(5, 2), $"{seconds:0.0} s", "-");
        var (kept, results, acknowledged) = (rounds.Sum(round => round.Kept), rounds.Sum(round => round.Results), rounds.Count * Instances);
        yield return new Row(
            "27",
            $"{server} away for {Away.TotalSeconds} s under load: instances acknowledged that are there, with one result of each model",
            Math.Min((double)kept / acknowledged, (double)results / (acknowledged * Models.Length)),
            new Goal(1, 1),
            $"{kept} with {results} results",
            $"{acknowledged} acknowledged");
    }

    private static async Task<Rejoined> MeasureAsync(string name, Func<ClusterServers, TestServer> choose)
    {
        var servers = await ClusterServers.StartAsync(CancellationToken.None);
        try
        {
            await using var cluster = await Cluster.StartAsync(servers, CancellationToken.None);
            await cluster.StartPortalAsync();
            var place = new Reachable(cluster.Ingests[0].HttpUrl, cluster.Ingests[0].DimsePort, cluster.Results[0].HttpUrl);
            await using var results = NpgsqlDataSource.Create($"{servers.Database.ConnectionString};Database={cluster.VirtualHost}-results");
            using var load = new Load(Instances, Models, _ => Task.FromResult(place), Pause);
            var sending = load.SendAsync(CancellationToken.None);
            await load.AcknowledgedAsync(SentBefore, CancellationToken.None);

            await choose(servers).StopAsync();
            await Outage.LastsAsync(Away, CancellationToken.None);
            var (acknowledged, outcomes) = (load.Acknowledged, await OutcomesAsync(results));
            await choose(servers).StartAsync(CancellationToken.None);
            var clock = Stopwatch.StartNew();
            using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
            using var limit = new CancellationTokenSource(GivenUpAfter);
            // The load may have ended by then: a broker that is away holds back no sender.
            while (await OutcomesAsync(results) == outcomes || (load.Acknowledged == acknowledged && acknowledged < Instances))
                await timer.WaitForNextTickAsync(limit.Token);
            var seconds = clock.Elapsed.TotalSeconds;

            await sending;
            var (kept, found) = await load.CountAsync(CancellationToken.None);
            Console.Error.WriteLine($"{name} away: moving {seconds:0.00} s after its return; {load.Sent} sent, {load.Refused} told to try again, {load.Acknowledged} acknowledged, {kept} there, {found} results");
            return new Rejoined(seconds, kept, found);
        }
        finally
        {
            await servers.StopAsync();
        }
    }

    private static async Task<long> OutcomesAsync(NpgsqlDataSource results)
    {
        await using var command = results.CreateCommand("SELECT count(\"CompletedAt\") FROM analyses");
        return (long)(await command.ExecuteScalarAsync())!;
    }

    /// <param name="Seconds">From the return until an outcome has been recorded that was not before, and an instance acknowledged if there was one to send.</param>
    /// <param name="Kept">Acknowledged instances that came back with their bytes.</param>
    /// <param name="Results">Of which each is the only one of an instance and a model.</param>
    private sealed record Rejoined(double Seconds, int Kept, int Results);
}
