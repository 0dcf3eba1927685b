using System.Net;
using MedCloud.Dicom;
using MedCloud.Dicom.Network;
using MedCloud.Tests;

namespace MedCloud.Services.Tests.Telemetry;

/// <summary>A PACS that sends one instance by an association of its own.</summary>
internal static class Sender
{
    /// <summary>The status of the C-STORE.</summary>
    public static async Task<ushort> StoreAsync(int port, byte[] file, CancellationToken cancellationToken, string called = "MEDCLOUD")
    {
        await using var client = await DicomClient.ConnectAsync(
            new IPEndPoint(IPAddress.Loopback, port),
            AeTitle.Parse("PACS"),
            AeTitle.Parse(called),
            [new ProposedContext(SampleXray.SopClass, [TransferSyntax.ExplicitVrLittleEndian])],
            cancellationToken: cancellationToken);
        var response = await client.StoreFileAsync(new MemoryStream(file), cancellationToken);
        await client.ReleaseAsync(cancellationToken);
        return response.Status;
    }
}
