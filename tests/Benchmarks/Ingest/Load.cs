using System.Diagnostics;
using System.Net;
using System.Net.Http.Headers;
using MedCloud.Benchmarks.Servers;
using MedCloud.Dicom;
using MedCloud.Dicom.Network;

namespace MedCloud.Benchmarks.Ingest;

/// <summary>What sending took, from the first request to the last answer.</summary>
/// <param name="PerSecond">Instances.</param>
/// <param name="MedianMs">The middle one of the times from a request to its answer.</param>
/// <param name="CpuByProcess">CPU of the server's processes per instance, until they rest, ms.</param>
internal sealed record Sent(double PerSecond, double MedianMs, IReadOnlyList<(string Name, double Ms)> CpuByProcess)
{
    /// <summary>CPU of the server per instance, until it rests.</summary>
    public double CpuMs => CpuByProcess.Sum(process => process.Ms);
}

/// <summary>The load, the same for every server.</summary>
internal static class Load
{
    private static readonly AeTitle Calling = AeTitle.Parse("LOAD");

    /// <summary>C-STORE over several associations, each sending one instance after the other; they are open before the clock starts.</summary>
    public static async Task<Sent> StoreAsync(Server server, InstanceKind kind, int count, int associations)
    {
        var instances = kind.Generate(count);
        var clients = new DicomClient[associations];
        for (var index = 0; index < associations; index++)
            clients[index] = await ConnectAsync(server);
        return await MeasureAsync(server, instances, associations, 1, async (connection, batch) =>
        {
            var response = await StoreAsync(clients[connection], batch[0]);
            if (response.Status != DimseStatus.Success)
                throw new InvalidOperationException($"{server.Name} answered a C-STORE with {response.Status:X4}");
        }, async () =>
        {
            foreach (var client in clients)
            {
                await client.ReleaseAsync(CancellationToken.None);
                await client.DisposeAsync();
            }
        });
    }

    /// <summary>An association over which instances can be stored.</summary>
    public static Task<DicomClient> ConnectAsync(Server server) => DicomClient.ConnectAsync(
        server.Dimse ?? throw new InvalidOperationException($"{server.Name} has no DIMSE door"),
        Calling,
        server.AeTitle,
        [new ProposedContext(InstanceKind.SopClassUid, [InstanceKind.Syntax])]);

    /// <summary>One C-STORE.</summary>
    public static Task<StoreResponse> StoreAsync(DicomClient client, Instance instance) => client.StoreAsync(
        InstanceKind.SopClassUid, instance.SopInstanceUid, InstanceKind.Syntax, new JoinedStream(instance.Header, instance.Pixels), CancellationToken.None);

