using System.Text;
using static MedCloud.Dicom.Tests.Encoded;

namespace MedCloud.Dicom.Tests;

/// <summary>What a lenient reader makes of departures from the standard, and that a strict one refuses each.</summary>
public sealed class LenientReadingTests
{
    private const uint Sequence = 0x00081110;

    private static readonly DicomReadLimits Lenient = new() { Lenient = true };
    private static readonly byte[] Explicit = [.. Element(0x00080005, "CS", "ISO_IR 100"), .. Element(0x00080060, "CS", "DX")];
    private static readonly byte[] Implicit = [.. Encoded.Implicit(0x00080000, UInt32(10)), .. Encoded.Implicit(0x00080060, "DX"u8.ToArray())];
    private static readonly byte[] BigEndian = [0, 8, 0, 0x60, (byte)'C', (byte)'S', 0, 2, (byte)'D', (byte)'X'];
    private static readonly byte[] Preamble = [.. new byte[128], .. "DICM"u8];

    public static TheoryData<string, byte[], string> Heads => new()
    {
        { "a bare data set, explicit VR", Explicit, TransferSyntax.ExplicitVrLittleEndian.Uid.Value },
        { "a bare data set, implicit VR", Implicit, TransferSyntax.ImplicitVrLittleEndian.Uid.Value },
        { "a bare data set, big endian", BigEndian, TransferSyntax.ExplicitVrBigEndian.Uid.Value },
        { "a file meta group without preamble", [.. Element(0x00020010, "UI", "1.2.840.10008.1.2\0"), .. Implicit], TransferSyntax.ImplicitVrLittleEndian.Uid.Value },
        { "a preamble without file meta group", [.. Preamble, .. Explicit], TransferSyntax.ExplicitVrLittleEndian.Uid.Value },
        { "a file meta group without transfer syntax", [.. Preamble, .. Element(0x00020002, "UI", "1.2.3\0"), .. Implicit], TransferSyntax.ImplicitVrLittleEndian.Uid.Value },
        { "a long bare data set", [.. Explicit, .. Element(0x00104000, "LT", new byte[500])], TransferSyntax.ExplicitVrLittleEndian.Uid.Value },
    };

    [Theory]
    [MemberData(nameof(Heads))]
    public async Task AHeadWithSomethingMissing_IsMadeUpForByTheFirstElement(string head, byte[] file, string syntax)
    {
        using var reader = DicomReader.ForPart10(new Reading.ChunkStream(file, 7), Lenient);
        var meta = await reader.ReadMetaAsync(TestContext.Current.CancellationToken);
        await reader.ReadToEndAsync(TestContext.Current.CancellationToken);

        Assert.True((syntax, syntax, "DX") == (meta.TransferSyntaxUid.Value, reader.Syntax.Uid.Value, reader.DataSet.GetString(DicomTags.Modality)), head);
        await Assert.ThrowsAsync<DicomFormatException>(() => Reading.FileAsync(file));
    }

    [Fact]
    public async Task WhatBeginsWithNoElementOfTheFirstGroups_IsStillRefused()
    {
        (byte[] Bytes, string Problem)[] files =
        [
            ([], "the file is empty"),
            (Encoding.ASCII.GetBytes(new string('x', 500)), "missing DICM after the preamble"),
            (Encoding.ASCII.GetBytes("<html>"), "the file ends before DICM"),
            (new byte[500], "missing DICM after the preamble"),
            ([.. Encoded.Implicit(0x00080060, [], 0x10000), .. new byte[200]], "missing DICM after the preamble"),
            ([.. Encoded.Implicit(0x00080003, [1, 2]), .. new byte[200]], "missing DICM after the preamble"),
            ([.. Element(0x00100010, "PN", "A"), .. new byte[200]], "missing DICM after the preamble"),
            (Preamble, "no file meta group after DICM"),
            ([.. Preamble, .. Element(0x00100010, "PN", "A")], "no file meta group after DICM"),
            ([.. Preamble, .. Element(0x00020010, "UI", "1.2.3\0"), .. Explicit], "the transfer syntax is none of the standard's"),
        ];
        foreach (var (bytes, problem) in files)
        {
            var fault = await Assert.ThrowsAsync<DicomFormatException>(() => Reading.FileAsync(bytes, Lenient));
            Assert.Equal(problem, fault.Problem);
        }
    }

    public static TheoryData<string, byte[]> Delimiters => new()
    {
        { "behind the items, within the sequence", Element(Sequence, "SQ", [.. Item(Explicit), .. SequenceEnd]) },
        { "behind the elements, within the item", Element(Sequence, "SQ", Item([.. Explicit, .. ItemEnd])) },
        { "of an item that says it is longer", Element(Sequence, "SQ", [.. Header(0xFFFEE000, 60), .. Explicit, .. ItemEnd, .. SequenceEnd], 500) },
    };

    [Theory]
    [MemberData(nameof(Delimiters))]
    public async Task ADelimiterWithinADefinedLength_EndsTheItemOrSequence(string which, byte[] sequence)
    {
        byte[] dataSet = [.. sequence, .. Element(0x00200010, "SH", "ID")];

        var read = await Reading.DataSetAsync(dataSet, limits: Lenient);

        Assert.True(read.GetSequence(new DicomTag(0x0008, 0x1110)) is [var item] && item.GetString(DicomTags.Modality) == "DX", which);
        Assert.Equal("ID", read.GetString(DicomTags.StudyId));
        await Reading.FaultAsync(dataSet);
    }
}
