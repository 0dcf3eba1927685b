using MedCloud.Dicom;
using MedCloud.ModelCatalogue;

namespace MedCloud.Inference.Tests.ModelCatalogue;

public sealed class HeaderGateTests
{
    private static readonly ModelManifest Model = new()
    {
        Name = "cxr-test",
        Version = "1.0.0",
        Task = ModelTask.Classification,
        File = "model.onnx",
        Sha256 = "",
        Input = new InputTensor { Name = "image", Channels = 1, Height = 8, Width = 8, Resize = ResizeMethod.StretchTriangle, Normalise = NormaliseMethod.Standardise },
        Scope = new ModelScope
        {
            Modality = new AllowedValues { Allowed = ["CR", "DX"], Required = true },
            SopClass = new AllowedValues { Allowed = ["1.2.840.10008.5.1.4.1.1.1"] },
            BodyPart = new AllowedValues { Allowed = ["CHEST"] },
            Photometric = new AllowedValues { Allowed = ["MONOCHROME1", "MONOCHROME2"] },
            Rows = new AllowedRange { Min = 64, Max = 4096 },
            Columns = new AllowedRange { Min = 32, Max = 2048, Required = true },
            AgeYears = new AllowedRange { Min = 1, Max = 17 },
        },
    };

    [Fact]
    public void Check_InstanceWithinTheScope_Passes() => Assert.Null(HeaderGate.Check(Model, Header()));

    [Fact]
    public void Check_AbsentAttributesThatAreNotRequired_Pass()
    {
        var header = new DataSet();
        header.Set(DicomTags.Modality, "DX");
        header.SetUInt16(DicomTags.Columns, 100);

        Assert.Null(HeaderGate.Check(Model, header));
    }

    [Fact]
    public void Check_ModelWithoutRules_LetsEverythingPass() => Assert.Null(HeaderGate.Check(Model with { Scope = new ModelScope() }, new DataSet()));

    public static TheoryData<string, string?, ScopeRule, string> Refused => new()
    {
        { "00080060", "MR", ScopeRule.Modality, "Modality MR is outside the scope of cxr-test (CR, DX)" },
        { "00080060", "", ScopeRule.Modality, "Modality is absent, and cxr-test requires it" },
        { "00080060", "Roe^Jane", ScopeRule.Modality, "Modality is outside the scope of cxr-test (CR, DX)" },
        { "00080016", "1.2.840.10008.5.1.4.1.1.2", ScopeRule.SopClass, "SOP class 1.2.840.10008.5.1.4.1.1.2 is outside the scope of cxr-test" },
        { "00180015", "LEG", ScopeRule.BodyPart, "Body part LEG is outside the scope of cxr-test (CHEST)" },
        { "00280004", "RGB", ScopeRule.Photometric, "Photometric interpretation RGB is outside the scope of cxr-test (MONOCHROME1, MONOCHROME2)" },
        { "00280010", "63", ScopeRule.Size, "Rows 63 is outside the scope of cxr-test (64 to 4096)" },
        { "00280011", "2049", ScopeRule.Size, "Columns 2049 is outside the scope of cxr-test (32 to 2048)" },
        { "00280011", null, ScopeRule.Size, "Columns is absent, and cxr-test requires it" },
        { "00101010", "018Y", ScopeRule.Age, "The patient's age is outside the scope of cxr-test (1 to 17 years)" },
    };

    [Theory]
    [MemberData(nameof(Refused))]
    public void Check_AttributeOutsideTheScope_IsRefusedWithASentence(string tag, string? value, ScopeRule rule, string sentence) =>
        Assert.Equal(new ScopeRefusal(rule, sentence), HeaderGate.Check(Model, Header((tag, value))));

    [Fact]
    public void Check_SeveralAttributesOutsideTheScope_TheModalityIsNamedFirst() =>
        Assert.Equal(ScopeRule.Modality, HeaderGate.Check(Model, Header(("00101010", "090Y"), ("00080060", "CT")))!.Rule);

    [Theory]
    [InlineData("chest")]
    [InlineData("CHEST ")]
    [InlineData(" Chest")]
    public void Check_BodyPart_IgnoresCaseAndPadding(string value) => Assert.Null(HeaderGate.Check(Model, Header(("00180015", value))));

    [Theory]
    [InlineData("001Y", true)]
    [InlineData("017Y", true)]
    [InlineData("000Y", false)]
    [InlineData("011M", false)]
    [InlineData("012M", true)]
    [InlineData("215M", true)]
    [InlineData("216M", false)]
    [InlineData("052W", false)]
    [InlineData("053W", true)]
    [InlineData("365D", false)]
    [InlineData("366D", true)]
    [InlineData("old", true)]
    public void Check_PatientAge_CountsCompletedYears(string age, bool passes) =>
        Assert.Equal(passes, HeaderGate.Check(Model, Header(("00101010", age))) is null);

    [Theory]
    [InlineData("20100615", "20110614", false)]
    [InlineData("20100615", "20110615", true)]
    [InlineData("20100615", "20280614", true)]
    [InlineData("20100615", "20280615", false)]
    [InlineData("20120229", "20300228", true)]
    [InlineData("20120229", "20300301", false)]
    [InlineData("20100615", null, true)]
    [InlineData(null, "20280615", true)]
    [InlineData("20300615", "20280615", true)]
    [InlineData("2010061", "20280615", true)]
    public void Check_AbsentPatientAge_IsCountedFromBirthToStudy(string? birth, string? study, bool passes) =>
        Assert.Equal(passes, HeaderGate.Check(Model, Header(("00101010", null), ("00100030", birth), ("00080020", study))) is null);

    [Fact]
    public void Check_PatientAge_WinsOverTheDates() =>
        Assert.Null(HeaderGate.Check(Model, Header(("00101010", "005Y"), ("00100030", "19500101"), ("00080020", "20260101"))));

    private static DataSet Header(params (string Tag, string? Value)[] changes)
    {
        var values = new Dictionary<string, string?>
        {
            ["00080016"] = "1.2.840.10008.5.1.4.1.1.1",
            ["00080060"] = "CR",
            ["00101010"] = "004Y",
            ["00180015"] = "CHEST",
            ["00280004"] = "MONOCHROME2",
            ["00280010"] = "512",
            ["00280011"] = "400",
        };
        foreach (var (tag, value) in changes)
            values[tag] = value;

        var header = new DataSet();
        foreach (var (key, value) in values)
        {
            var tag = new DicomTag(Convert.ToUInt16(key[..4], 16), Convert.ToUInt16(key[4..], 16));
            if (value is not null && tag.Group == 0x0028 && tag != DicomTags.PhotometricInterpretation)
                header.SetUInt16(tag, ushort.Parse(value, null));
            else if (value is not null)
                header.Set(tag, value);
        }

        return header;
    }
}
