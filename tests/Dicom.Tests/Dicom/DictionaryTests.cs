namespace MedCloud.Dicom.Tests;

public sealed class DictionaryTests
{
    [Theory]
    [InlineData(0x0020000D, Vr.UI, "StudyInstanceUID")]
    [InlineData(0x00280106, Vr.US, "SmallestImagePixelValue")]
    [InlineData(0x7FE00010, Vr.OW, "PixelData")]
    [InlineData(0x00283006, Vr.OW, "LUTData")]
    [InlineData(0x00000900, Vr.US, "Status")]
    [InlineData(0x60023000, Vr.OW, "OverlayData")]
    [InlineData(0x60000010, Vr.US, "OverlayRows")]
    [InlineData(0x501E0020, Vr.CS, "TypeOfData")]
    [InlineData(0x00203101, Vr.CS, "SourceImageIDs")]
    public void Find_AnAttributeOfTheStandard_GivesVrAndKeyword(uint tag, Vr vr, string keyword)
    {
        var entry = DataDictionary.Find(new DicomTag(tag));

        Assert.Equal(vr, entry?.Vr);
        Assert.Equal(keyword, entry?.Keyword);
    }

    [Theory]
    [InlineData(0x00091001)]
    [InlineData(0x60013000)]
    [InlineData(0x0008FFFF)]
    [InlineData(0xFFFEE000)]
    public void Find_APrivateOrUnknownTag_GivesNothing(uint tag) => Assert.Null(DataDictionary.Find(new DicomTag(tag)));

    [Fact]
    public void EveryTagConstantIsInTheDictionaryUnderItsName()
    {
        foreach (var field in typeof(DicomTags).GetFields())
        {
            var tag = Assert.IsType<DicomTag>(field.GetValue(null));
            Assert.Equal(field.Name, DataDictionary.Find(tag)?.Keyword, ignoreCase: true);
        }
    }

    [Fact]
    public void StorageClasses_AreThoseOfTheStandard()
    {
        Assert.True(SopClasses.IsStorage("1.2.840.10008.5.1.4.1.1.1.1"));
        Assert.True(SopClasses.IsStorage("1.2.840.10008.5.1.4.1.1.66.7"));
        Assert.True(SopClasses.IsStorage("1.2.840.10008.5.1.4.39.1"));
        Assert.False(SopClasses.IsStorage(SopClasses.Verification.Value));
        Assert.False(SopClasses.IsStorage("1.2.840.10008.1.20.1"));
        Assert.False(SopClasses.IsStorage("1.2.840.10008.1.3.10"));
        Assert.False(SopClasses.IsStorage("1.2.840.10008.5.1.4.1.2.1.1"));
        Assert.False(SopClasses.IsStorage("1.2.840.10008.1.2"));
        Assert.Equal(199, SopClasses.Storage.Count);
        Assert.Equal("CT Image Storage", SopClasses.NameOf("1.2.840.10008.5.1.4.1.1.2"));
        Assert.Null(SopClasses.NameOf("1.2.3"));
    }

    [Theory]
    [InlineData("1.2.840.10008.1.2", false, false, false, false)]
    [InlineData("1.2.840.10008.1.2.1", true, false, false, false)]
    [InlineData("1.2.840.10008.1.2.2", true, true, false, false)]
    [InlineData("1.2.840.10008.1.2.1.99", true, false, true, false)]
    [InlineData("1.2.840.10008.1.2.4.50", true, false, false, true)]
    [InlineData("1.2.840.10008.1.2.4.94", true, false, false, false)]
    [InlineData("1.2.840.10008.1.2.4.95", true, false, true, false)]
    [InlineData("1.2.840.10008.1.2.4.201", true, false, false, true)]
    [InlineData("1.2.840.10008.1.2.5", true, false, false, true)]
    public void TransferSyntax_OfTheStandard_IsKnownWithItsEncoding(string uid, bool explicitVr, bool bigEndian, bool deflated, bool encapsulated)
    {
        var syntax = TransferSyntax.Find(uid);

        Assert.NotNull(syntax);
        Assert.Equal((explicitVr, bigEndian, deflated, encapsulated), (syntax.ExplicitVr, syntax.BigEndian, syntax.Deflated, syntax.Encapsulated));
        Assert.Contains(syntax, TransferSyntax.All);
    }

    [Theory]
    [InlineData("1.2.840.10008.1.2.6.1")]
    [InlineData("1.2.840.113619.5.2")]
    [InlineData("1.2.840.10008.5.1.4.1.1.2")]
    [InlineData("")]
    public void TransferSyntax_OfAnotherKind_IsUnknown(string uid) => Assert.Null(TransferSyntax.Find(uid));
}
