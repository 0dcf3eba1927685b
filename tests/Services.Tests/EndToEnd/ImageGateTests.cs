using System.Text.Json.Nodes;
using MedCloud.Services.Tests.InferenceWorker;
using MedCloud.Tests;

namespace MedCloud.Services.Tests.EndToEnd;

/// <summary>What the header cannot tell: a picture of another kind, sent as a chest X-ray.</summary>
public abstract class ImageGateTests(Configuration configuration, Servers servers) : ProductTest(configuration, servers)
{
    [Fact]
    public async Task AMicroscopyImageSentAsAChestXrayIsRefusedByEachChestModelWithASentence()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var smear = await SampleXray.New().ShowAsync("microscopy");
        var xray = SampleXray.New();

        Assert.Equal(200, (await Client.StowAsync(smear.File, cancellationToken: cancellationToken)).Status);
        Assert.Equal(200, (await Client.StowAsync(xray.File, cancellationToken: cancellationToken)).Status);
        var refused = await Client.FinishedStudyAsync(smear.Study, 3, cancellationToken);
        var analysed = await Client.FinishedStudyAsync(xray.Study, 3, cancellationToken);

        Assert.Equal(["cxr-lungs", "cxr-pneumonia"], ProductClient.InScope(refused).Select(analysis => (string?)analysis["modelName"]).Order());
        Assert.All(ProductClient.InScope(refused), analysis =>
        {
            Assert.Equal(("ANALYSIS_STATE_REFUSED", "REASON_CODE_IMAGE_OUT_OF_SCOPE"), ((string?)analysis["state"], (string?)analysis["reason"]!["code"]));
            Assert.Contains("does not look like an upright frontal chest X-ray", (string)analysis["reason"]!["text"]!, StringComparison.Ordinal);
            Assert.Empty(analysis["classifications"]!.AsArray());
            Assert.Empty(analysis["detections"]!.AsArray());
        });
        Assert.Equal(2, ProductClient.InScope(analysed).Count(analysis => (string?)analysis["state"] == "ANALYSIS_STATE_COMPLETED"));
    }
}

public sealed class ImageGateTestsInOneProcess(Servers servers) : ImageGateTests(Configuration.OneProcess, servers);

public sealed class ImageGateTestsInACluster(Servers servers) : ImageGateTests(Configuration.Cluster, servers);
