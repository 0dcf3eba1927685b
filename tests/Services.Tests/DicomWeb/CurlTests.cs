using System.Diagnostics;
using static MedCloud.Services.Tests.DicomWeb.Part10;

namespace MedCloud.Services.Tests.DicomWeb;

/// <summary>The door as an outside client sees it: curl, with Expect: 100-continue and chunks of its own.</summary>
public sealed class CurlTests : IAsyncLifetime
{
    private readonly string folder = Directory.CreateTempSubdirectory("medcloud-curl-").FullName;
    private DicomWebServer? server;

    private DicomWebServer Server => server!;

    public async ValueTask InitializeAsync() => server = await DicomWebServer.StartAsync();

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }

    [Theory]
    [InlineData("")]
    [InlineData("Transfer-Encoding: chunked")]
    public async Task Curl_StoresAndRetrievesTheSameBytes(string header)
    {
        var file = File(1, change: dataSet => dataSet.Set(new MedCloud.Dicom.DicomElement(MedCloud.Dicom.DicomTags.PixelData, MedCloud.Dicom.Vr.OW, new byte[3 << 20])));
        var body = Path.Combine(folder, "body");
        var retrieved = Path.Combine(folder, "retrieved.dcm");
        await System.IO.File.WriteAllBytesAsync(body, Multipart(file), TestContext.Current.CancellationToken);
        string[] extra = header.Length > 0 ? ["-H", header] : [];

        var stored = await CurlAsync([.. extra, "-H", $"Content-Type: {Upload.Multipart10}", "-H", "Expect: 100-continue", "--data-binary", $"@{body}", "/dicom-web/studies"]);
        var status = await CurlAsync(["-H", "Accept: application/dicom", "-o", retrieved, $"/dicom-web/studies/{Study(1)}/series/{Series(1)}/instances/{Instance(1)}"]);

        Assert.EndsWith("200", stored, StringComparison.Ordinal);
        Assert.Contains($"{Instance(1)}", stored, StringComparison.Ordinal);
        Assert.Equal("200", status);
        Assert.Equal(file, await System.IO.File.ReadAllBytesAsync(retrieved, TestContext.Current.CancellationToken));
    }

    /// <summary>Runs curl; the last argument is a path of the server. Returns the answer's body and status.</summary>
    private async Task<string> CurlAsync(string[] arguments)
    {
        using var curl = Process.Start(new ProcessStartInfo("curl", ["-sS", "-w", "%{http_code}", .. arguments[..^1], $"{Server.Client.BaseAddress}{arguments[^1][1..]}"]) { RedirectStandardOutput = true })!;
        var output = await curl.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await curl.WaitForExitAsync(TestContext.Current.CancellationToken);
        Assert.Equal(0, curl.ExitCode);
        return output;
    }
}
