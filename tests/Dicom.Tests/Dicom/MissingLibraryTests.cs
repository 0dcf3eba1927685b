using System.Diagnostics;
using MedCloud.Dicom.Codecs;

namespace MedCloud.Dicom.Tests;

/// <summary>A machine without a codec's library, made by hiding it from one process: the answer names the library and where it comes from.</summary>
public sealed class MissingLibraryTests
{
    [Theory]
    [InlineData(NativeCodec.JpegLs, "libcharls.so.2", "JPEG-LS needs libcharls.so.2 (Debian: libcharls2), which is not on this machine")]
    [InlineData(NativeCodec.Jpeg2000, "libopenjp2.so.7", "JPEG 2000 needs libopenjp2.so.7 (Debian: libopenjp2-7), which is not on this machine")]
    public async Task AMissingLibraryIsNamed(NativeCodec codec, string library, string sentence)
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var program = Path.Combine(AppContext.BaseDirectory, "MedCloud.Dicom.Codecs");
        // in a mount namespace of its own, an empty file lies over the library
        var start = new ProcessStartInfo("unshare", ["-m", "sh", "-c", $"mount --bind /dev/null \"$(readlink -f /usr/lib/*/{library})\" && exec '{program}'"])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
        };
        start.Environment["DOTNET_ROOT"] = Path.GetFullPath(Path.Combine(System.Runtime.InteropServices.RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));
        using var process = Process.Start(start)!;

        await new CodecRequest(codec, 1, 1, 1, 1).WriteAsync(process.StandardInput.BaseStream, new byte[] { 1 }, cancellationToken);
        var answer = await CodecAnswer.ReadAsync(process.StandardOutput.BaseStream, 1, cancellationToken);
        process.StandardInput.Close();
        await process.WaitForExitAsync(cancellationToken);

        Assert.Equal((CodecOutcome.LibraryMissing, sentence), (answer.Outcome, answer.Sentence));
        Assert.Equal(0, process.ExitCode);
    }
}
