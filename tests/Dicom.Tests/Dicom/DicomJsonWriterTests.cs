using System.Text;
using System.Text.Json;

namespace MedCloud.Dicom.Tests;

public sealed class DicomJsonWriterTests
{
    private static readonly DicomTag Tag = new(0x0009, 0x1001);

    [Theory]
    [InlineData(Vr.LO, "413A5C5C42", """{"00091001":{"vr":"LO","Value":["A:",null,"B"]}}""")]
    [InlineData(Vr.LO, "", """{"00091001":{"vr":"LO"}}""")]
    [InlineData(Vr.PN, "415E423D3D43", """{"00091001":{"vr":"PN","Value":[{"Alphabetic":"A^B","Phonetic":"C"}]}}""")]
    [InlineData(Vr.DS, "312E355C312E35305C2B37", """{"00091001":{"vr":"DS","Value":[1.5,"1.50","\u002B7"]}}""")]
    [InlineData(Vr.IS, "34325C78", """{"00091001":{"vr":"IS","Value":[42,"x"]}}""")]
    [InlineData(Vr.AT, "08001800", """{"00091001":{"vr":"AT","Value":["00080018"]}}""")]
    [InlineData(Vr.SS, "FFFF0100", """{"00091001":{"vr":"SS","Value":[-1,1]}}""")]
    [InlineData(Vr.FL, "0000C03F0000C07F0000807F000080FF", """{"00091001":{"vr":"FL","Value":[1.5,"NaN","inf","-inf"]}}""")]
    [InlineData(Vr.UV, "FFFFFFFFFFFFFFFFFFFFFFFFFFFF1F00", """{"00091001":{"vr":"UV","Value":["18446744073709551615",9007199254740991]}}""")]
    [InlineData(Vr.SV, "0000000000000080", """{"00091001":{"vr":"SV","Value":["-9223372036854775808"]}}""")]
    [InlineData(Vr.OB, "0102", """{"00091001":{"vr":"OB","InlineBinary":"AQI="}}""")]
    [InlineData(Vr.UN, "", """{"00091001":{"vr":"UN"}}""")]
    public void Write_ByVr_IsTheModelOfAnnexF(Vr vr, string hex, string expected)
    {
        var dataSet = new DataSet();
        dataSet.Set(new DicomElement(Tag, vr, Convert.FromHexString(hex)));

        Assert.Equal(expected, Json(dataSet));
    }

    [Fact]
    public void Write_Text_IsUtf8AndSaysSoAndLeavesOutGroupLengthsAndMeta()
    {
        var dataSet = new DataSet();
        dataSet.Set(new DicomElement(new DicomTag(0x0002, 0x0010), Vr.UI, Encoding.ASCII.GetBytes("1.2")));
        dataSet.Set(new DicomElement(new DicomTag(0x0008, 0x0000), Vr.UL, new byte[4]));
        dataSet.Set(DicomTags.SpecificCharacterSet, "ISO_IR 100");
        var item = new DataSet();
        item.Set(new DicomElement(Tag, Vr.LO, new byte[] { 0xE9 }));
        dataSet.SetSequence(new DicomTag(0x0040, 0xA730), item, new DataSet());

        using var json = JsonDocument.Parse(Json(dataSet));

        Assert.Equal(["00080005", "0040A730"], json.RootElement.EnumerateObject().Select(member => member.Name));
        Assert.Equal("ISO_IR 192", json.RootElement.GetProperty("00080005").GetProperty("Value")[0].GetString());
        var items = json.RootElement.GetProperty("0040A730").GetProperty("Value");
        Assert.Equal("é", items[0].GetProperty("00091001").GetProperty("Value")[0].GetString());
        Assert.Equal("{}", items[1].GetRawText());
    }

    [Fact]
    public void Write_BinaryValueWithAUri_HasTheUriInItsPlace()
    {
        var dataSet = new DataSet();
        dataSet.Set(new DicomElement(Tag, Vr.OW, new byte[4]));

        Assert.Equal("""{"00091001":{"vr":"OW","BulkDataURI":"bulk/1"}}""", Json(dataSet, _ => "bulk/1"));
    }

    private static string Json(DataSet dataSet, Func<DicomElement, string?>? bulkDataUri = null)
    {
        var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
            DicomJsonWriter.Write(writer, dataSet, bulkDataUri);
        return Encoding.UTF8.GetString(buffer.ToArray());
    }
}
