namespace MedCloud.Dicom.Tests;

/// <summary>The frame decoder of the tests; the processes that it starts end with the tests' own.</summary>
internal static class Decoding
{
    private static readonly FrameDecoder Decoder = new();

    public static async Task<FrameResult> DecodeAsync(PixelDescription description, TransferSyntax syntax, byte[] frame) =>
        await Decoder.DecodeAsync(description, syntax, frame, TestContext.Current.CancellationToken);

    /// <summary>For codecs of our own, which need no other process.</summary>
    public static FrameResult Decode(PixelDescription description, TransferSyntax syntax, ReadOnlyMemory<byte> frame, CancellationToken? cancellationToken = null)
    {
        var decoding = Decoder.DecodeAsync(description, syntax, frame, cancellationToken ?? TestContext.Current.CancellationToken).AsTask();
        Assert.True(decoding.IsCompleted, $"{syntax} was not decoded in this process");
        return decoding.GetAwaiter().GetResult();
    }
}
