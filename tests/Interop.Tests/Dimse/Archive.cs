using System.Collections.Concurrent;
using System.Net;
using MedCloud.Dicom.Network;

namespace MedCloud.Interop.Tests.Dimse;

/// <summary>One instance as the server was handed it.</summary>
internal sealed record ReceivedInstance(string SopClassUid, string TransferSyntaxUid, byte[] DataSet);

/// <summary>A <see cref="DicomServer"/> on a free port that keeps what it receives in memory.</summary>
internal sealed class Archive : IAsyncDisposable
{
    private readonly DicomServer server;

    public Archive(Func<DicomServerOptions, DicomServerOptions>? configure = null, StoreHandler? store = null)
    {
        var options = new DicomServerOptions { EndPoint = new IPEndPoint(IPAddress.Loopback, 0), AeTitle = AeTitle.Parse("MEDCLOUD") };
        server = new DicomServer(configure?.Invoke(options) ?? options, store ?? KeepAsync, Events.Add, TimeProvider.System);
        server.Start();
    }

    /// <summary>By SOP Instance UID.</summary>
    public ConcurrentDictionary<string, ReceivedInstance> Received { get; } = new();

    public ConcurrentBag<AssociationEvent> Events { get; } = [];

    public string Port => server.Port.ToString(System.Globalization.CultureInfo.InvariantCulture);

    public IPEndPoint EndPoint => new(IPAddress.Loopback, server.Port);

    public ValueTask DisposeAsync() => server.DisposeAsync();

    private async ValueTask<StoreResponse> KeepAsync(StoreRequest request, CancellationToken cancellationToken)
    {
        using var bytes = new MemoryStream();
        await request.DataSet.CopyToAsync(bytes, cancellationToken);
        Received[request.SopInstanceUid.Value] = new ReceivedInstance(request.SopClassUid.Value, request.TransferSyntax.Uid.Value, bytes.ToArray());
        return new StoreResponse(DimseStatus.Success);
    }
}
