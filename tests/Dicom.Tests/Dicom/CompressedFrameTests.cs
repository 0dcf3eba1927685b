using System.Buffers.Binary;

namespace MedCloud.Dicom.Tests;

/// <summary>Frames made by other encoders.</summary>
public sealed class CompressedFrameTests
{
    public static TheoryData<string, string, byte[], int, int, int> Encoded => new()
    {
        // name, transfer syntax, frame, bits stored, what was taken from the image, tolerance
        { "8 bits, first order", "1.2.840.10008.1.2.4.70", EncodedFrames.Lossless8, 8, 0, 0 },
        { "12 bits, first order", "1.2.840.10008.1.2.4.70", EncodedFrames.Lossless12, 12, 0, 0 },
        { "16 bits signed, first order", "1.2.840.10008.1.2.4.70", EncodedFrames.LosslessSigned16, 16, 700, 0 },
        { "16 bits signed, predictor 2", "1.2.840.10008.1.2.4.57", EncodedFrames.LosslessPredictor2, 16, 700, 0 },
        { "16 bits signed, predictor 3", "1.2.840.10008.1.2.4.57", EncodedFrames.LosslessPredictor3, 16, 700, 0 },
        { "16 bits signed, predictor 4", "1.2.840.10008.1.2.4.57", EncodedFrames.LosslessPredictor4, 16, 700, 0 },
        { "16 bits signed, predictor 5", "1.2.840.10008.1.2.4.57", EncodedFrames.LosslessPredictor5, 16, 700, 0 },
        { "16 bits signed, predictor 6", "1.2.840.10008.1.2.4.57", EncodedFrames.LosslessPredictor6, 16, 700, 0 },
        { "16 bits signed, predictor 7", "1.2.840.10008.1.2.4.57", EncodedFrames.LosslessPredictor7, 16, 700, 0 },
        { "12 bits, extended", "1.2.840.10008.1.2.4.51", EncodedFrames.Extended12, 12, 0, 12 },
        { "12 bits, progressive", "1.2.840.10008.1.2.4.55", EncodedFrames.Progressive12, 12, 0, 12 },
        { "8 bits, JPEG-LS", "1.2.840.10008.1.2.4.80", EncodedFrames.JpegLs8, 8, 0, 0 },
        { "12 bits, JPEG-LS", "1.2.840.10008.1.2.4.80", EncodedFrames.JpegLs12, 12, 0, 0 },
        { "16 bits signed, JPEG-LS", "1.2.840.10008.1.2.4.80", EncodedFrames.JpegLsSigned16, 16, 700, 0 },
        { "12 bits, JPEG-LS near-lossless", "1.2.840.10008.1.2.4.81", EncodedFrames.JpegLsNear12, 12, 0, 3 },
        { "8 bits, JPEG 2000", "1.2.840.10008.1.2.4.90", EncodedFrames.Jpeg2000Of8, 8, 0, 0 },
        { "12 bits, JPEG 2000", "1.2.840.10008.1.2.4.90", EncodedFrames.Jpeg2000Of12, 12, 0, 0 },
        { "16 bits signed, JPEG 2000", "1.2.840.10008.1.2.4.90", EncodedFrames.Jpeg2000OfSigned16, 16, 700, 0 },
        { "8 bits, HTJ2K", "1.2.840.10008.1.2.4.201", EncodedFrames.HighThroughput8, 8, 0, 0 },
        { "12 bits, HTJ2K", "1.2.840.10008.1.2.4.203", EncodedFrames.HighThroughput12, 12, 0, 0 },
    };

    [Theory]
    [MemberData(nameof(Encoded))]
    public async Task AFrame_GivesTheImage(string name, string syntax, byte[] frame, int stored, int taken, int tolerance)
    {
        var pixels = Assert.IsType<FrameResult.Decoded>(await DecodeAsync(Description(stored, taken > 0), syntax, frame)).Pixels;

        Assert.Equal(EncodedFrames.Image.Length * (stored == 8 ? 1 : 2), pixels.Length);
        for (var index = 0; index < EncodedFrames.Image.Length; index++)
        {
            int value = stored == 8 ? pixels.Span[index] : BinaryPrimitives.ReadInt16LittleEndian(pixels.Span[(2 * index)..]);
            var expected = stored == 8 ? EncodedFrames.Image[index] >> 3 : EncodedFrames.Image[index] - taken;
            Assert.True(Math.Abs(value - expected) <= tolerance, $"{name}: {value} at {index}, not {expected}");
        }
    }

    [Theory]
    [MemberData(nameof(Encoded))]
    public async Task AFrame_ThatIsNotWhatTheDataSetSays_IsCorrupt(string name, string syntax, byte[] frame, int stored, int taken, int tolerance)
    {
        _ = (name, tolerance);
        var description = Description(stored, taken > 0);
        PixelDescription[] others =
        [
            description with { Rows = EncodedFrames.Columns, Columns = EncodedFrames.Rows },
            description with { Rows = EncodedFrames.Rows + 1 },
            description with { Columns = EncodedFrames.Columns - 1 },
        ];

        foreach (var other in others)
            Assert.Contains("Rows x Columns", Assert.IsType<FrameResult.Corrupt>(await DecodeAsync(other, syntax, frame)).Problem);
        if (stored > 8 && syntax is not ("1.2.840.10008.1.2.4.51" or "1.2.840.10008.1.2.4.55"))
            Assert.Contains("up to 8", Assert.IsType<FrameResult.Corrupt>(await DecodeAsync(Description(8, false), syntax, frame)).Problem);
    }

    [Theory]
    [MemberData(nameof(Encoded))]
    public async Task AFrame_CutInTheMiddle_IsCorrupt(string name, string syntax, byte[] frame, int stored, int taken, int tolerance)
    {
        _ = (name, tolerance);
        for (var length = 0; length < frame.Length * 3 / 4; length += 7)
            Assert.IsType<FrameResult.Corrupt>(await DecodeAsync(Description(stored, taken > 0), syntax, frame[..length]));
    }

    [Fact]
    public async Task ALosslessFrameInALossyTransferSyntax_IsCorrupt()
    {
        Assert.Equal(new FrameResult.Corrupt("the JPEG frame is lossless, its transfer syntax is not"), await DecodeAsync(Description(12, false), "1.2.840.10008.1.2.4.51", EncodedFrames.Lossless12));
        Assert.Equal(new FrameResult.Corrupt("the JPEG frame is not lossless, its transfer syntax is"), await DecodeAsync(Description(12, false), "1.2.840.10008.1.2.4.70", EncodedFrames.Extended12));
    }

    internal static PixelDescription Description(int stored, bool signed) =>
        FrameDecoderTests.Grey(EncodedFrames.Rows, EncodedFrames.Columns) with { BitsAllocated = stored == 8 ? 8 : 16, BitsStored = stored, HighBit = stored - 1, Signed = signed };

    private static Task<FrameResult> DecodeAsync(PixelDescription description, string syntax, byte[] frame) =>
        Decoding.DecodeAsync(description, TransferSyntax.Find(syntax)!, frame);
}
