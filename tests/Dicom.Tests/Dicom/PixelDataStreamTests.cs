using static MedCloud.Dicom.Tests.Encoded;

namespace MedCloud.Dicom.Tests;

public sealed class PixelDataStreamTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(int.MaxValue)]
    public async Task NativeFrames_ComeOneByOne(int chunk)
    {
        var frames = await Reading.FramesAsync(Image(TransferSyntax.ExplicitVrLittleEndian, 2, Element(0x7FE00010, "OB", [1, 2, 3, 4, 5, 6, 7, 8])), chunk);

        Assert.Equal([[1, 2, 3, 4], [5, 6, 7, 8]], frames);
    }

    [Fact]
    public async Task NativeFrames_OfADeflatedFile_AreInflated()
    {
        var bytes = MutationSeeds.Nested(TransferSyntax.DeflatedExplicitVrLittleEndian);

        var frames = await Reading.FramesAsync(bytes);

        Assert.Equal([.. Enumerable.Range(0, 48).Select(value => (byte)(5 * value))], frames.SelectMany(frame => frame));
    }

    [Fact]
    public async Task BigEndianWords_AreHandedOutLittleEndian()
    {
        var sixteen = await Reading.FramesAsync(BigEndianImage(16, "OW", [1, 2, 3, 4, 5, 6, 7, 8]));
        var eightInWords = await Reading.FramesAsync(BigEndianImage(8, "OW", [1, 2, 3, 4]));
        var eightInBytes = await Reading.FramesAsync(BigEndianImage(8, "OB", [1, 2, 3, 4]));

        Assert.Equal([2, 1, 4, 3, 6, 5, 8, 7], sixteen.Single());
        Assert.Equal([2, 1, 4, 3], eightInWords.Single());
        Assert.Equal([1, 2, 3, 4], eightInBytes.Single());
    }

    [Fact]
    public async Task ShortNativePixelData_GivesAShortFrame()
    {
        var frames = await Reading.FramesAsync(Image(TransferSyntax.ExplicitVrLittleEndian, 1, Element(0x7FE00010, "OB", [1, 2])));

        Assert.Equal([[1, 2]], frames);
    }

    [Fact]
    public async Task ASingleFrame_IsAllItsFragments()
    {
        foreach (var table in new[] { Item(), Item(UInt32(0)), Item([.. UInt32(0), .. UInt32(12)]) })
        {
            var frames = await Reading.FramesAsync(Encapsulated(1, [.. table, .. Item(1, 2, 3, 4), .. Item(5, 6), .. Item()]));

            Assert.Equal([[1, 2, 3, 4, 5, 6]], frames);
        }
    }

    [Fact]
    public async Task FramesByOffsetTable_TakeTheFragmentsBetweenTheirOffsets()
    {
        byte[] fragments = [.. Item([.. UInt32(0), .. UInt32(20)]), .. Item(1, 2), .. Item(3, 4), .. Item(5, 6), .. Item(7, 8)];

        Assert.Equal([[1, 2, 3, 4], [5, 6, 7, 8]], await Reading.FramesAsync(Encapsulated(2, fragments)));
    }

    [Fact]
    public async Task FramesWithoutOffsetTable_AreOneFragmentEach() =>
        Assert.Equal([[1, 2], [3, 4]], await Reading.FramesAsync(Encapsulated(2, [.. Item(), .. Item(1, 2), .. Item(3, 4)])));

    [Fact]
    public async Task FramesWithoutOffsetTable_BeginWhereAnImageBegins()
    {
        byte[] jpeg = [.. Item(), .. Item(0xFF, 0xD8, 0xFF, 1), .. Item(2, 3), .. Item(0xFF, 0xD8, 0xFF, 4), .. Item(0xFF, 0xD8, 5, 6)];
        byte[] jpeg2000 = [.. Item(), .. Item(0xFF, 0x4F, 0xFF, 0x51), .. Item(0xFF, 0x4F, 0xFF, 0x51), .. Item(1, 2)];

        Assert.Equal([[0xFF, 0xD8, 0xFF, 1, 2, 3], [0xFF, 0xD8, 0xFF, 4, 0xFF, 0xD8, 5, 6]], await Reading.FramesAsync(Encapsulated(2, jpeg)));
        Assert.Equal([[0xFF, 0x4F, 0xFF, 0x51], [0xFF, 0x4F, 0xFF, 0x51, 1, 2]], await Reading.FramesAsync(Encapsulated(2, jpeg2000)));
    }

    [Fact]
    public async Task FramesByExtendedOffsetTable_TakeTheFragmentsBetweenTheirOffsets()
    {
        byte[] fragments = [.. Item(), .. Item(1, 2), .. Item(3, 4), .. Item(5, 6)];

        Assert.Equal([[1, 2], [3, 4, 5, 6]], await Reading.FramesAsync(Encapsulated(2, fragments, 0, 10)));
        Assert.Equal(
            "the extended offset table is not one entry per frame, or beside another",
            (await FaultAsync(Encapsulated(2, fragments, 0))).Problem);
    }

    /// <summary>Frames of 5 pixels of a bit: 1, 0, 1, 1, 0; 0, 1, 1, 1, 1; 1, 1, 1, 0, 0, from the least significant bit of the first byte.</summary>
    [Fact]
    public async Task FramesOfSingleBits_AreMovedToWholeBytes()
    {
        var dataSet = Attributes(1, 3);
        dataSet.SetUInt16(DicomTags.Rows, 1);
        dataSet.SetUInt16(DicomTags.Columns, 5);
        byte[] file = Encoded.File(TransferSyntax.ExplicitVrLittleEndian, [.. DicomWriter.ToBytes(dataSet, TransferSyntax.ExplicitVrLittleEndian), .. Element(0x7FE00010, "OB", [0b1100_1101, 0b0001_1111])]);

        var frames = await Reading.FramesAsync(file);

        Assert.Equal([0b01101, 0b11110, 0b00111], frames.Select(frame => frame[0] & 0b11111));
    }

    public static TheoryData<int, byte[], string> Faults => new()
    {
        { 2, [.. Item(), .. Item(1, 2)], "fewer frames than Number of Frames" },
        { 2, [.. Item(), .. Item(1, 2), .. Item(3, 4), .. Item(5, 6)], "more fragments than Number of Frames accounts for" },
        { 2, [.. Item(UInt32(0)), .. Item(1, 2), .. Item(3, 4)], "the offset table is not one entry per frame" },
        { 2, [.. Item([.. UInt32(0), .. UInt32(9)]), .. Item(1, 2), .. Item(3, 4)], "the offset table does not meet the fragments" },
        { 2, [.. Item([.. UInt32(10), .. UInt32(20)]), .. Item(1, 2), .. Item(3, 4), .. Item(5, 6)], "the offset table does not meet the fragments" },
        { 2, [.. Item([.. UInt32(0), .. UInt32(100)]), .. Item(1, 2), .. Item(3, 4)], "fewer frames than Number of Frames" },
        { 1, [], "the offset table's item is missing" },
        { 1, Item(), "fewer frames than Number of Frames" },
        { 1, [.. Item(), .. Header(0xFFFEE000, 0x7FFFFFFF), 1], "an encoded frame is far longer than its pixels" },
        { 1, [.. Item(), .. Header(0xFFFEE000, 1000), 1], "the data ends inside a fragment of the pixel data" },
        { 1, [.. Item(), .. Header(0xFFFEE000, Undefined), 1], "a fragment of the pixel data has no length" },
        { 1, Header(0xFFFEE000, 0xFFFFFFF0), "the data ends inside the offset table" },
        { 1, [.. Item(), .. Item(1), .. Element(0x00080060, "CS", "DX")], "neither an item nor the sequence's end where one must be" },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task DamagedFragments_AreRefused(int frames, byte[] fragments, string problem)
    {
        var fault = await Assert.ThrowsAsync<DicomFormatException>(() => Reading.FramesAsync(Encapsulated(frames, fragments)));

        Assert.Equal((problem, "(7FE0,0010)"), (fault.Problem, fault.TagPath));
        Assert.True(fault.Problem.Length <= 64);
    }

    [Fact]
    public async Task PixelDataThatIsNotAsItsTransferSyntaxSays_IsRefused()
    {
        var native = Image(TransferSyntax.RleLossless, 1, Element(0x7FE00010, "OB", [1, 2, 3, 4]));
        var fragments = Image(TransferSyntax.ExplicitVrLittleEndian, 1, Element(0x7FE00010, "OB", [.. Item(), .. Item(1, 2), .. SequenceEnd], Undefined));
        var cut = Image(TransferSyntax.ExplicitVrLittleEndian, 1, Element(0x7FE00010, "OB", [1, 2, 3], 4));
        var missing = Image(TransferSyntax.ExplicitVrLittleEndian, 2, Element(0x7FE00010, "OB", [1, 2, 3, 4]));

        Assert.Equal("native pixels where the transfer syntax asks for fragments", (await FaultAsync(native)).Problem);
        Assert.Equal("fragments where the transfer syntax asks for native pixels", (await FaultAsync(fragments)).Problem);
        Assert.Equal("the data ends inside the pixel data", (await FaultAsync(cut)).Problem);
        Assert.Equal("fewer frames than Number of Frames", (await FaultAsync(missing)).Problem);
    }

    [Fact]
    public async Task BehindOpenedPixelData_NothingIsRead()
    {
        using var reader = DicomReader.ForPart10(new MemoryStream(Image(TransferSyntax.ExplicitVrLittleEndian, 1, Element(0x7FE00010, "OB", [1, 2, 3, 4]))));
        await reader.ReadUntilAsync(DicomTags.PixelData, TestContext.Current.CancellationToken);

        Assert.NotNull(reader.OpenPixelData());
        Assert.Null(reader.OpenPixelData());
        await Assert.ThrowsAsync<InvalidOperationException>(() => reader.ReadToEndAsync(TestContext.Current.CancellationToken));
    }

    private static async Task<DicomFormatException> FaultAsync(byte[] file) => await Assert.ThrowsAsync<DicomFormatException>(() => Reading.FramesAsync(file));

    private static byte[] Encapsulated(int frames, byte[] fragments, params long[] offsets)
    {
        byte[] table = offsets.Length == 0 ? [] : Element(0x7FE00001, "OV", [.. offsets.SelectMany(BitConverter.GetBytes)]);
        return Image(TransferSyntax.RleLossless, frames, [.. table, .. Element(0x7FE00010, "OB", fragments, Undefined), .. SequenceEnd]);
    }

    /// <summary>Frames of 2 x 2 pixels of a byte.</summary>
    private static byte[] Image(TransferSyntax syntax, int frames, byte[] pixelData) =>
        Encoded.File(syntax, [.. DicomWriter.ToBytes(Attributes(8, frames), syntax), .. pixelData]);

    private static byte[] BigEndianImage(int bits, string vr, byte[] pixels)
    {
        byte[] pixelData = [0x7F, 0xE0, 0, 0x10, (byte)vr[0], (byte)vr[1], 0, 0, 0, 0, 0, (byte)pixels.Length, .. pixels];
        return Encoded.File(TransferSyntax.ExplicitVrBigEndian, [.. DicomWriter.ToBytes(Attributes(bits, 1), TransferSyntax.ExplicitVrBigEndian), .. pixelData]);
    }

    private static DataSet Attributes(int bits, int frames)
    {
        var dataSet = new DataSet();
        dataSet.Set(DicomTags.PhotometricInterpretation, "MONOCHROME2");
        dataSet.Set(DicomTags.NumberOfFrames, $"{frames}");
        dataSet.SetUInt16(DicomTags.Rows, 2);
        dataSet.SetUInt16(DicomTags.Columns, 2);
        dataSet.SetUInt16(DicomTags.BitsAllocated, (ushort)bits);
        return dataSet;
    }
}
