namespace MedCloud.Dicom.Tests;

/// <summary>Thousands of damaged frames of each codec: each is decoded or corrupt, within bounds of time and memory, and this process lives on.</summary>
[Collection(nameof(Mutants))]
public sealed class DecoderMutationTests
{
    [Fact]
    public async Task DamagedRleFrames_AreDecodedOrCorrupt()
    {
        var description = FrameDecoderTests.Grey(16, 16) with { BitsAllocated = 16, BitsStored = 16, HighBit = 15 };
        var seed = RleEncoder.Encode(FrameDecoderTests.Gradient(16, 16), [.. FrameDecoderTests.Gradient(16, 16).Select(value => (byte)(value / 7))]);
        await DecodeMutantsAsync(seed, description, TransferSyntax.RleLossless);
    }

    [Fact]
    public async Task DamagedJpegFrames_AreDecodedOrCorrupt() =>
        await DecodeMutantsAsync(FrameDecoderTests.Jpeg(FrameDecoderTests.Gradient(40, 40), 40, 40), FrameDecoderTests.Grey(40, 40), TransferSyntax.JpegBaseline);

    [Theory]
    [MemberData(nameof(CompressedFrameTests.Encoded), MemberType = typeof(CompressedFrameTests))]
    public async Task DamagedCompressedFrames_AreDecodedOrCorrupt(string name, string syntax, byte[] frame, int stored, int taken, int tolerance)
    {
        _ = (name, tolerance);
        await DecodeMutantsAsync(frame, CompressedFrameTests.Description(stored, taken > 0), TransferSyntax.Find(syntax)!);
    }

    public static TheoryData<string, string, byte[], string> Colours => new()
    {
        { "JPEG baseline", "1.2.840.10008.1.2.4.50", EncodedFrames.ColourBaseline, "YBR_FULL_422" },
        { "JPEG-LS", "1.2.840.10008.1.2.4.80", EncodedFrames.ColourJpegLs, "RGB" },
        { "JPEG 2000", "1.2.840.10008.1.2.4.90", EncodedFrames.ColourJpeg2000, "YBR_RCT" },
    };

    [Theory]
    [MemberData(nameof(Colours))]
    public async Task DamagedColourFrames_AreDecodedOrCorrupt(string name, string syntax, byte[] frame, string photometric)
    {
        _ = name;
        var description = CompressedFrameTests.Description(8, signed: false) with { SamplesPerPixel = 3, PhotometricInterpretation = photometric };
        await DecodeMutantsAsync(frame, description, TransferSyntax.Find(syntax)!);
    }

    [Fact]
    public async Task DamagedDeflatedFrames_AreDecodedOrCorrupt()
    {
        using var deflated = new MemoryStream();
        await using (var deflater = new System.IO.Compression.DeflateStream(deflated, System.IO.Compression.CompressionLevel.Optimal, leaveOpen: true))
            await deflater.WriteAsync(FrameDecoderTests.Gradient(40, 40), TestContext.Current.CancellationToken);
        await DecodeMutantsAsync(deflated.ToArray(), FrameDecoderTests.Grey(40, 40), TransferSyntax.Find("1.2.840.10008.1.2.8.1")!);
    }

    private static async Task DecodeMutantsAsync(byte[] seed, PixelDescription description, TransferSyntax syntax)
    {
        var (decoded, corrupt) = (0, 0);
        await Mutants.EachAsync(Mutants.OfADecoder, seed, 0, async mutant =>
        {
            var result = await Decoding.DecodeAsync(description, syntax, mutant);
            if (result is FrameResult.Decoded { Pixels.Length: var length })
            {
                Assert.Equal(description.DecodedBytes, length);
                decoded++;
            }
            else
            {
                Assert.IsType<FrameResult.Corrupt>(result);
                corrupt++;
            }
        });
        Assert.True(decoded > 0 && corrupt > Mutants.OfADecoder / 10, $"{decoded} decoded, {corrupt} corrupt: the mutants test little");
    }
}
