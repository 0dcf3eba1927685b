using System.Text;
using System.Text.Json.Nodes;
using System.Xml.Linq;
using MedCloud.Dicom;
using MedCloud.Dicom.Web;

namespace MedCloud.Dicom.Tests.Web;

public sealed class StoreResponseTests
{
    private static readonly ResourceUrls Urls = new("http://pacs.example:8080/dicom-web");
    private static readonly Uid Ct = Uid.Parse("1.2.840.10008.5.1.4.1.1.2");

    [Fact]
    public void AllStored_Is200WithRetrieveUrls()
    {
        var response = new StoreResponse(Urls);
        response.AddStored(Uid.Parse("1.2"), Uid.Parse("1.2.3"), Ct, Uid.Parse("1.2.3.4"));

        Assert.Equal((200, 1, 0), (response.HttpStatus, response.Stored, response.Failed));
        AssertJson(
            """
            {
              "00081190": { "vr": "UR", "Value": ["http://pacs.example:8080/dicom-web/studies/1.2"] },
              "00081199": { "vr": "SQ", "Value": [{
                "00081150": { "vr": "UI", "Value": ["1.2.840.10008.5.1.4.1.1.2"] },
                "00081155": { "vr": "UI", "Value": ["1.2.3.4"] },
                "00081190": { "vr": "UR", "Value": ["http://pacs.example:8080/dicom-web/studies/1.2/series/1.2.3/instances/1.2.3.4"] }
              }] }
            }
            """,
            response);
    }

    [Fact]
    public void SomeStored_Is202WithTheReasonOfTheOthers()
    {
        var response = new StoreResponse(Urls);
        response.AddStored(Uid.Parse("1.2"), Uid.Parse("1.2.3"), Ct, Uid.Parse("1.2.3.4"));
        response.AddFailed(0xA900, "the study is not the one of the URL", Ct, Uid.Parse("1.2.3.5"));
        response.AddFailed(0xC000, "not a DICOM file");

        Assert.Equal((202, 1, 2), (response.HttpStatus, response.Stored, response.Failed));
        AssertJson(
            """
            {
              "00081190": { "vr": "UR", "Value": ["http://pacs.example:8080/dicom-web/studies/1.2"] },
              "00081198": { "vr": "SQ", "Value": [{
                "00081150": { "vr": "UI", "Value": ["1.2.840.10008.5.1.4.1.1.2"] },
                "00081155": { "vr": "UI", "Value": ["1.2.3.5"] },
                "00081197": { "vr": "US", "Value": [43264] },
                "00741048": { "vr": "SQ", "Value": [{ "00000902": { "vr": "LO", "Value": ["the study is not the one of the URL"] } }] }
              }] },
              "00081199": { "vr": "SQ", "Value": [{
                "00081150": { "vr": "UI", "Value": ["1.2.840.10008.5.1.4.1.1.2"] },
                "00081155": { "vr": "UI", "Value": ["1.2.3.4"] },
                "00081190": { "vr": "UR", "Value": ["http://pacs.example:8080/dicom-web/studies/1.2/series/1.2.3/instances/1.2.3.4"] }
              }] },
              "0008119A": { "vr": "SQ", "Value": [{
                "00081197": { "vr": "US", "Value": [49152] },
                "00741048": { "vr": "SQ", "Value": [{ "00000902": { "vr": "LO", "Value": ["not a DICOM file"] } }] }
              }] }
            }
            """,
            response);
    }

    [Fact]
    public void TwoStudies_HaveNoCommonRetrieveUrl()
    {
        var response = new StoreResponse(Urls);
        response.AddStored(Uid.Parse("1.2"), Uid.Parse("1.2.3"), Ct, Uid.Parse("1.2.3.4"));
        response.AddStored(Uid.Parse("1.5"), Uid.Parse("1.5.3"), Ct, Uid.Parse("1.5.3.4"));

        var json = JsonNode.Parse(DataSetFormat.Json.Write(response.ToDataSet()))!;

        Assert.Equal("""{"vr":"UR"}""", json["00081190"]!.ToJsonString());
        Assert.Equal(2, json["00081199"]!["Value"]!.AsArray().Count);
    }

