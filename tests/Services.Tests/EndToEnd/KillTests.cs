using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using MedCloud.Dicom;
using MedCloud.Dicom.Network;
using MedCloud.Tests;

namespace MedCloud.Services.Tests.EndToEnd;

/// <summary>kill -9 at random moments, counted at the outside: the senders' acknowledgements against retrieved bytes and results.</summary>
public sealed class KillTests : IDisposable
{
    private const int InstancesPerStudy = 10;
    private static readonly string[] Models = ["cxr-lungs", "cxr-pneumonia"];
    private static readonly bool Long = Environment.GetEnvironmentVariable("MEDCLOUD_TEST_LONG") == "1";

    private readonly ConcurrentQueue<SampleXray> toSend = new();
    private readonly ConcurrentDictionary<string, SampleXray> kept = new();
    private readonly SemaphoreSlim acknowledgement = new(0);
    private TaskCompletionSource<AllInOneProcess> running = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int sent;

    [Fact]
    public async Task NothingAcknowledgedIsLostAndEveryInstanceHasOneResultPerModel()
    {
        var (instances, kills) = Long ? (500, 10) : (60, 3);
        var random = new Random(20261123);
        using var folder = new TemporaryFolder();
        foreach (var number in Enumerable.Range(0, instances))
            toSend.Enqueue(SampleXray.Create(number / InstancesPerStudy, number));
        var cancellationToken = TestContext.Current.CancellationToken;

        var process = await AllInOneProcess.StartAsync(folder.Path);
        running.SetResult(process);
        Task[] senders =
        [
            .. Enumerable.Range(0, 4).Select(_ => SendAsync(StoreByDimseAsync, cancellationToken)),
            .. Enumerable.Range(0, 4).Select(_ => SendAsync(StoreByStowAsync, cancellationToken)),
        ];

        // Two thirds of the kills fall while instances arrive, the others while the backlog is analysed.
        var whileSending = Enumerable.Range(0, kills * 2 / 3).Select(_ => random.Next(1, instances)).Order().ToArray();
        var acknowledged = 0;
        foreach (var moment in whileSending)
        {
            for (; acknowledged < moment; acknowledged++)
                await acknowledgement.WaitAsync(cancellationToken);
            process = await KillAndRestartAsync(process);
        }
        await Task.WhenAll(senders);
        for (var kill = whileSending.Length; kill < kills; kill++)
        {
            using var moment = new PeriodicTimer(TimeSpan.FromMilliseconds(random.Next(50, 1500)));
            await moment.WaitForNextTickAsync(cancellationToken);
            process = await KillAndRestartAsync(process);
        }

        await using var last = process;
        Assert.Equal(instances, kept.Count);
        var (retrieved, results) = await CountAsync(process, cancellationToken);
        Assert.Equal(instances, retrieved);
        Assert.Equal(instances * Models.Length, results);
        await LongRun.ReportAsync($"kill -9 of the one process: {kills} kills, {instances} instances over 4 associations and 4 STOW connections, {sent} sent, {kept.Count} acknowledged, {retrieved} retrieved with the same bytes, {results} results of {instances * Models.Length}, none twice");
    }

    public void Dispose() => acknowledgement.Dispose();

    /// <summary>How many acknowledged instances come back with the bytes that were sent, and how many (instance, model) pairs have exactly one completed analysis.</summary>
    private async Task<(int Retrieved, int Results)> CountAsync(AllInOneProcess process, CancellationToken cancellationToken)
    {
        using var client = new ProductClient(process.HttpUrl);
        int retrieved = 0, results = 0;
        foreach (var study in kept.Values.GroupBy(instance => instance.Study))
        {
            var analyses = (await client.FinishedStudyAsync(study.Key, study.Count() * Models.Length, cancellationToken))["analyses"]!.AsArray();
            foreach (var instance in study)
            {
                var file = await client.RetrieveAsync(instance.Study, instance.Series, instance.Instance, cancellationToken);
                retrieved += file is not null && DataSetHash(file) == DataSetHash(instance.File) ? 1 : 0;
                results += Models.Count(model => analyses.Count(analysis => Is(analysis!, instance, model)) == 1);
            }
        }
        return (retrieved, results);
    }

    private static bool Is(JsonNode analysis, SampleXray instance, string model) =>
        (string?)analysis["sopInstanceUid"] == instance.Instance && (string?)analysis["modelName"] == model && (string?)analysis["state"] == "ANALYSIS_STATE_COMPLETED";

    /// <summary>What came by DIMSE has another file meta group: the data set, from (0008,0005) or (0008,0008) on, is what must be the same.</summary>
    private static string DataSetHash(byte[] file)
    {
        var metaLength = BitConverter.ToInt32(file, 140);
        return Convert.ToHexStringLower(SHA256.HashData(file.AsSpan(144 + metaLength)));
    }

    private async Task<AllInOneProcess> KillAndRestartAsync(AllInOneProcess process)
    {
        running = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await process.KillAsync();
        await process.DisposeAsync();
        var restarted = await AllInOneProcess.StartAsync(process.Data);
        running.SetResult(restarted);
        return restarted;
    }

    /// <summary>A PACS: keeps an instance until it is acknowledged, and never sends it again after that.</summary>
    private async Task SendAsync(Func<AllInOneProcess, SampleXray, CancellationToken, Task<bool>> store, CancellationToken cancellationToken)
    {
        while (toSend.TryDequeue(out var instance))
        {
            var acknowledged = false;
            while (!acknowledged)
            {
                var process = await running.Task.WaitAsync(cancellationToken);
                Interlocked.Increment(ref sent);
                try
                {
                    acknowledged = await store(process, instance, cancellationToken);
                }
                catch (Exception exception) when (exception is IOException or HttpRequestException or SocketException or AssociationEndedException)
                {
                    // Killed under the sender: not acknowledged.
                }
            }
            Assert.True(kept.TryAdd(instance.Instance, instance));
            acknowledgement.Release();
        }
    }

    private static async Task<bool> StoreByStowAsync(AllInOneProcess process, SampleXray instance, CancellationToken cancellationToken)
    {
        using var client = new ProductClient(process.HttpUrl);
        var (status, _) = await client.StowAsync(instance.File, cancellationToken: cancellationToken);
        return status == 200;
    }

    private static async Task<bool> StoreByDimseAsync(AllInOneProcess process, SampleXray instance, CancellationToken cancellationToken)
    {
        using var file = new MemoryStream(instance.File);
        await using var client = await DicomClient.ConnectAsync(
            new IPEndPoint(IPAddress.Loopback, process.DimsePort),
            AeTitle.Parse("KILLTEST"),
            AeTitle.Parse("MEDCLOUD"),
            [new ProposedContext(SampleXray.SopClass, [TransferSyntax.ExplicitVrLittleEndian])],
            cancellationToken: cancellationToken);
        var response = await client.StoreFileAsync(file, cancellationToken);
        return response.Status == 0;
    }
}
