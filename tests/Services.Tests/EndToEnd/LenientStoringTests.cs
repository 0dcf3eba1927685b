using MedCloud.Dicom;
using MedCloud.Tests;

namespace MedCloud.Services.Tests.EndToEnd;

public sealed class LenientStoringTests(Servers servers)
{
    /// <summary>What Ingest stores without preamble, the worker analyses and Results draws.</summary>
    [Theory]
    [InlineData(Configuration.OneProcess)]
    [InlineData(Configuration.Cluster)]
    public async Task AnXrayWithoutPreambleIsAnalysedAndDrawn(Configuration configuration)
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var xray = SampleXray.New();
        using var reader = DicomReader.ForPart10(new MemoryStream(xray.File));
        await reader.ReadMetaAsync(cancellationToken);
        var file = xray.File[(int)reader.DataSetOffset..];
        var product = await servers.ProductAsync(configuration);
        using var client = new ProductClient(product.HttpUrl);

        Assert.Equal(200, (await client.StowAsync(file, cancellationToken: cancellationToken)).Status);
        var study = await client.FinishedStudyAsync(xray.Study, 1, cancellationToken);

        Assert.All(ProductClient.InScope(study), analysis => Assert.Equal("ANALYSIS_STATE_COMPLETED", (string?)analysis!["state"]));
        using var picture = await client.GetAsync($"/v1/analyses/{ProductClient.InScope(study)[0]["analysisId"]}/rendered.png", cancellationToken);
        Assert.Equal(("image/png", true), (picture.Content.Headers.ContentType?.MediaType, picture.IsSuccessStatusCode));
    }
}
