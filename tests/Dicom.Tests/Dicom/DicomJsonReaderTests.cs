using System.Text;

namespace MedCloud.Dicom.Tests;

public sealed class DicomJsonReaderTests
{
    private static readonly DicomTag Sequence = new(0x0040, 0xA730);

    [Fact]
    public void EveryKindOfValue_IsRead()
    {
        var read = Read("""
            {
              "00080005": { "vr": "CS", "Value": ["ISO_IR 100"] },
              "00080060": { "Value": ["DX", null, "CR"], "vr": "CS", "other": [1, {}] },
              "00100010": { "vr": "PN", "Value": [{ "Alphabetic": "Yamada^Tarou", "Ideographic": "山田^太郎" }, null, { "Phonetic": "やまだ" }] },
              "00200013": { "vr": "IS", "Value": [7, "08"] },
              "00280009": { "vr": "AT", "Value": ["00181063", "0018106B"] },
              "00280010": { "vr": "US", "Value": [65535] },
              "00281053": { "vr": "DS", "Value": [1.50, "-2e3"] },
              "00189219": { "vr": "SS", "Value": [-32768] },
              "0018605A": { "vr": "FL", "Value": ["NaN", "inf", "-inf", 0.5] },
              "00720082": { "vr": "SV", "Value": [-5, "-9223372036854775808"] },
              "0008040C": { "vr": "UV", "Value": ["18446744073709551615"] },
              "00420011": { "vr": "OB", "InlineBinary": "AQID" },
              "00200010": { "vr": "SH" },
              "0040A730": { "vr": "SQ", "Value": [{ "00080104": { "vr": "LO", "Value": ["Lunge"] } }, {}, null] },
              "00091001": { "vr": "UN", "InlineBinary": "AAE=" },
              "7FE00000": { "vr": "UL", "Value": [12] }
            }
            """);

        Assert.Equal("ISO_IR 192", read.GetString(DicomTags.SpecificCharacterSet));
        Assert.Equal(["DX", "", "CR"], read.GetStrings(DicomTags.Modality));
        Assert.Equal(["Yamada^Tarou=山田^太郎", "", "==やまだ"], read.GetStrings(DicomTags.PatientName));
        Assert.Equal([7.0, 8.0], read.GetDoubles(new DicomTag(0x00200013)));
        Assert.Equal(["00181063", "0018106B"], read.GetStrings(new DicomTag(0x00280009)));
        Assert.Equal(65535, read.GetInt32(DicomTags.Rows));
        Assert.Equal(["1.50", "-2e3"], read.GetStrings(DicomTags.RescaleSlope));
        Assert.Equal([-32768.0], read.GetDoubles(new DicomTag(0x00189219)));
        Assert.Equal([double.NaN, double.PositiveInfinity, double.NegativeInfinity, 0.5], read.GetDoubles(new DicomTag(0x0018605A)));
        Assert.True(read.TryGet(new DicomTag(0x00720082), out var signed) && BitConverter.ToInt64(signed.Value.Span[8..]) == long.MinValue);
        Assert.True(read.TryGet(new DicomTag(0x0008040C), out var unsigned) && BitConverter.ToUInt64(unsigned.Value.Span) == ulong.MaxValue);
        Assert.True(read.TryGet(new DicomTag(0x00420011), out var binary) && binary.Value.Span is [1, 2, 3]);
        Assert.True(read.TryGet(new DicomTag(0x00200010), out var empty) && empty.Value.IsEmpty);
        Assert.Equal([1, 0, 0], read.GetSequence(Sequence).Select(item => item.Count));
        Assert.Equal("Lunge", read.GetSequence(Sequence)[0].GetString(DicomTags.CodeMeaning));
        Assert.False(read.TryGet(new DicomTag(0x7FE00000), out _));
    }

    [Fact]
    public void TextBeyondAscii_BringsItsCharacterSet()
    {
        Assert.Equal("ISO_IR 192", Read("""{ "0040A730": { "vr": "SQ", "Value": [{ "00080104": { "vr": "LO", "Value": ["Herzgröße"] } }] } }""").GetString(DicomTags.SpecificCharacterSet));
        Assert.Null(Read("""{ "00080104": { "vr": "LO", "Value": ["heart"] } }""").GetString(DicomTags.SpecificCharacterSet));
    }

    [Fact]
    public void BulkData_IsAskedForByItsUri()
    {
        const string Json = """{ "7FE00010": { "vr": "OW", "BulkDataURI": "http://here/1" } }""";

        Assert.True(DicomJsonReader.Read(Encoding.UTF8.GetBytes(Json), bulkData: uri => uri == "http://here/1" ? new byte[] { 4, 5 } : null).TryGet(DicomTags.PixelData, out var pixels));
        Assert.Equal([4, 5], pixels.Value.ToArray());
        Assert.Equal(("a bulk data URI whose value is not to be had", "(7FE0,0010)"), Fault(Json));
    }

