using CsCheck;
using JpegLibrary;

namespace MedCloud.Dicom.Tests;

public sealed class FrameDecoderTests
{
    [Fact]
    public void Native_IsTheGivenMemory()
    {
        byte[] pixels = [1, 2, 3, 4, 5, 6, 0];

        Assert.Equal(pixels[..6], Pixels(Grey(2, 3), TransferSyntax.ExplicitVrLittleEndian, pixels));
    }

    [Fact]
    public void Native_InPlanes_ComesOutPixelByPixel()
    {
        var colour = Grey(1, 2) with { SamplesPerPixel = 3, PlanarConfiguration = 1, PhotometricInterpretation = "RGB", BitsAllocated = 16, BitsStored = 16, HighBit = 15 };

        var pixels = Pixels(colour, TransferSyntax.ExplicitVrLittleEndian, [10, 11, 12, 13, 20, 21, 22, 23, 30, 31, 32, 33]);

        Assert.Equal([10, 11, 20, 21, 30, 31, 12, 13, 22, 23, 32, 33], pixels);
    }

    [Fact]
    public void Native_TooShort_IsCorruptWithBothNumbers() =>
        Assert.Equal(
            new FrameResult.Corrupt("pixel data is 2 bytes, Rows x Columns ask for 400000000"),
            Decode(Grey(20000, 20000), TransferSyntax.ExplicitVrLittleEndian, [1, 2]));

    [Theory]
    [InlineData("1.2.840.10008.1.2.4.102", 8, "MPEG-4 AVC/H.264 High Profile / Level 4.1 (1.2.840.10008.1.2.4.102) is not decoded")]
    [InlineData("1.2.840.10008.1.2.1", 64, "Bits Allocated 64 is not supported")]
    [InlineData("1.2.840.10008.1.2.4.51", 32, "lossy JPEG of 1 samples of 32 bits allocated is not supported")]
    public void WhatWeCannotDecode_IsNamed(string syntax, int bits, string sentence) =>
        Assert.Equal(
            new FrameResult.Unsupported(sentence),
            Decode(Grey(1, 1) with { BitsAllocated = bits, BitsStored = bits, HighBit = bits - 1 }, TransferSyntax.Find(syntax)!, new byte[8]));

    [Fact]
    public void Rle_OfAnyPixels_GivesThemBack() =>
        Gen.Select(Gen.Int[1, 3], Gen.Int[1, 2], Gen.Int[1, 20], Gen.Int[1, 20], Gen.Byte[0, 3].Array[2400]).Sample((samples, size, rows, columns, noise) =>
        {
            var count = rows * columns;
            var planes = Enumerable.Range(0, samples * size).Select(plane => noise.AsSpan(plane * 400, count).ToArray()).ToArray();
            var description = Grey(rows, columns) with { SamplesPerPixel = samples, BitsAllocated = 8 * size, BitsStored = 8 * size, HighBit = (8 * size) - 1 };

            var pixels = Pixels(description, TransferSyntax.RleLossless, RleEncoder.Encode(planes));

            // PS3.5 annex G.2: the segments are samples in turn, the most significant byte of each first
            for (var index = 0; index < pixels.Length; index++)
            {
                var (pixel, sample, significance) = (index / size / samples, index / size % samples, size - 1 - (index % size));
                Assert.Equal(planes[(sample * size) + significance][pixel], pixels[index]);
            }
        });

    public static TheoryData<string, byte[], string> RleFaults
    {
        get
        {
            byte[] Frame(uint segments, uint offset, params byte[] data) => [.. Encoded.UInt32(segments), .. Encoded.UInt32(offset), .. new byte[56], .. data];
            return new TheoryData<string, byte[], string>
            {
                { "no header", new byte[63], "the RLE frame ends inside its header" },
                { "segments", Frame(2, 64, 3, 1, 2, 3, 4), "the RLE frame has 2 segments, its pixels ask for 1" },
                { "many segments", Frame(0xFFFFFFFF, 64, 3, 1, 2, 3, 4), "the RLE frame has 4294967295 segments, its pixels ask for 1" },
                { "offset in header", Frame(1, 8, 3, 1, 2, 3, 4), "RLE segment 1 lies outside of its frame" },
                { "offset behind", Frame(1, 900, 3, 1, 2, 3, 4), "RLE segment 1 lies outside of its frame" },
                { "empty", Frame(1, 64), "RLE segment 1 ends before its last pixel" },
                { "literal cut", Frame(1, 64, 3, 1, 2), "RLE segment 1 ends inside a run" },
                { "repeat cut", Frame(1, 64, 253), "RLE segment 1 ends inside a run" },
                { "too long", Frame(1, 64, 252, 9), "RLE segment 1 runs past its last pixel" },
                { "noops only", Frame(1, 64, 128, 128, 128), "RLE segment 1 ends before its last pixel" },
            };
        }
    }

    [Theory]
    [MemberData(nameof(RleFaults))]
    public void Rle_Damaged_IsCorruptWithItsProblem(string name, byte[] frame, string problem) =>
        Assert.True(new FrameResult.Corrupt(problem) == Decode(Grey(2, 2), TransferSyntax.RleLossless, frame), name);

    [Fact]
    public void Rle_NoopsAndPaddingAreSkipped()
    {
        byte[] frame = [.. Encoded.UInt32(1), .. Encoded.UInt32(64), .. new byte[56], 128, 254, 7, 128, 0, 8, 0];

        Assert.Equal([7, 7, 7, 8], Pixels(Grey(2, 2), TransferSyntax.RleLossless, frame));
    }

