using System.Diagnostics;
using System.Globalization;

namespace MedCloud.Dicom.Tests;

/// <summary>A process for native codecs that is gone when a frame comes. The processes of this one are counted, so these tests run alone.</summary>
[Collection(nameof(Mutants))]
public sealed class EndedDecoderTests
{
    private static readonly CancellationToken Token = TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("TERM", null)]
    [InlineData("KILL", null)]
    [InlineData("ALRM", "the JPEG-LS frame was not decoded in time")]
    public async Task AFrame_IsAskedAgain_UnlessItTookItsTime(string signal, string? problem)
    {
        using var decoder = new FrameDecoder();
        var before = Children();
        Assert.IsType<FrameResult.Decoded>(await DecodeAsync(decoder));
        var child = Assert.Single(Children().Except(before));

        using (var kill = Process.Start("kill", [$"-{signal}", child.ToString(CultureInfo.InvariantCulture)]))
            await kill.WaitForExitAsync(Token);

        var result = await DecodeAsync(decoder);
        if (problem is null)
            Assert.IsType<FrameResult.Decoded>(result);
        else
            Assert.Equal(new FrameResult.Corrupt(problem), result);
        Assert.IsType<FrameResult.Decoded>(await DecodeAsync(decoder));
    }

    private static async Task<FrameResult> DecodeAsync(FrameDecoder decoder) =>
        await decoder.DecodeAsync(CompressedFrameTests.Description(8, false), TransferSyntax.Find("1.2.840.10008.1.2.4.80")!, EncodedFrames.JpegLs8, Token);

    private static HashSet<int> Children() =>
        [.. Directory.GetDirectories("/proc/self/task").SelectMany(task => File.ReadAllText($"{task}/children").Split(' ', StringSplitOptions.RemoveEmptyEntries)).Select(int.Parse)];
}