    public static TheoryData<string, string, string?> Faults => new()
    {
        { "", "no well-formed JSON", null },
        { "[]", "no JSON object", null },
        { "{} {}", "no well-formed JSON", null },
        { """{ "0010001": { "vr": "LO" } }""", "a name that is no tag of eight hexadecimal digits", null },
        { """{ "PatientName": { "vr": "LO" } }""", "a name that is no tag of eight hexadecimal digits", null },
        { """{ "00020010": { "vr": "UI" } }""", "an element that is no part of a data set", "(0002,0010)" },
        { """{ "00100020": "1" }""", "an element that is no object", "(0010,0020)" },
        { """{ "00100020": { "Value": ["1"] } }""", "an element without vr", "(0010,0020)" },
        { """{ "00100020": { "vr": "XX" } }""", "a vr that the standard does not have", "(0010,0020)" },
        { """{ "00100020": { "vr": "LO", "Value": "1" } }""", "a Value that is no array", "(0010,0020)" },
        { """{ "00100020": { "vr": "LO", "Value": [1] } }""", "a Number where a value of LO must stand", "(0010,0020)" },
        { """{ "00100020": { "vr": "LO", "Value": ["a\\b"] } }""", "a backslash inside one of several values", "(0010,0020)" },
        { """{ "00100020": { "vr": "LO", "Value": ["\uD800"] } }""", "text that is no Unicode", "(0010,0020)" },
        { """{ "00104000": { "vr": "LT", "Value": ["a", "b"] } }""", "more than one value of a VR that has one", "(0010,4000)" },
        { """{ "00080060": { "vr": "CS", "Value": ["ü"] } }""", "characters that a value of CS cannot have", "(0008,0060)" },
        { """{ "00100020": { "vr": "LO", "Value": ["1"], "InlineBinary": "AQ==" } }""", "more than one value", "(0010,0020)" },
        { """{ "00100020": { "vr": "LO", "InlineBinary": "AQ==" } }""", "an InlineBinary that is no base64 of a binary VR", "(0010,0020)" },
        { """{ "00420011": { "vr": "OB", "InlineBinary": "?" } }""", "an InlineBinary that is no base64 of a binary VR", "(0042,0011)" },
        { """{ "00420011": { "vr": "OB", "Value": [1] } }""", "a Value where an InlineBinary must stand", "(0042,0011)" },
        { """{ "00280010": { "vr": "US", "Value": [65536] } }""", "no number that a value of US can hold", "(0028,0010)" },
        { """{ "00280010": { "vr": "US", "Value": ["1"] } }""", "no number that a value of US can hold", "(0028,0010)" },
        { """{ "0018605A": { "vr": "FL", "Value": [1e300] } }""", "no number that a value of FL can hold", "(0018,605A)" },
        { """{ "00280009": { "vr": "AT", "Value": ["123"] } }""", "no number that a value of AT can hold", "(0028,0009)" },
        { """{ "00100010": { "vr": "PN", "Value": ["A^B"] } }""", "a String where a value of PN must stand", "(0010,0010)" },
        { """{ "00100010": { "vr": "PN", "Value": [{ "Alphabetic": "A=B" }] } }""", "an equals sign inside a component group", "(0010,0010)" },
        { """{ "00100010": { "vr": "PN", "Value": [{ "Latin": "A" }] } }""", "a component group that names do not have", "(0010,0010)" },
        { """{ "0040A730": { "vr": "SQ", "Value": [{}, 1] } }""", "an item that is no object", "(0040,A730)[1].(0040,A730)" },
        { """{ "0040A730": { "vr": "SQ", "Value": [{}, { "00280010": { "vr": "US", "Value": [-1] } }] } }""", "no number that a value of US can hold", "(0040,A730)[1].(0028,0010)" },
        { """{ "00100020": { "vr": "LO" }, "00100020": { "vr": "LO" } }""", "an element appears twice", "(0010,0020)" },
        { """{ "00100020": { "vr": "LO" }""", "no well-formed JSON", "(0010,0020)" },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public void WhatTheModelDoesNotAllow_IsNamedWithItsPlace(string json, string problem, string? path) => Assert.Equal((problem, path), Fault(json));

    [Fact]
    public void WhatIsTooMuch_IsRefused()
    {
        var deep = string.Concat(Enumerable.Repeat("""{ "0040A730": { "vr": "SQ", "Value": [""", 200)) + string.Concat(Enumerable.Repeat("]}}", 200));

        Assert.Equal("sequences are nested too deep", Fault(deep).Problem);
        Assert.Equal("more elements and items than the limit", Fault("""{ "0040A730": { "vr": "SQ", "Value": [{}, null, {}] } }""", new DicomReadLimits { MaxElements = 3 }).Problem);
        Assert.Equal("more elements and items than the limit", Fault("""{ "00100020": { "vr": "LO" }, "00100030": { "vr": "DA" } }""", new DicomReadLimits { MaxElements = 1 }).Problem);
        Assert.Equal("more bytes than the limit", Fault("""{ "00100020": { "vr": "LO" } }""", new DicomReadLimits { MaxHeaderBytes = 10 }).Problem);
    }

    private static DataSet Read(string json) => DicomJsonReader.Read(Encoding.UTF8.GetBytes(json));

    private static (string Problem, string? Path) Fault(string json, DicomReadLimits? limits = null)
    {
        var fault = Assert.Throws<DicomFormatException>(() => DicomJsonReader.Read(Encoding.UTF8.GetBytes(json), limits));
        Assert.True(fault.Problem.Length <= 64, fault.Problem);
        Assert.InRange(fault.Offset, 0, json.Length + 100);
        return (fault.Problem, fault.TagPath);
    }
}