    /// <summary>One STOW-RS request.</summary>
    public static async Task<HttpResponseMessage> StowAsync(HttpClient http, Server server, Instance[] instances)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, server.Stow) { Content = new StowContent(instances) };
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/dicom+json"));
        return await http.SendAsync(request);
    }

    /// <summary>STOW-RS over several connections, each sending one request after the other.</summary>
    public static async Task<Sent> StowAsync(Server server, InstanceKind kind, int count, int connections, int instancesPerRequest)
    {
        var instances = kind.Generate(count);
        using var http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = connections }) { Timeout = TimeSpan.FromMinutes(5) };
        return await MeasureAsync(server, instances, connections, instancesPerRequest, async (_, batch) =>
        {
            using var response = await StowAsync(http, server, batch);
            if (response.StatusCode != HttpStatusCode.OK)
                throw new InvalidOperationException($"{server.Name} answered STOW with {(int)response.StatusCode}: {await response.Content.ReadAsStringAsync()}");
        }, () => Task.CompletedTask);
    }

    /// <summary>Plain uploads of the same files into the blob store, several at a time.</summary>
    public static async Task<Sent> PutAsync(Server server, InstanceKind kind, int count, int connections)
    {
        var container = server.Blobs ?? throw new InvalidOperationException($"{server.Name} takes no blobs");
        var files = kind.Generate(count).ToDictionary(instance => instance, instance => (byte[])[.. instance.Meta.Span, .. instance.Header.Span, .. instance.Pixels.Span]);
        return await MeasureAsync(server, [.. files.Keys], connections, 1, async (_, batch) =>
        {
            using var file = new MemoryStream(files[batch[0]], writable: false);
            await container.GetBlobClient(batch[0].SopInstanceUid.Value).UploadAsync(file);
        }, () => Task.CompletedTask);
    }

    private static async Task<Sent> MeasureAsync(
        Server server, Instance[] instances, int connections, int together, Func<int, Instance[], Task> send, Func<Task> close)
    {
        var batches = instances.Chunk(together).ToArray();
        var times = new double[batches.Length];
        var next = -1;
        await PrepareMemoryAsync(instances.Sum(instance => (long)instance.Header.Length + instance.Pixels.Length));
        var before = server.CpuByProcess();
        var clock = Stopwatch.StartNew();
        await Task.WhenAll(Enumerable.Range(0, connections).Select(connection => Task.Run(async () =>
        {
            for (var index = Interlocked.Increment(ref next); index < batches.Length; index = Interlocked.Increment(ref next))
            {
                var started = Stopwatch.GetTimestamp();
                await send(connection, batches[index]);
                times[index] = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
            }
        })));
        var seconds = clock.Elapsed.TotalSeconds;
        await close();
        await server.RestAsync();
        return new Sent(
            instances.Length / seconds,
            Median.Of(times),
            [.. server.CpuByProcess().Zip(before, (now, then) => (now.Name, (now.Seconds - then.Seconds) * 1000 / instances.Length))]);
    }

    /// <summary>
    /// Gives every measurement the same page cache: pages that a virtual machine has not used yet cost their first user several times the copy, and what an earlier
    /// measurement left unwritten would be written during this one. A file of the size that is about to be stored is written, deleted, and everything synchronised.
    /// </summary>
    private static async Task PrepareMemoryAsync(long bytes)
    {
        var block = new byte[1024 * 1024];
        var path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());
        await using (var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0, FileOptions.DeleteOnClose))
        {
            for (var written = 0L; written < bytes + (bytes / 2); written += block.Length)
                await file.WriteAsync(block);
        }
        await Tools.RunAsync("sync");
    }

    /// <summary>Two pieces of memory as one stream.</summary>
    private sealed class JoinedStream(ReadOnlyMemory<byte> first, ReadOnlyMemory<byte> second) : ForwardOnlyStream
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (first.IsEmpty)
                (first, second) = (second, default);
            var count = Math.Min(first.Length, buffer.Length);
            first.Span[..count].CopyTo(buffer.Span);
            first = first[count..];
            return ValueTask.FromResult(count);
        }
    }

    /// <summary>multipart/related of Part 10 files (PS3.18 10.5), with its length known beforehand.</summary>
    private sealed class StowContent : HttpContent
    {
        private static readonly byte[] Head = "--part\r\nContent-Type: application/dicom\r\n\r\n"u8.ToArray();
        private static readonly byte[] Tail = "--part--\r\n"u8.ToArray();
        private static readonly byte[] Newline = "\r\n"u8.ToArray();

        private readonly ReadOnlyMemory<byte>[] pieces;

        public StowContent(IEnumerable<Instance> instances)
        {
            pieces = [.. instances.SelectMany(instance => (ReadOnlyMemory<byte>[])[Head, instance.Meta, instance.Header, instance.Pixels, Newline]), Tail];
            Headers.ContentType = MediaTypeHeaderValue.Parse("multipart/related; type=\"application/dicom\"; boundary=part");
        }

        protected override async Task SerializeToStreamAsync(Stream stream, TransportContext? context)
        {
            foreach (var piece in pieces)
                await stream.WriteAsync(piece);
        }

        protected override bool TryComputeLength(out long length)
        {
            length = pieces.Sum(piece => (long)piece.Length);
            return true;
        }
    }
}
