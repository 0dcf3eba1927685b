using static MedCloud.Dicom.Tests.Encoded;

namespace MedCloud.Dicom.Tests;

public sealed class DicomReaderTests
{
    private const uint Sequence = 0x00081115;
    private static readonly CancellationToken Token = TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(1)]
    [InlineData(7)]
    [InlineData(int.MaxValue)]
    public async Task File_InAnyChunks_GivesMetaAndDataSet(int chunk)
    {
        var meta = new FileMetaInformation
        {
            MediaStorageSopClassUid = Uid.Parse("1.2.840.10008.5.1.4.1.1.7"),
            MediaStorageSopInstanceUid = Uid.Parse("1.2.3.4"),
            TransferSyntaxUid = TransferSyntax.ExplicitVrLittleEndian.Uid,
            SourceAeTitle = "SENDER",
        };
        var head = DicomWriter.ToBytes(meta);
        byte[] dataSet = [.. Element(0x00080060, "CS", "DX"), .. Element(0x00100010, "PN", "A^B ")];
        using var reader = DicomReader.ForPart10(new Reading.ChunkStream([.. head, .. dataSet], chunk));

        var read = await reader.ReadMetaAsync(Token);
        await reader.ReadToEndAsync(Token);

        Assert.Equal(meta, read with { ImplementationClassUid = null, ImplementationVersionName = null });
        Assert.Equal("MEDCLOUD", read.ImplementationVersionName);
        Assert.Same(TransferSyntax.ExplicitVrLittleEndian, reader.Syntax);
        Assert.Equal(head.Length, reader.DataSetOffset);
        Assert.Equal("DX", reader.DataSet.GetString(DicomTags.Modality));
        Assert.Equal("A^B", reader.DataSet.GetString(DicomTags.PatientName));
    }

    [Fact]
    public async Task Sequences_OfDefinedAndUndefinedLength_GiveTheSameItems()
    {
        var content = Element(0x00080060, "CS", "DX");
        var inner = Element(Sequence, "SQ", Item(content));
        byte[][] forms =
        [
            Element(Sequence, "SQ", [.. Item(inner), .. Item(content)]),
            [.. Element(Sequence, "SQ", [.. UndefinedItem(inner), .. Item(content), .. SequenceEnd], Undefined)],
            Element(Sequence, "SQ", [.. UndefinedItem([.. Element(Sequence, "SQ", [.. UndefinedItem(content), .. SequenceEnd], Undefined)]), .. UndefinedItem(content)]),
        ];
        foreach (var form in forms)
        {
            var dataSet = await Reading.DataSetAsync([.. form, .. Element(0x00100020, "LO", "ID")]);

            var items = dataSet.GetSequence(DicomTags.ReferencedSeriesSequence);
            Assert.Equal(2, items.Count);
            Assert.Equal("DX", items[0].GetSequence(DicomTags.ReferencedSeriesSequence)[0].GetString(DicomTags.Modality));
            Assert.Equal("DX", items[1].GetString(DicomTags.Modality));
            Assert.Equal("ID", dataSet.GetString(DicomTags.PatientId));
        }
    }

    [Fact]
    public async Task ImplicitVr_TakesVrsFromTheDictionary()
    {
        var dataSet = await Reading.DataSetAsync(
            [
                .. Implicit(0x00080000, UInt32(4)),
                .. Implicit(0x00090010, "CREATOR "u8.ToArray()),
                .. Implicit(0x00091001, [1, 2, 3]),
                .. Implicit(Sequence, [.. UndefinedItem(Implicit(0x00080060, "DX"u8.ToArray())), .. SequenceEnd], Undefined),
                .. Implicit(0x00280010, [2, 0]),
                .. Implicit(0x00280103, [1, 0]),
                .. Implicit(0x00280106, [0xFF, 0xFF]),
            ],
            TransferSyntax.ImplicitVrLittleEndian);

        Assert.Equal([Vr.UL, Vr.SQ, Vr.LO, Vr.UN, Vr.US, Vr.US, Vr.SS], dataSet.Select(element => element.Vr));
        Assert.Equal("DX", dataSet.GetSequence(DicomTags.ReferencedSeriesSequence)[0].GetString(DicomTags.Modality));
        Assert.Equal(-1, dataSet.GetInt32(new DicomTag(0x0028, 0x0106)));
    }

    [Fact]
    public async Task ImplicitVr_AValueWhereTheDictionaryHasASequence_IsKeptRaw()
    {
        var dataSet = await Reading.DataSetAsync(Implicit(0x0040A170, "CODE STRING "u8.ToArray()), TransferSyntax.ImplicitVrLittleEndian);

        var element = Assert.Single(dataSet);
        Assert.Equal(Vr.UN, element.Vr);
        Assert.Equal("CODE STRING "u8.ToArray(), element.Value.ToArray());
    }

    [Fact]
    public async Task UnknownVrOfUndefinedLength_IsASequenceInImplicitVr()
    {
        var item = UndefinedItem(Implicit(0x00080060, "DX"u8.ToArray()));

        var dataSet = await Reading.DataSetAsync([.. Element(0x00091001, "UN", [.. item, .. SequenceEnd], Undefined), .. Element(0x00100020, "LO", "ID")]);

        Assert.Equal("DX", dataSet.GetSequence(new DicomTag(0x0009, 0x1001))[0].GetString(DicomTags.Modality));
        Assert.Equal("ID", dataSet.GetString(DicomTags.PatientId));
    }

    [Fact]
    public async Task BigEndian_IsTurnedRoundByVr()
    {
        byte[] bytes = [0x00, 0x28, 0x00, 0x10, (byte)'U', (byte)'S', 0, 4, 1, 2, 3, 4, 0x00, 0x28, 0x12, 0x01, (byte)'O', (byte)'W', 0, 0, 0, 0, 0, 2, 5, 6];

        var dataSet = await Reading.DataSetAsync(bytes, TransferSyntax.ExplicitVrBigEndian);

        Assert.Equal([0x0102, 0x0304], dataSet.GetDoubles(DicomTags.Rows));
        Assert.True(dataSet.TryGet(new DicomTag(0x0028, 0x1201), out var words));
        Assert.Equal([6, 5], words.Value.ToArray());
    }

    [Fact]
    public async Task ReadUntil_StopsBeforeTheTagAndGoesOnFromThere()
    {
        byte[] bytes = [.. Element(0x00080060, "CS", "DX"), .. Element(0x00200011, "IS", "1 "), .. UInt16Element(0x00280010, 7)];
        using var reader = DicomReader.ForDataSet(new MemoryStream(bytes), TransferSyntax.ExplicitVrLittleEndian);

        await reader.ReadUntilAsync(DicomTags.SeriesNumber, Token);
        Assert.Equal([DicomTags.Modality], reader.DataSet.Select(element => element.Tag));
        await reader.ReadUntilAsync(DicomTags.SeriesNumber, Token);
        Assert.Single(reader.DataSet);
        await reader.ReadToEndAsync(Token);
        Assert.Equal(7, reader.DataSet.GetInt32(DicomTags.Rows));
    }

    [Fact]
    public async Task ElementsOutOfOrder_AreTakenAsTheyCome()
    {
        var dataSet = await Reading.DataSetAsync(
            [.. UInt16Element(0x00280010, 7), .. Element(0x00080060, "CS", "DX"), .. UInt16Element(0x00280011, 9), .. Element(0x00020010, "UI", "1.2\0")]);

        Assert.Equal([DicomTags.TransferSyntaxUid, DicomTags.Modality, DicomTags.Rows, DicomTags.Columns], dataSet.Select(element => element.Tag));
    }

    [Fact]
    public async Task PixelDataAndLongValues_AreLeftInTheStreamAsSegments()
    {
        var limits = new DicomReadLimits { MaxValueBytes = 100 };
        byte[] before = [.. Element(0x00091001, "OB", new byte[101]), .. Element(0x00091002, "OB", new byte[100])];
        byte[] pixels = Element(0x7FE00010, "OW", [1, 2, 3, 4]);

        var dataSet = await Reading.DataSetAsync([.. before, .. pixels], limits: limits);

        Assert.True(dataSet.TryGet(new DicomTag(0x0009, 0x1001), out var longValue));
        Assert.Equal(new ValueSegment(12, 101, false), longValue.Segment);
        Assert.True(dataSet.TryGet(new DicomTag(0x0009, 0x1002), out var shortValue));
        Assert.Equal((100, null), (shortValue.Value.Length, shortValue.Segment));
        Assert.True(dataSet.TryGet(DicomTags.PixelData, out var pixelData));
        Assert.Equal(new ValueSegment(before.Length + 12, 4, false), pixelData.Segment);
    }

    [Fact]
    public async Task ADataSetOfManyGigabytes_IsReadInLittleMemory()
    {
        var head = Element(0x00091001, "OB", Array.Empty<byte>(), length: 0xFFFFFFF0);
        var second = Element(0x7FE00010, "OW", Array.Empty<byte>(), length: 0xFFFFFFF0);
        using var reader = DicomReader.ForDataSet(new SparseStream(head, 0xFFFFFFF0, second, 0xFFFFFFF0), TransferSyntax.ExplicitVrLittleEndian);
        var before = GC.GetAllocatedBytesForCurrentThread();

        await reader.ReadToEndAsync(Token);

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 50_000_000);
        Assert.True(reader.DataSet.TryGet(DicomTags.PixelData, out var pixelData));
        Assert.Equal(new ValueSegment(12 + 0xFFFFFFF0L + 12, 0xFFFFFFF0L, false), pixelData.Segment);
    }

    [Fact]
    public async Task EncapsulatedPixelData_IsWalkedToItsDelimiter()
    {
        byte[] fragments = [.. Item(), .. Item(1, 2, 3, 4), .. Item(ItemEnd), .. SequenceEnd];
        byte[] bytes = [.. Element(0x7FE00010, "OB", fragments, Undefined), .. Element(0xFFFCFFFC, "OB", [0, 0])];

        var dataSet = await Reading.DataSetAsync(bytes, TransferSyntax.JpegBaseline);

        Assert.True(dataSet.TryGet(DicomTags.PixelData, out var pixelData));
        Assert.Equal(new ValueSegment(12, fragments.Length, true), pixelData.Segment);
        Assert.True(dataSet.Contains(new DicomTag(0xFFFC, 0xFFFC)));
    }

    [Fact]
    public async Task ReadToEnd_ReadsTheSourceToItsLastByteAndNotPastTheEnd()
    {
        byte[] deflated = DicomWriter.ToBytes(await Reading.DataSetAsync(Element(0x00080060, "CS", "DX")), TransferSyntax.DeflatedExplicitVrLittleEndian);
        var file = File(TransferSyntax.DeflatedExplicitVrLittleEndian, [.. deflated, .. new byte[100_000]]);
        using var stream = new Reading.ChunkStream(file, int.MaxValue);
        using var reader = DicomReader.ForPart10(stream);

        await reader.ReadToEndAsync(Token);

        Assert.Equal(file.Length, stream.Position);
        Assert.Equal(file.Length - deflated.Length - 100_000, reader.DataSetOffset);
        Assert.Equal("DX", reader.DataSet.GetString(DicomTags.Modality));
    }

    [Fact]
    public async Task FileMetaGroup_WithAWrongOrMissingLength_IsReadByItsGroupNumber()
    {
        var uid = Element(0x00020010, "UI", "1.2.840.10008.1.2.1\0");
        foreach (var length in new byte[][] { [], Element(0x00020000, "UL", UInt32(4)), Element(0x00020000, "UL", UInt32(4000)) })
        {
            var dataSet = await Reading.FileAsync([.. new byte[128], .. "DICM"u8, .. length, .. uid, .. Element(0x00080060, "CS", "DX")]);

            Assert.Equal("DX", dataSet.GetString(DicomTags.Modality));
        }
    }

    [Fact]
    public async Task OpenPixelData_ElsewhereThanAtPixelData_GivesNothing()
    {
        using var reader = DicomReader.ForDataSet(new MemoryStream(Element(0x7FE00008, "OF", [1, 2, 3, 4])), TransferSyntax.ExplicitVrLittleEndian);

        Assert.Null(reader.OpenPixelData());
        await reader.ReadUntilAsync(DicomTags.PixelData, Token);
        Assert.Null(reader.OpenPixelData());
        Assert.True(reader.DataSet.Contains(DicomTags.FloatPixelData));
    }

    /// <summary>Headers, each before a value of which every byte is whatever the buffer held.</summary>
    private sealed class SparseStream(byte[] first, long firstValue, byte[] second, long secondValue) : MemoryStream
    {
        private readonly Queue<(byte[] Header, long Value)> parts = new([(first, firstValue), (second, secondValue)]);
        private long left;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (left == 0 && parts.TryDequeue(out var part))
            {
                part.Header.CopyTo(buffer);
                left = part.Value;
                return ValueTask.FromResult(part.Header.Length);
            }
            var count = (int)Math.Min(left, buffer.Length);
            left -= count;
            return ValueTask.FromResult(count);
        }
    }
}
