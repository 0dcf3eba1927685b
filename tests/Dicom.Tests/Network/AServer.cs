using System.Collections.Concurrent;
using System.Net;
using System.Threading.Channels;
using MedCloud.Dicom.Network;

namespace MedCloud.Dicom.Tests.Network;

/// <summary>A running <see cref="DicomServer"/> on a free port, with what it received and told.</summary>
internal sealed class AServer : IAsyncDisposable
{
    private readonly DicomServer server;
    private readonly Channel<AssociationEvent> events = Channel.CreateUnbounded<AssociationEvent>();

    private AServer(StoreHandler? store, Func<DicomServerOptions, DicomServerOptions> configure, TimeProvider time)
    {
        var options = new DicomServerOptions { EndPoint = new IPEndPoint(IPAddress.Loopback, 0), AeTitle = AeTitle.Parse("MEDCLOUD") };
        server = new DicomServer(configure(options), store ?? KeepAsync, told => events.Writer.TryWrite(told), time);
        server.Start();
    }

    /// <summary>Data sets that the default handler has read to their ends, by SOP Instance UID.</summary>
    public ConcurrentDictionary<string, byte[]> Received { get; } = new();

    public int Port => server.Port;

    public static AServer Start(StoreHandler? store = null, Func<DicomServerOptions, DicomServerOptions>? configure = null, TimeProvider? time = null) =>
        new(store, configure ?? (options => options), time ?? TimeProvider.System);

    /// <summary>The next event of this kind; others before it are dropped.</summary>
    public async Task<T> NextAsync<T>()
        where T : AssociationEvent
    {
        while (true)
        {
            if (await events.Reader.ReadAsync(TestContext.Current.CancellationToken) is T wanted)
                return wanted;
        }
    }

    public Task StopAsync(CancellationToken cancellationToken) => server.StopAsync(cancellationToken);

    public ValueTask DisposeAsync() => server.DisposeAsync();

    private async ValueTask<StoreResponse> KeepAsync(StoreRequest request, CancellationToken cancellationToken)
    {
        using var bytes = new MemoryStream();
        await request.DataSet.CopyToAsync(bytes, cancellationToken);
        Received[request.SopInstanceUid.Value] = bytes.ToArray();
        return new StoreResponse(DimseStatus.Success);
    }
}
