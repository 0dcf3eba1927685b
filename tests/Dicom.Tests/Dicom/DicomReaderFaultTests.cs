using System.Diagnostics;
using System.Text;
using static MedCloud.Dicom.Tests.Encoded;

namespace MedCloud.Dicom.Tests;

public sealed class DicomReaderFaultTests
{
    private const uint Sequence = 0x00081115;
    private static readonly byte[] Modality = Element(0x00080060, "CS", "DX");

    public static TheoryData<string, byte[], string, string?, long> Faults => new()
    {
        { "header cut", Modality[..5], "the data ends inside an element's header", null, 0 },
        { "long header cut", Element(0x00091001, "OB", Array.Empty<byte>())[..10], "the data ends inside an element's header", null, 0 },
        { "value cut", Modality[..9], "the data ends inside a value", "(0008,0060)", 0 },
        { "10 GB length", Element(0x00091001, "UT", [1, 2, 3], 0xFFFFFFFE), "the data ends inside a value", "(0009,1001)", 0 },
        { "value of 16 MiB cut", Element(0x00091001, "UT", [1, 2, 3], 16 * 1024 * 1024), "the data ends inside a value", "(0009,1001)", 0 },
        { "no VR", [8, 0, 0x60, 0, (byte)'?', (byte)'?', 0, 0], "no VR of the standard where one must stand", "(0008,0060)", 0 },
        { "zeros", [.. Modality, .. new byte[16]], "no VR of the standard where one must stand", "(0000,0000)", 10 },
        { "twice", [.. Modality, .. Modality], "an element appears twice", "(0008,0060)", 10 },
        { "stray item", Item(Modality), "an item or delimiter outside of a sequence", "(FFFE,E000)", 0 },
        { "stray delimiter", [.. Modality, .. ItemEnd], "an item or delimiter outside of a sequence", "(FFFE,E00D)", 10 },
        { "undefined text", Element(0x00080060, "UT", [], length: Undefined), "an undefined length where the VR allows none", "(0008,0060)", 0 },
        { "item cut", Element(Sequence, "SQ", [.. Header(0xFFFEE000, 20), .. Modality], 28), "the data ends inside an item", "(0008,1115)[0]", 30 },
        { "value past its item", Element(Sequence, "SQ", Item(Element(0x00080060, "CS", "DX"u8.ToArray(), 4))), "a value runs past the end of its item", "(0008,1115)[0].(0008,0060)", 20 },
        { "header past its item", Element(Sequence, "SQ", [.. Item(Modality[..6]), .. Modality]), "an element runs past the end of its item", "(0008,1115)[0].(0008,0060)", 20 },
        { "item past its sequence", Element(Sequence, "SQ", Header(0xFFFEE000, 100)), "an item runs past the end of its sequence", "(0008,1115)", 12 },
        { "not an item", Element(Sequence, "SQ", Modality), "neither an item nor the sequence's end where one must be", "(0008,1115)", 12 },
        { "delimiter in defined length", Element(Sequence, "SQ", SequenceEnd), "a sequence delimiter inside a defined length", "(0008,1115)", 12 },
        { "item end in defined item", Element(Sequence, "SQ", Item(ItemEnd)), "an item or delimiter out of place", "(0008,1115)[0].(FFFE,E00D)", 20 },
        { "sequence without end", Element(Sequence, "SQ", UndefinedItem(Modality), Undefined), "the data ends inside a sequence", "(0008,1115)", 38 },
        { "second item cut", Element(Sequence, "SQ", [.. Item(Modality), .. UndefinedItem(Modality)[..12]], Undefined), "the data ends inside an element's header", "(0008,1115)[1]", 38 },
        { "fragment cut", Element(0x7FE00010, "OB", [.. Item(), .. Header(0xFFFEE000, 100), 1, 2], Undefined), "the data ends inside a fragment of the pixel data", "(7FE0,0010)", 20 },
        { "fragment without length", Element(0x7FE00010, "OB", [.. Item(), .. Header(0xFFFEE000, Undefined)], Undefined), "a fragment has no length or runs past its item", "(7FE0,0010)", 20 },
        { "fragments without end", Element(0x7FE00010, "OB", Item(), Undefined), "the data ends inside a sequence", "(7FE0,0010)", 20 },
        { "native pixels cut", Element(0x7FE00010, "OW", [1, 2, 3], 4), "the data ends inside a value", "(7FE0,0010)", 0 },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public async Task DamagedDataSet_IsRefusedWithProblemPlaceAndOffset(string name, byte[] bytes, string problem, string? path, long offset)
    {
        var fault = await Reading.FaultAsync(bytes);

        Assert.True((problem, path, offset) == (fault.Problem, fault.TagPath, fault.Offset), $"{name}: {fault.Message}");
        Assert.True(fault.Problem.Length <= 64 && fault.Problem.All(char.IsAscii));
    }

    [Theory]
    [InlineData(0, "the file is empty", 0)]
    [InlineData(45, "the file ends before DICM", 45)]
    [InlineData(131, "the file ends before DICM", 131)]
    public async Task FileShorterThanItsHead_IsRefused(int length, string problem, long offset)
    {
        var fault = await Assert.ThrowsAsync<DicomFormatException>(() => Reading.FileAsync(new byte[length]));

        Assert.Equal((problem, null, offset), (fault.Problem, fault.TagPath, fault.Offset));
    }

    [Fact]
    public async Task FileThatIsNotDicom_IsRefused()
    {
        byte[] head = [.. new byte[128], .. "DICM"u8];
        (byte[] Bytes, string Problem)[] files =
        [
            (Encoding.ASCII.GetBytes(new string('x', 500)), "missing DICM after the preamble"),
            (head, "no file meta group after DICM"),
            ([.. head, .. Modality], "no file meta group after DICM"),
            ([.. head, .. Element(0x00020002, "UI", "1.2.3\0")], "the file meta group has no Transfer Syntax UID"),
            ([.. head, .. Element(0x00020010, "UI", "text")], "the file meta group has no Transfer Syntax UID"),
            ([.. head, .. Element(0x00020010, "UI", "1.2.3\0")], "the transfer syntax is none of the standard's"),
            ([.. head, .. Element(0x00020010, "UI", "1.2.3\0"u8.ToArray(), 60)], "the data ends inside a value"),
            ([.. head, .. Implicit(0x00020010, "1.2.840.10008.1.2\0"u8.ToArray())], "no VR of the standard where one must stand"),
        ];
        foreach (var (bytes, problem) in files)
        {
            var fault = await Assert.ThrowsAsync<DicomFormatException>(() => Reading.FileAsync(bytes));
            Assert.Equal(problem, fault.Problem);
        }
    }

    [Fact]
    public async Task EveryLimit_EndsTheReading()
    {
        var nested = Modality;
        for (var depth = 0; depth < 33; depth++)
            nested = Element(Sequence, "SQ", UndefinedItem(nested));
        var endless = Enumerable.Range(0, 100_000).SelectMany(_ => Element(Sequence, "SQ", Header(0xFFFEE000, Undefined), Undefined)).ToArray();
        (byte[] Bytes, DicomReadLimits Limits, string Problem)[] cases =
        [
            (nested, new DicomReadLimits(), "sequences are nested too deep"),
            (endless, new DicomReadLimits(), "sequences are nested too deep"),
            ([.. Modality, .. UInt16Element(0x00280010, 1)], new DicomReadLimits { MaxElements = 1 }, "more elements than the limit"),
            (Element(Sequence, "SQ", [.. Item(), .. Item()]), new DicomReadLimits { MaxElements = 2 }, "more elements than the limit"),
            ([.. Modality, .. Element(0x00091001, "OB", new byte[10])], new DicomReadLimits { MaxHeaderBytes = 11 }, "the values kept in memory pass the limit"),
        ];
        foreach (var (bytes, limits, problem) in cases)
            Assert.Equal(problem, (await Reading.FaultAsync(bytes, limits: limits)).Problem);
        Assert.Single(await Reading.DataSetAsync(Element(Sequence, "SQ", Item(Modality)), limits: new DicomReadLimits { MaxDepth = 1, MaxElements = 3, MaxHeaderBytes = 2 }));
    }

    [Fact]
    public async Task AHugeLengthInAShortFile_AllocatesLittle()
    {
        var bytes = Element(0x00091001, "UT", [1, 2, 3], 16 * 1024 * 1024);
        await Reading.FaultAsync(bytes);

        var before = GC.GetAllocatedBytesForCurrentThread();
        await Reading.FaultAsync(bytes);

        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 300_000);
    }

