using System.Net;
using System.Text.Json.Nodes;
using Grpc.Net.Client;
using MedCloud.Results.V1;
using MedCloud.Tests;
using SkiaSharp;

namespace MedCloud.Services.Tests.EndToEnd;

/// <summary>Where in the X-ray a finding comes from, as clients ask for it.</summary>
public abstract class ExplanationTests(Configuration configuration, Servers servers) : ProductTest(configuration, servers)
{
    [Fact]
    public async Task APositiveXrayHasAnExplanationInNumbersAndAsAPicture()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var file = await File.ReadAllBytesAsync(Path.Combine(AppContext.BaseDirectory, "samples", "child-bacterial-pneumonia.dcm"), cancellationToken);
        var (_, stored) = await Client.StowAsync(file, cancellationToken: cancellationToken);
        var study = ((string)stored!["00081190"]!["Value"]![0]!).Split('/')[^1];
        var analysis = (await Client.FinishedStudyAsync(study, 2, cancellationToken))["analyses"]!.AsArray().Single(each => (string?)each!["modelName"] == "cxr-pneumonia")!;
        var id = (string)analysis["analysisId"]!;
        Assert.True((bool)analysis["classifications"]![0]!["positive"]!);

        using var numbers = await Client.GetAsync($"/v1/analyses/{id}/explanation", cancellationToken);
        var json = JsonNode.Parse(await numbers.EnsureSuccessStatusCode().Content.ReadAsStringAsync(cancellationToken))!;
        using var channel = GrpcChannel.ForAddress(Product.GrpcUrl);
        var grpc = await new ResultsService.ResultsServiceClient(channel).GetExplanationAsync(new GetExplanationRequest { AnalysisId = id }, cancellationToken: cancellationToken);
        using var png = await Client.GetAsync($"/v1/analyses/{id}/explanation.png", cancellationToken);
        using var plain = await Client.GetAsync($"/v1/analyses/{id}/rendered.png", cancellationToken);

        Assert.Equal(ExplanationMethod.ClassActivation, grpc.Method);
        var map = grpc.Maps[0];
        Assert.Equal(("233604007", 8, 8, 64), (map.Code, map.Rows, map.Columns, map.Values.Count));
        Assert.All(map.Values, value => Assert.True(value >= 0));
        Assert.Equal(map.Values, json["maps"]![0]!["values"]!.AsArray().Select(value => (float)value!));

        Assert.Equal("image/png", png.Content.Headers.ContentType?.MediaType);
        using var heat = SKBitmap.Decode(await png.Content.ReadAsByteArrayAsync(cancellationToken));
        using var xray = SKBitmap.Decode(await plain.Content.ReadAsByteArrayAsync(cancellationToken));
        Assert.Equal(xray.Width, heat.Width);
        var hottest = map.Values.IndexOf(map.Values.Max());
        // The sample has 480 rows and 846 columns, which are as wide as the picture.
        var at = (X: (int)(((hottest % 8) + 0.5) * heat.Width / 8), Y: (int)(((hottest / 8) + 0.5) * heat.Width * 480 / 846 / 8));
        var (hot, below) = (heat.GetPixel(at.X, at.Y), xray.GetPixel(at.X, at.Y));
        Assert.Equal(below.Red, below.Blue);
        Assert.True(hot.Red - hot.Blue > 0x30, $"{hot} over {below}");

        // The same bytes again change nothing.
        await Client.StowAsync(file, cancellationToken: cancellationToken);
        using var again = await Client.GetAsync($"/v1/analyses/{id}/explanation", cancellationToken);
        Assert.Equal(json.ToJsonString(), JsonNode.Parse(await again.Content.ReadAsStringAsync(cancellationToken))!.ToJsonString());
    }

    [Fact]
    public async Task ARefusedOrReplacedAnalysisHasNone()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var first = SampleXray.New();
        await Client.StowAsync(first.File, cancellationToken: cancellationToken);
        var study = await Client.FinishedStudyAsync(first.Study, 2, cancellationToken);
        var refused = study["analyses"]!.AsArray().Single(each => (string?)each!["modelName"] == "blood-cells")!;
        Assert.Equal("ANALYSIS_STATE_REFUSED", (string?)refused["state"]);
        var replaced = (string)study["analyses"]!.AsArray().Single(each => (string?)each!["modelName"] == "cxr-pneumonia")!["analysisId"]!;
        Assert.Equal(HttpStatusCode.OK, await StatusAsync(replaced));

        var other = (byte[])first.File.Clone();
        other[^1] ^= 1;
        await Client.StowAsync(other, cancellationToken: cancellationToken);
        await Client.StudyAsync(first.Study, found => found["analyses"]!.AsArray().All(each => (string)each!["analysisId"]! != replaced), cancellationToken);

        Assert.Equal(HttpStatusCode.BadRequest, await StatusAsync((string)refused["analysisId"]!));
        Assert.Equal(HttpStatusCode.BadRequest, await StatusAsync(replaced));
        Assert.Equal(HttpStatusCode.NotFound, await StatusAsync(Guid.NewGuid().ToString()));
    }

    private async Task<HttpStatusCode> StatusAsync(string analysisId)
    {
        using var answer = await Client.GetAsync($"/v1/analyses/{analysisId}/explanation", TestContext.Current.CancellationToken);
        return answer.StatusCode;
    }
}

public sealed class ExplanationTestsInOneProcess(Servers servers) : ExplanationTests(Configuration.OneProcess, servers);

public sealed class ExplanationTestsInACluster(Servers servers) : ExplanationTests(Configuration.Cluster, servers);
