using System.Text;

namespace MedCloud.Dicom.Tests;

public sealed class DataSetTests
{
    [Fact]
    public void ElementsStandInTheOrderOfTheirTagsWhateverTheOrderOfSetting()
    {
        var dataSet = new DataSet();
        dataSet.Set(DicomTags.StudyInstanceUid, "1.2");
        dataSet.Set(DicomTags.Modality, "DX");
        dataSet.SetUInt16(DicomTags.Rows, 3);
        dataSet.Set(DicomTags.Modality, "CR");

        Assert.Equal([DicomTags.Modality, DicomTags.StudyInstanceUid, DicomTags.Rows], dataSet.Select(element => element.Tag));
        Assert.Equal("CR", dataSet.GetString(DicomTags.Modality));
        Assert.Equal(3, dataSet.Count);
    }

    [Theory]
    [InlineData("CS", "A\\ B \\", new[] { "A", "B", "" })]
    [InlineData("LO", " both sides \0", new[] { "both sides" })]
    [InlineData("UI", "1.2\0", new[] { "1.2" })]
    [InlineData("LT", " a\\b  ", new[] { " a\\b" })]
    [InlineData("UT", "x\\y", new[] { "x\\y" })]
    [InlineData("SH", "   ", new string[0])]
    [InlineData("SH", "", new string[0])]
    [InlineData("UN", "raw ", new[] { "raw" })]
    [InlineData("OB", "raw ", new string[0])]
    public void GetStrings_ByVr_SplitsAndTrims(string vr, string value, string[] expected) =>
        Assert.Equal(expected, WithValue(Enum.Parse<Vr>(vr), Encoding.Latin1.GetBytes(value)).GetStrings(Tag));

    [Theory]
    [InlineData("US", "0100FFFF", new[] { 1d, 65535 })]
    [InlineData("SS", "FFFF", new[] { -1d })]
    [InlineData("UL", "FFFFFFFF", new[] { 4294967295d })]
    [InlineData("SL", "FEFFFFFF01", new[] { -2d })]
    [InlineData("FL", "0000C03F", new[] { 1.5 })]
    [InlineData("FD", "000000000000F8BF", new[] { -1.5 })]
    [InlineData("SV", "FFFFFFFFFFFFFFFF", new[] { -1d })]
    [InlineData("UV", "0200000000000000", new[] { 2d })]
    [InlineData("DS", "312E355C2D32653120", new[] { 1.5, -20 })]
    [InlineData("IS", "2B375C5C39", new[] { 7d, 9 })]
    [InlineData("DS", "4E614E5C496E66696E697479", new double[0])]
    [InlineData("CS", "31", new double[0])]
    public void GetDoubles_ByVr_ReadsNumbersAndLeavesOutTheRest(string vr, string hex, double[] expected) =>
        Assert.Equal(expected, WithValue(Enum.Parse<Vr>(vr), Convert.FromHexString(hex)).GetDoubles(Tag));

    [Theory]
    [InlineData("12.0", 12)]
    [InlineData("-3", -3)]
    [InlineData("1.5", null)]
    [InlineData("99999999999", null)]
    [InlineData("x", null)]
    public void GetInt32_OfText_TakesWholeNumbersInRange(string text, int? expected) =>
        Assert.Equal(expected, WithValue(Vr.DS, Encoding.ASCII.GetBytes(text)).GetInt32(Tag));

    [Fact]
    public void UnknownVr_OfAStandardAttribute_IsReadByTheDictionary()
    {
        var dataSet = new DataSet();
        dataSet.Set(new DicomElement(DicomTags.Rows, Vr.UN, new byte[] { 5, 0 }));
        dataSet.Set(new DicomElement(DicomTags.StudyInstanceUid, Vr.UN, "1.2.3\0"u8.ToArray()));
        dataSet.SetUInt16(DicomTags.PixelRepresentation, 1);
        dataSet.Set(new DicomElement(new DicomTag(0x0028, 0x0120), Vr.UN, new byte[] { 0xFF, 0xFF }));

        Assert.Equal(5, dataSet.GetInt32(DicomTags.Rows));
        Assert.Equal(-1, dataSet.GetInt32(new DicomTag(0x0028, 0x0120)));
        Assert.Equal("1.2.3", dataSet.GetUid(DicomTags.StudyInstanceUid)?.Value);
    }

    [Fact]
    public void AttributeTags_AreShownAsHexadecimalNumbers() =>
        Assert.Equal(["00280010", "7FE00010"], WithValue(Vr.AT, [0x28, 0, 0x10, 0, 0xE0, 0x7F, 0x10, 0]).GetStrings(Tag));

