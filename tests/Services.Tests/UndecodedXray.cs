using MedCloud.Tests;

namespace MedCloud.Services.Tests;

/// <summary>An X-ray that says that it is in JPEG with arithmetic coding, which nothing of today writes and MedCloud does not decode.</summary>
internal static class UndecodedXray
{
    public static async Task<byte[]> ReadAsync()
    {
        var bytes = await File.ReadAllBytesAsync(SharedData.Path("cxr_dicom/files/cxr_002.dcm"), TestContext.Current.CancellationToken);
        "1.2.840.10008.1.2.4.52"u8.CopyTo(bytes.AsSpan(bytes.AsSpan().IndexOf("1.2.840.10008.1.2.4.90"u8)));
        return bytes;
    }
}