    [Fact]
    public async Task AFileCutAnywhere_IsRefusedOrEndsBetweenTwoElements()
    {
        var file = MutationSeeds.Nested(TransferSyntax.ExplicitVrLittleEndian);
        var whole = await Reading.FileAsync(file);
        var complete = 0;
        for (var length = 0; length < file.Length; length++)
        {
            try
            {
                var dataSet = await Reading.FileAsync(file[..length]);
                complete++;
                Assert.True(dataSet.Count < whole.Count);
            }
            catch (DicomFormatException fault)
            {
                Assert.InRange(fault.Offset, 0, length);
            }
        }
        // right after the meta group, and after each element of the outermost level but the last
        Assert.Equal(whole.Count, complete);
    }

    [Fact]
    public async Task ADeflatedFileCutAnywhereInItsData_IsRefused()
    {
        var file = MutationSeeds.Nested(TransferSyntax.DeflatedExplicitVrLittleEndian);
        var start = File(TransferSyntax.DeflatedExplicitVrLittleEndian).Length;
        var whole = await Reading.FileAsync(file);
        Assert.NotEmpty(whole);
        // the writer pads the deflate stream to an even length; without the padding it is still whole
        var end = file[^1] == 0 ? file.Length - 1 : file.Length;
        for (var length = start; length < end; length++)
        {
            var cut = file[..length];
            await Assert.ThrowsAsync<DicomFormatException>(() => Reading.FileAsync(cut));
        }
    }

    [Fact]
    public async Task ADeflateBomb_IsStoppedAtTheLimit()
    {
        var dataSet = new DataSet();
        dataSet.Set(new DicomElement(new DicomTag(0x0009, 0x1001), Vr.OB, new byte[64 * 1024 * 1024]));
        var file = File(TransferSyntax.DeflatedExplicitVrLittleEndian, DicomWriter.ToBytes(dataSet, TransferSyntax.DeflatedExplicitVrLittleEndian));
        Assert.InRange(file.Length, 0, 100_000);
        var watch = Stopwatch.StartNew();

        var fault = await Assert.ThrowsAsync<DicomFormatException>(() => Reading.FileAsync(file, new DicomReadLimits { MaxInflatedBytes = 32 * 1024 * 1024 }));

        Assert.Equal(("the inflated data set passes the limit", "(0009,1001)"), (fault.Problem, fault.TagPath));
        Assert.InRange(watch.Elapsed.TotalSeconds, 0, 10);
    }

    [Fact]
    public async Task AFailingSource_FailsAsItself()
    {
        using var reader = DicomReader.ForDataSet(new BrokenStream(), TransferSyntax.ExplicitVrLittleEndian);

        await Assert.ThrowsAsync<IOException>(() => reader.ReadToEndAsync(TestContext.Current.CancellationToken));
    }

    private sealed class BrokenStream : MemoryStream
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) => throw new IOException("connection reset");
    }
}
