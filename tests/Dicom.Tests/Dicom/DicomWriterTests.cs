using static MedCloud.Dicom.Tests.Encoded;

namespace MedCloud.Dicom.Tests;

public sealed class DicomWriterTests
{
    [Fact]
    public void ExplicitVr_HasShortAndLongFormsAndEvenLengths()
    {
        var item = new DataSet();
        item.Set(DicomTags.CodeValue, "A");
        var dataSet = new DataSet();
        dataSet.Set(DicomTags.Modality, "DX");
        dataSet.Set(DicomTags.SopInstanceUid, "1.2.3");
        dataSet.SetSequence(DicomTags.ReferencedSopSequence, item);
        dataSet.Set(new DicomElement(new DicomTag(0x0009, 0x1001), Vr.OB, new byte[] { 7 }));

        byte[] expected =
        [
            .. Element(0x00080018, "UI", "1.2.3\0"),
            .. Element(0x00080060, "CS", "DX"),
            .. Element(0x00081199, "SQ", Item(Element(0x00080100, "SH", "A "))),
            .. Element(0x00091001, "OB", [7, 0]),
        ];
        Assert.Equal(expected, DicomWriter.ToBytes(dataSet, TransferSyntax.ExplicitVrLittleEndian));
    }

    [Fact]
    public void CommandSet_GetsItsGroupLength()
    {
        var command = new DataSet();
        command.SetUInt16(DicomTags.CommandField, 0x8030);
        command.SetUInt16(DicomTags.Status, 0);
        command.SetUInt32(DicomTags.CommandGroupLength, 99);

        byte[] expected = [.. Implicit(0x00000000, UInt32(20)), .. Implicit(0x00000100, [0x30, 0x80]), .. Implicit(0x00000900, [0, 0])];
        Assert.Equal(expected, DicomWriter.ToBytes(command, TransferSyntax.ImplicitVrLittleEndian));
    }

    [Fact]
    public void GroupLengthsOfOtherGroups_AreNotWritten()
    {
        var dataSet = new DataSet();
        dataSet.SetUInt32(new DicomTag(0x0008, 0x0000), 1234);
        dataSet.Set(DicomTags.Modality, "DX");

        Assert.Equal(Element(0x00080060, "CS", "DX"), DicomWriter.ToBytes(dataSet, TransferSyntax.ExplicitVrLittleEndian));
    }

    [Fact]
    public void FileHead_IsPreambleAndMetaGroupWithItsLength()
    {
        var head = DicomWriter.ToBytes(new FileMetaInformation
        {
            MediaStorageSopClassUid = Uid.Parse("1.2"),
            MediaStorageSopInstanceUid = Uid.Parse("1.2.3"),
            TransferSyntaxUid = TransferSyntax.ImplicitVrLittleEndian.Uid,
            ImplementationClassUid = Uid.Parse("1.9"),
            SourceAeTitle = "AE",
        });

        byte[] group =
        [
            .. Element(0x00020001, "OB", [0, 1]),
            .. Element(0x00020002, "UI", "1.2\0"),
            .. Element(0x00020003, "UI", "1.2.3\0"),
            .. Element(0x00020010, "UI", "1.2.840.10008.1.2\0"),
            .. Element(0x00020012, "UI", "1.9\0"),
            .. Element(0x00020016, "AE", "AE"),
        ];
        Assert.Equal([.. new byte[128], .. "DICM"u8, .. Element(0x00020000, "UL", UInt32((uint)group.Length)), .. group], head);
    }

    [Fact]
    public async Task WriteFile_WritesWhatTheReaderReads()
    {
        var dataSet = new DataSet();
        dataSet.Set(DicomTags.PatientName, "A^B");
        using var file = new MemoryStream();

        await DicomWriter.WriteFileAsync(file, new FileMetaInformation { MediaStorageSopClassUid = Uid.Parse("1.2.840.10008.5.1.4.1.1.7"), MediaStorageSopInstanceUid = Uid.Parse("1.2.3"), TransferSyntaxUid = TransferSyntax.ExplicitVrBigEndian.Uid }, dataSet, TestContext.Current.CancellationToken);

        Assert.Equal("A^B", (await Reading.FileAsync(file.ToArray())).GetString(DicomTags.PatientName));
    }

    [Fact]
    public async Task AnEmptyDataSet_Deflated_IsADeflateStream() =>
        Assert.Empty(await Reading.DataSetAsync(DicomWriter.ToBytes(new DataSet(), TransferSyntax.DeflatedExplicitVrLittleEndian), TransferSyntax.DeflatedExplicitVrLittleEndian));

    [Fact]
    public async Task ValuesThatAreNotInMemoryOrTooLong_AreRefused()
    {
        var withSegment = await Reading.DataSetAsync(Element(0x7FE00010, "OW", [1, 2]));
        var tooLong = new DataSet();
        tooLong.Set(new DicomElement(new DicomTag(0x0010, 0x4000), Vr.LT, new byte[65_536]));

        Assert.Throws<InvalidOperationException>(() => DicomWriter.ToBytes(withSegment, TransferSyntax.ExplicitVrLittleEndian));
        Assert.Throws<InvalidOperationException>(() => DicomWriter.ToBytes(tooLong, TransferSyntax.ExplicitVrLittleEndian));
        Assert.Equal(65_544, DicomWriter.ToBytes(tooLong, TransferSyntax.ImplicitVrLittleEndian).Length);
    }

    [Fact]
    public void FileMetaInformationWithoutItsUids_IsNotWritten()
    {
        var meta = new FileMetaInformation { MediaStorageSopClassUid = Uid.Parse("1.2.840.10008.5.1.4.1.1.7"), TransferSyntaxUid = TransferSyntax.ExplicitVrLittleEndian.Uid };

        Assert.Equal("(0002,0003) is missing in the file meta information", Assert.Throws<InvalidOperationException>(() => DicomWriter.ToBytes(meta)).Message);
        Assert.Equal(
            "(0002,0002) is missing in the file meta information",
            Assert.Throws<InvalidOperationException>(() => DicomWriter.ToBytes(meta with { MediaStorageSopClassUid = null })).Message);
    }
}