    [Theory]
    [InlineData("ISO_IR 192", "4DC3BC6C6C6572", "Müller")]
    [InlineData("ISO_IR 100", "4DFC6C6C6572", "Müller")]
    [InlineData("ISO_IR 6", "4DFC6C6C6572", "Müller")]
    [InlineData("", "4DFC6C6C6572", "Müller")]
    [InlineData("ISO_IR 166", "4DFC6C6C6572", "M?ller")]
    [InlineData("GBK", "4D806C6C6572", "M€ller")]
    [InlineData("no such thing", "4DFC6C6C6572", "M?ller")]
    [InlineData("ISO_IR 192", "4DFC6C6C6572", "M\uFFFDller")]
    public void Text_InACharacterSet_IsDecodedOrShownWithQuestionMarks(string characterSet, string hex, string expected)
    {
        var dataSet = new DataSet();
        dataSet.Set(DicomTags.SpecificCharacterSet, characterSet);
        dataSet.Set(new DicomElement(DicomTags.PatientName, Vr.PN, Convert.FromHexString(hex)));

        Assert.Equal(expected, dataSet.GetString(DicomTags.PatientName));
    }

    [Fact]
    public void Items_TakeTheCharacterSetAroundThemUnlessTheyHaveTheirOwn()
    {
        var inherits = new DataSet();
        inherits.Set(new DicomElement(DicomTags.CodeMeaning, Vr.LO, "ü"u8.ToArray()));
        var own = new DataSet();
        own.Set(DicomTags.SpecificCharacterSet, "ISO_IR 100");
        own.Set(new DicomElement(DicomTags.CodeMeaning, Vr.LO, new byte[] { 0xFC }));
        var dataSet = new DataSet();
        dataSet.Set(DicomTags.SpecificCharacterSet, "ISO_IR 192");
        dataSet.SetSequence(DicomTags.ReferencedStudySequence, inherits, own);

        Assert.Equal(["ü", "ü"], dataSet.GetSequence(DicomTags.ReferencedStudySequence).Select(item => item.GetString(DicomTags.CodeMeaning)));
    }

    [Fact]
    public void ASpecificCharacterSetOfAnotherVr_IsReadAllTheSame()
    {
        var dataSet = new DataSet();
        dataSet.Set(new DicomElement(DicomTags.SpecificCharacterSet, Vr.LO, "ISO_IR 192"u8.ToArray()));
        dataSet.Set(new DicomElement(DicomTags.PixelRepresentation, Vr.UN, new byte[] { 1, 0 }));

        Assert.Equal("ISO_IR 192", dataSet.GetString(DicomTags.SpecificCharacterSet));
        Assert.Equal(1, dataSet.GetInt32(DicomTags.PixelRepresentation));
    }

    [Fact]
    public void Set_Text_IsEncodedInTheDataSetsCharacterSet()
    {
        var latin = new DataSet();
        latin.Set(DicomTags.PatientName, "Müller");
        var utf8 = new DataSet();
        utf8.Set(DicomTags.SpecificCharacterSet, "ISO_IR 192");
        utf8.Set(DicomTags.PatientName, "山田");

        Assert.True(latin.TryGet(DicomTags.PatientName, out var name));
        Assert.Equal([(byte)'M', 0xFC], name.Value[..2].ToArray());
        Assert.Equal("山田", utf8.GetString(DicomTags.PatientName));
        Assert.Throws<ArgumentException>(() => latin.Set(DicomTags.PatientName, "山田"));
        Assert.Throws<ArgumentException>(() => latin.Set(DicomTags.Rows, "5"));
        Assert.Throws<ArgumentException>(() => latin.Set(new DicomTag(0x0009, 0x1001), "private"));
    }

    [Fact]
    public void AbsentElements_GiveNothing()
    {
        var dataSet = new DataSet();
        dataSet.Set(DicomTags.Modality);

        Assert.True(dataSet.Contains(DicomTags.Modality));
        Assert.Null(dataSet.GetString(DicomTags.Modality));
        Assert.Null(dataSet.GetString(DicomTags.PatientId));
        Assert.Null(dataSet.GetInt32(DicomTags.Rows));
        Assert.Null(dataSet.GetUid(DicomTags.StudyInstanceUid));
        Assert.Empty(dataSet.GetSequence(DicomTags.ReferencedSopSequence));
        Assert.False(dataSet.TryGet(DicomTags.PatientId, out _));
    }

    private static readonly DicomTag Tag = new(0x0009, 0x1001);

    private static DataSet WithValue(Vr vr, byte[] value)
    {
        var dataSet = new DataSet();
        dataSet.Set(new DicomElement(Tag, vr, value));
        return dataSet;
    }
}