    [Fact]
    public void Rle_AShortFrameOfALargeImage_AllocatesNothingForIt()
    {
        var before = GC.GetAllocatedBytesForCurrentThread();

        Assert.Equal(new FrameResult.Corrupt("the RLE frame is too short for Rows x Columns"), Decode(Grey(20000, 20000), TransferSyntax.RleLossless, [1, .. new byte[999]]));

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 100_000);
    }

    [Fact]
    public void Jpeg_BaselineGrey_GivesThePixelsWithinAFewLevels()
    {
        var image = Gradient(37, 53);

        var pixels = Pixels(Grey(37, 53), TransferSyntax.JpegBaseline, Jpeg(image, 37, 53));

        Assert.Equal(image.Length, pixels.Length);
        Assert.InRange(image.Zip(pixels, (expected, actual) => Math.Abs(expected - actual)).Max(), 0, 4);
    }

    [Fact]
    public void Jpeg_ThatDoesNotFitItsAttributes_IsCorrupt()
    {
        var jpeg = Jpeg(Gradient(37, 53), 37, 53);

        Assert.Equal(new FrameResult.Corrupt("the JPEG frame is 37 x 53, Rows x Columns say 53 x 37"), Decode(Grey(53, 37), TransferSyntax.JpegBaseline, jpeg));
        Assert.Equal(new FrameResult.Corrupt("the JPEG frame is too short for Rows x Columns"), Decode(Grey(20000, 20000), TransferSyntax.JpegBaseline, jpeg));
        Assert.Equal(new FrameResult.Corrupt("the JPEG frame has no whole scan"), Decode(Grey(37, 53), TransferSyntax.JpegBaseline, [.. jpeg[..jpeg.AsSpan().IndexOf<byte>([0xFF, 0xDA])], 0xFF, 0xD9]));
        Assert.Equal(new FrameResult.Corrupt("the JPEG frame is damaged"), Decode(Grey(37, 53), TransferSyntax.JpegBaseline, [1, 2, 3, .. jpeg]));
        Assert.Equal(
            new FrameResult.Corrupt("Bits Allocated is 16, JPEG baseline asks for 8"),
            Decode(Grey(37, 53) with { BitsAllocated = 16, BitsStored = 12, HighBit = 11 }, TransferSyntax.JpegBaseline, jpeg));
        Assert.Equal(
            new FrameResult.Corrupt("the JPEG frame has 1 components of 8 bits, its pixels ask for 3 of up to 8"),
            Decode(Grey(37, 53) with { SamplesPerPixel = 3, PhotometricInterpretation = "YBR_FULL_422" }, TransferSyntax.JpegBaseline, jpeg));
    }

    [Fact]
    public void Jpeg_CutInItsScan_IsCorrupt()
    {
        var jpeg = Jpeg(Gradient(64, 64), 64, 64);

        for (var length = jpeg.Length - 4; length > 0; length -= 3)
        {
            Assert.IsType<FrameResult.Corrupt>(Decode(Grey(64, 64), TransferSyntax.JpegBaseline, jpeg[..length]));
            Assert.IsType<FrameResult.Corrupt>(Decode(Grey(64, 64), TransferSyntax.JpegBaseline, [.. jpeg[..length], 0xFF, 0xD9]));
        }
    }

    [Fact]
    public void Decode_Cancelled_Throws() =>
        Assert.ThrowsAny<OperationCanceledException>(() => Decoding.Decode(Grey(1, 1), TransferSyntax.RleLossless, new byte[70], new CancellationToken(canceled: true)));

    internal static PixelDescription Grey(int rows, int columns) => new()
    {
        Rows = rows,
        Columns = columns,
        SamplesPerPixel = 1,
        BitsAllocated = 8,
        BitsStored = 8,
        HighBit = 7,
        Signed = false,
        PhotometricInterpretation = "MONOCHROME2",
    };

    internal static byte[] Gradient(int rows, int columns) =>
        [.. Enumerable.Range(0, rows * columns).Select(index => (byte)((2 * (index / columns)) + (index % columns)))];

    /// <summary>Encodes 8-bit grey as JPEG baseline at a high quality.</summary>
    internal static byte[] Jpeg(byte[] image, int rows, int columns)
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>();
        var encoder = new JpegEncoder();
        encoder.SetQuantizationTable(JpegStandardQuantizationTable.ScaleByQuality(JpegStandardQuantizationTable.GetLuminanceTable(JpegElementPrecision.Precision8Bit, 0), 98));
        encoder.SetHuffmanTable(true, 0, JpegStandardHuffmanEncodingTable.GetLuminanceDCTable());
        encoder.SetHuffmanTable(false, 0, JpegStandardHuffmanEncodingTable.GetLuminanceACTable());
        encoder.AddComponent(1, 0, 0, 0, 1, 1);
        encoder.SetInputReader(new GreyReader(image, rows, columns));
        encoder.SetOutput(buffer);
        encoder.Encode();
        return buffer.WrittenSpan.ToArray();
    }

    private static FrameResult Decode(PixelDescription description, TransferSyntax syntax, byte[] frame) => Decoding.Decode(description, syntax, frame);

    private static byte[] Pixels(PixelDescription description, TransferSyntax syntax, byte[] frame) =>
        Assert.IsType<FrameResult.Decoded>(Decode(description, syntax, frame)).Pixels.ToArray();

    private sealed class GreyReader(byte[] image, int rows, int columns) : JpegBlockInputReader
    {
        public override int Width => columns;

        public override int Height => rows;

        public override void ReadBlock(ref short blockRef, int componentIndex, int x, int y)
        {
            for (var index = 0; index < 64; index++)
            {
                var (row, column) = (Math.Min(rows - 1, y + (index / 8)), Math.Min(columns - 1, x + (index % 8)));
                System.Runtime.CompilerServices.Unsafe.Add(ref blockRef, index) = image[(row * columns) + column];
            }
        }
    }
}
