using MedCloud.Dicom.Web;

namespace MedCloud.Dicom.Tests.Web;

public sealed class RetrieveNegotiationTests
{
    private const string Explicit = "1.2.840.10008.1.2.1";
    private const string Jpeg = "1.2.840.10008.1.2.4.50";

    [Theory]
    [InlineData("", RetrieveForm.Multipart)]
    [InlineData("*/*", RetrieveForm.Multipart)]
    [InlineData("multipart/*", RetrieveForm.Multipart)]
    [InlineData("multipart/related", RetrieveForm.Multipart)]
    [InlineData("multipart/related; type=\"application/dicom\"", RetrieveForm.Multipart)]
    [InlineData("multipart/related; type=application/dicom; transfer-syntax=*", RetrieveForm.Multipart)]
    [InlineData($"multipart/related; type=\"application/dicom\"; transfer-syntax={Jpeg}", RetrieveForm.Multipart)]
    [InlineData("application/dicom", RetrieveForm.SinglePart)]
    [InlineData("application/*", RetrieveForm.SinglePart)]
    [InlineData("application/dicom; transfer-syntax=*", RetrieveForm.SinglePart)]
    [InlineData($"application/dicom; transfer-syntax=\"{Jpeg}\"", RetrieveForm.SinglePart)]
    [InlineData($"application/dicom; transfer-syntax={Explicit}, multipart/related; type=\"application/dicom\"", RetrieveForm.Multipart)]
    [InlineData("application/dicom; q=0.5, */*; q=0.1", RetrieveForm.SinglePart)]
    [InlineData("application/dicom+json, application/dicom; q=0.1", RetrieveForm.SinglePart)]
    [InlineData($"application/dicom; transfer-syntax={Explicit}", null)]
    [InlineData("application/dicom; q=0", null)]
    [InlineData("application/dicom+json", null)]
    [InlineData("multipart/related; type=\"application/octet-stream\"", null)]
    [InlineData("image/jpeg", null)]
    public void Instance_IsSentInTheMostPreferredFormThatItHas(string accept, RetrieveForm? expected) =>
        Assert.Equal(expected, RetrieveNegotiation.Choose(MediaType.ParseAccept([accept]), isInstance: true, [Jpeg]));

    [Theory]
    [InlineData("application/dicom", null)]
    [InlineData("application/dicom, multipart/related; type=\"application/dicom\"; q=0.1", RetrieveForm.Multipart)]
    [InlineData($"multipart/related; type=\"application/dicom\"; transfer-syntax={Jpeg}", null)]
    [InlineData("multipart/related; type=\"application/dicom\"; transfer-syntax=*", RetrieveForm.Multipart)]
    [InlineData("multipart/related; type=\"application/dicom\"", RetrieveForm.Multipart)]
    public void SeriesInTwoTransferSyntaxes_IsAMultipartAsStored(string accept, RetrieveForm? expected) =>
        Assert.Equal(expected, RetrieveNegotiation.Choose(MediaType.ParseAccept([accept]), isInstance: false, [Jpeg, Explicit]));

    [Fact]
    public void Available_NamesFormsAndTransferSyntaxes() =>
        Assert.Equal(
            "Available as multipart/related; type=\"application/dicom\" or application/dicom, in the stored transfer syntax only: 1.2.840.10008.1.2.1, 1.2.840.10008.1.2.4.50.",
            RetrieveNegotiation.Available(isInstance: true, [Jpeg, Explicit]));
}
