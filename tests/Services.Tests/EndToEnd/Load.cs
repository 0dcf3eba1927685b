using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using MedCloud.Dicom;
using MedCloud.Dicom.Network;
using MedCloud.Tests;

namespace MedCloud.Services.Tests.EndToEnd;

/// <summary>Where MedCloud can be reached at the moment; awaited by whoever wants to, while there is no such place.</summary>
/// <param name="HttpUrl">Of DICOMweb.</param>
/// <param name="DimsePort">On loopback.</param>
/// <param name="ResultsUrl">Of JSON below /v1.</param>
internal sealed record Reachable(string HttpUrl, int DimsePort, string ResultsUrl);

/// <summary>
/// A PACS with a number of instances, over four associations and four STOW connections at a time, and what it counts at the outside: its acknowledgements, against
/// retrieved bytes and results.
/// </summary>
/// <param name="instances">How many.</param>
/// <param name="models">Those that every instance is to have a result of.</param>
/// <param name="reach">Where to.</param>
/// <param name="pause">Of each association and connection after every acknowledgement; null: none.</param>
internal sealed class Load(int instances, IReadOnlyList<string> models, Func<CancellationToken, Task<Reachable>> reach, TimeSpan? pause = null) : IDisposable
{
    private const int InstancesPerStudy = 10;

    private static int next;

    private readonly ConcurrentQueue<SampleXray> toSend = new(Enumerable.Range(First(instances), instances).Select(number => SampleXray.Create(number / InstancesPerStudy, number)));
    private readonly ConcurrentDictionary<string, SampleXray> kept = new();
    private readonly SemaphoreSlim acknowledgement = new(0);
    private int sent;
    private int refused;

    /// <summary>How often an instance was sent; more than once where no acknowledgement came.</summary>
    public int Sent => sent;

    /// <summary>How often the answer was "try again": 503 or A700.</summary>
    public int Refused => refused;

    /// <summary>How many instances were acknowledged.</summary>
    public int Acknowledged => kept.Count;

    /// <summary>The number of its first instance, the first of a study, so that no two loads have a study in common.</summary>
    private static int First(int instances)
    {
        var studies = (instances + InstancesPerStudy - 1) / InstancesPerStudy;
        return (Interlocked.Add(ref next, studies) - studies) * InstancesPerStudy;
    }

    /// <summary>Sends every instance until it is acknowledged, and never after that.</summary>
    public Task SendAsync(CancellationToken cancellationToken) => Task.WhenAll(
    [
        .. Enumerable.Range(0, 4).Select(_ => SendAsync(StoreByDimseAsync, cancellationToken)),
        .. Enumerable.Range(0, 4).Select(_ => SendAsync(StoreByStowAsync, cancellationToken)),
    ]);

    /// <summary>Returns after the next <paramref name="count"/> acknowledgements.</summary>
    public async Task AcknowledgedAsync(int count, CancellationToken cancellationToken)
    {
        for (var number = 0; number < count; number++)
            await acknowledgement.WaitAsync(cancellationToken);
    }

    /// <summary>
    /// Waits until no analysis is pending, and counts: acknowledged instances that come back with the bytes that were sent, and (instance, model) pairs that have exactly
    /// one analysis, and that a completed one.
    /// </summary>
    public async Task<(int Retrieved, int Results)> CountAsync(CancellationToken cancellationToken)
    {
        var place = await reach(cancellationToken);
        using var images = new ProductClient(place.HttpUrl);
        using var outcomes = new ProductClient(place.ResultsUrl);
        int retrieved = 0, results = 0;
        foreach (var study in kept.Values.GroupBy(instance => instance.Study))
        {
            var analyses = (await outcomes.FinishedStudyAsync(study.Key, study.Count() * models.Count, cancellationToken))["analyses"]!.AsArray();
            foreach (var instance in study)
            {
                var file = await images.RetrieveAsync(instance.Study, instance.Series, instance.Instance, cancellationToken);
                retrieved += file is not null && DataSetHash(file) == DataSetHash(instance.File) ? 1 : 0;
                results += models.Count(model => analyses.Where(analysis => Is(analysis!, instance, model)).ToArray() is [{ } only] && (string?)only["state"] == "ANALYSIS_STATE_COMPLETED");
            }
        }

        return (retrieved, results);
    }

    public void Dispose() => acknowledgement.Dispose();

    private static bool Is(JsonNode analysis, SampleXray instance, string model) =>
        (string?)analysis["sopInstanceUid"] == instance.Instance && (string?)analysis["modelName"] == model;

    /// <summary>What came by DIMSE has another file meta group: the data set, from (0008,0005) or (0008,0008) on, is what must be the same.</summary>
    private static string DataSetHash(byte[] file)
    {
        var metaLength = BitConverter.ToInt32(file, 140);
        return Convert.ToHexStringLower(SHA256.HashData(file.AsSpan(144 + metaLength)));
    }

    private async Task SendAsync(Func<Reachable, SampleXray, CancellationToken, Task<bool>> store, CancellationToken cancellationToken)
    {
        while (toSend.TryDequeue(out var instance))
        {
            while (true)
            {
                var place = await reach(cancellationToken);
                Interlocked.Increment(ref sent);
                try
                {
                    if (await store(place, instance, cancellationToken))
                        break;
                    Interlocked.Increment(ref refused);
                }
                catch (Exception exception) when (exception is IOException or HttpRequestException or SocketException or AssociationEndedException)
                {
                    // Ended under the sender: not acknowledged.
                }

                // As a PACS does; at once would be a flood.
                await Outage.LastsAsync(TimeSpan.FromMilliseconds(100), cancellationToken);
            }

            Assert.True(kept.TryAdd(instance.Instance, instance));
            acknowledgement.Release();
            if (pause is { } length)
                await Outage.LastsAsync(length, cancellationToken);
        }
    }

    private static async Task<bool> StoreByStowAsync(Reachable place, SampleXray instance, CancellationToken cancellationToken)
    {
        using var client = new ProductClient(place.HttpUrl);
        var (status, _) = await client.StowAsync(instance.File, cancellationToken: cancellationToken);
        Assert.True(status is 200 or 503, $"STOW answered {status}");
        return status == 200;
    }

    private static async Task<bool> StoreByDimseAsync(Reachable place, SampleXray instance, CancellationToken cancellationToken)
    {
        using var file = new MemoryStream(instance.File);
        await using var client = await DicomClient.ConnectAsync(
            new IPEndPoint(IPAddress.Loopback, place.DimsePort),
            AeTitle.Parse("KILLTEST"),
            AeTitle.Parse("MEDCLOUD"),
            [new ProposedContext(SampleXray.SopClass, [TransferSyntax.ExplicitVrLittleEndian])],
            cancellationToken: cancellationToken);
        var response = await client.StoreFileAsync(file, cancellationToken);
        Assert.True(response.Status is 0 or 0xA700, $"C-STORE answered {response.Status:X4}");
        return response.Status == 0;
    }
}
