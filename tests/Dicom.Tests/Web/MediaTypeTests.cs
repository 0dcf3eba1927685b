using MedCloud.Dicom.Web;

namespace MedCloud.Dicom.Tests.Web;

public sealed class MediaTypeTests
{
    [Theory]
    [InlineData("multipart/related; type=\"application/dicom\"; boundary=abc", "multipart/related", "application/dicom", "abc")]
    [InlineData("Multipart/Related;TYPE=application/dicom;Boundary=\"a b;c\"", "multipart/related", "application/dicom", "a b;c")]
    [InlineData("multipart/related; boundary=a:b/c=='? ; type = \"application/dicom\" ;", "multipart/related", "application/dicom", "a:b/c=='?")]
    [InlineData("multipart/related; boundary=\"a\\\"b\\\\\"", "multipart/related", null, "a\"b\\")]
    [InlineData("multipart/related; boundary=one; boundary=two", "multipart/related", null, "one")]
    [InlineData("application/dicom", "application/dicom", null, null)]
    public void Parse_ReadsParametersQuotedOrNot(string text, string name, string? type, string? boundary)
    {
        var mediaType = MediaType.Parse(text)!;

        Assert.Equal((name, type, boundary), (mediaType.Name, mediaType["type"], mediaType["boundary"]));
    }

    [Theory]
    [InlineData(null)]
    [InlineData("")]
    [InlineData("dicom")]
    [InlineData("/dicom")]
    [InlineData("application/")]
    [InlineData("application/dicom boundary=a")]
    [InlineData("multipart/related; boundary")]
    [InlineData("multipart/related; boundary=\"a")]
    [InlineData("multipart/related; boundary=\"a\\")]
    [InlineData("multipart/related; boundary=\"a\"b")]
    public void Parse_Malformed_IsNull(string? text) =>
        Assert.Null(MediaType.Parse(text));

    [Theory]
    [InlineData("", "*/*")]
    [InlineData("application/dicom", "application/dicom")]
    [InlineData("a/low;q=0.1, a/none;q=0, a/first, a/second;q=1.0, a/middle;q=0.5", "a/first a/second a/middle a/low")]
    [InlineData("multipart/related; type=\"a,b\", nonsense, a/b;q=x", "multipart/related")]
    public void ParseAccept_OrdersByQuality(string header, string expected) =>
        Assert.Equal(expected, string.Join(' ', MediaType.ParseAccept([header]).Select(range => range.Name)));

    [Fact]
    public void ParseAccept_JoinsRepeatedHeaders() =>
        Assert.Equal(["b/b", "a/a"], MediaType.ParseAccept(["a/a;q=0.5", null, "b/b"]).Select(range => range.Name));

    [Theory]
    [InlineData("multipart/related; type=\"application/dicom\"; boundary=b", "b")]
    [InlineData("multipart/related; type=application/dicom; boundary=\"b\"", "b")]
    [InlineData("multipart/related; boundary=b", "b")]
    public void StoreContentType_TakesAMultipartOfFiles(string header, string boundary) =>
        Assert.Equal(new StoreContentType.Multipart(boundary), StoreContentType.Of(header));

    [Theory]
    [InlineData(null, "is not multipart/related")]
    [InlineData("application/dicom", "is not multipart/related")]
    [InlineData("multipart/form-data; boundary=b", "is not multipart/related")]
    [InlineData("multipart/related; type=\"application/dicom+json\"; boundary=b", "Metadata with separate bulk data")]
    [InlineData("multipart/related; type=\"application/dicom+xml\"; boundary=b", "Metadata with separate bulk data")]
    [InlineData("multipart/related; type=\"text/plain\"; boundary=b", "type of the multipart is not application/dicom")]
    public void StoreContentType_OfAnotherType_IsUnsupported(string? header, string sentence) =>
        Assert.Contains(sentence, Assert.IsType<StoreContentType.Unsupported>(StoreContentType.Of(header)).Sentence);

    [Theory]
    [InlineData("multipart/related; type=\"application/dicom\"")]
    [InlineData("multipart/related; type=\"application/dicom\"; boundary=\"\"")]
    [InlineData("multipart/related; type=\"application/dicom\"; boundary=\"a \"")]
    public void StoreContentType_WithoutAUsableBoundary_IsMalformed(string header) =>
        Assert.IsType<StoreContentType.Malformed>(StoreContentType.Of(header));
}
