using System.Net;
using MedCloud.Tests;

namespace MedCloud.Services.Tests.EndToEnd;

/// <summary>The training tool's textbook network, which is too large to ship: any ONNX file with manifest and card is served, and one without evidence is explained by occlusion.</summary>
public sealed class TextbookModelTests
{
    [Fact]
    public async Task ItsSmokeRunIsServedBesideTheModelsThatShip()
    {
        var cancelled = TestContext.Current.CancellationToken;
        await TrainingTool.RequireAsync(cancelled);
        using var folder = new TemporaryFolder();
        Assert.Equal(0, (await TrainingTool.SmokeAsync("cnn-baseline", folder.Path, cancelled)).Code);
        BundledModels.CopyTo(TrainingTool.Models(folder.Path));

        await using var process = await AllInOneProcess.StartAsync(Path.Combine(folder.Path, "data"), null, "--models", TrainingTool.Models(folder.Path));
        using var client = new ProductClient(process.HttpUrl);
        var xray = SampleXray.New();
        Assert.Equal(200, (await client.StowAsync(xray.File, cancellationToken: cancelled)).Status);
        var study = await client.FinishedStudyAsync(xray.Study, 4, cancelled);

        var analysis = Assert.Single(ProductClient.InScope(study), each => (string?)each!["modelName"] == "cnn-baseline")!;
        Assert.Equal("ANALYSIS_STATE_COMPLETED", (string?)analysis["state"]);
        var finding = Assert.Single(analysis["classifications"]!.AsArray())!;
        Assert.Equal("233604007", (string?)finding["code"]);
        // Two steps of training may teach it either answer; only what is positive has a map.
        using var explanation = await client.GetAsync($"/v1/analyses/{analysis["analysisId"]}/explanation", cancelled);
        Assert.Equal((bool)finding["positive"]! ? HttpStatusCode.OK : HttpStatusCode.BadRequest, explanation.StatusCode);
    }
}