    [Theory]
    [InlineData(409, 0xC000)]
    [InlineData(409, 0xA700, 0x0122)]
    [InlineData(503, 0xA700)]
    [InlineData(503, 0xA700, 0xA700)]
    public void NoneStored_Is409OrForWantOfResourcesAlone503(int status, params int[] reasons)
    {
        var response = new StoreResponse(Urls);
        foreach (var reason in reasons)
            response.AddFailed((ushort)reason, "why", Ct, Uid.Parse("1.2.3.5"));

        Assert.Equal(status, response.HttpStatus);
    }

    [Fact]
    public void SomeStoredAndSomeOutOfResources_Is202()
    {
        var response = new StoreResponse(Urls);
        response.AddFailed(0xA700, "the store is full");
        response.AddStored(Uid.Parse("1.2"), Uid.Parse("1.2.3"), Ct, Uid.Parse("1.2.3.4"));

        Assert.Equal(202, response.HttpStatus);
    }

    [Fact]
    public void FailedInstanceWithoutSopClass_IsInTheFailedSopSequence()
    {
        var response = new StoreResponse(Urls);
        response.AddFailed(0xC000, "why", sopClass: null, Uid.Parse("1.2.3.5"));

        AssertJson(
            """
            {
              "00081190": { "vr": "UR" },
              "00081198": { "vr": "SQ", "Value": [{
                "00081155": { "vr": "UI", "Value": ["1.2.3.5"] },
                "00081197": { "vr": "US", "Value": [49152] },
                "00741048": { "vr": "SQ", "Value": [{ "00000902": { "vr": "LO", "Value": ["why"] } }] }
              }] }
            }
            """,
            response);
    }

    [Fact]
    public void Xml_IsTheNativeDicomModel()
    {
        var response = new StoreResponse(Urls);
        response.AddFailed(0x0122, "not a storage <SOP class>");

        var xml = Encoding.UTF8.GetString(DataSetFormat.Xml.Write(response.ToDataSet()));

        var expected = XDocument.Parse(
            """
            <NativeDicomModel xmlns="http://dicom.nema.org/PS3.19/models/NativeDICOM">
              <DicomAttribute tag="00081190" vr="UR" keyword="RetrieveURL" />
              <DicomAttribute tag="0008119A" vr="SQ" keyword="OtherFailuresSequence">
                <Item number="1">
                  <DicomAttribute tag="00081197" vr="US" keyword="FailureReason"><Value number="1">290</Value></DicomAttribute>
                  <DicomAttribute tag="00741048" vr="SQ" keyword="FailedAttributesSequence">
                    <Item number="1">
                      <DicomAttribute tag="00000902" vr="LO" keyword="ErrorComment"><Value number="1">not a storage &lt;SOP class&gt;</Value></DicomAttribute>
                    </Item>
                  </DicomAttribute>
                </Item>
              </DicomAttribute>
            </NativeDicomModel>
            """);
        Assert.True(XNode.DeepEquals(expected.Root, XDocument.Parse(xml).Root), xml);
    }

    [Theory]
    [InlineData("", "application/dicom+json")]
    [InlineData("*/*", "application/dicom+json")]
    [InlineData("application/json", "application/dicom+json")]
    [InlineData("application/dicom+xml", "application/dicom+xml")]
    [InlineData("application/dicom+xml;q=0.5, application/dicom+json;q=0.4", "application/dicom+xml")]
    [InlineData("text/html, application/dicom+json", "application/dicom+json")]
    [InlineData("text/html", null)]
    public void Choose_TakesThePreferredFormat(string accept, string? expected) =>
        Assert.Equal(expected, DataSetFormat.Choose(MediaType.ParseAccept([accept]))?.MediaType);

    [Fact]
    public void OtherVr_IsRefusedInXml()
    {
        var dataSet = new DataSet();
        dataSet.Set(DicomTags.PatientName, "Doe^Jane");

        Assert.Throws<NotSupportedException>(() => DataSetFormat.Xml.Write(dataSet));
    }

    private static void AssertJson(string expected, StoreResponse response)
    {
        var actual = Encoding.UTF8.GetString(DataSetFormat.Json.Write(response.ToDataSet()));
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), JsonNode.Parse(actual)), actual);
    }
}
