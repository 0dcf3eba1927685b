using System.Text.Json;
using System.Text.Json.Nodes;
using MedCloud.Tests;

namespace MedCloud.Services.Tests.Medctl;

/// <summary>The figures on the cards are those that <c>medctl evaluate</c> prints: DICOM in, result out.</summary>
public sealed class CardFiguresTests(Servers servers) : ProductTest(Configuration.OneProcess, servers)
{
    [Theory]
    [InlineData("cxr_pneumonia", "cxr-pneumonia/1.1.0", 1)]
    [InlineData("cxr_lungs", "cxr-lungs/1.1.0", 0)]
    [InlineData("bccd", "blood-cells/1.0.0", 0)]
    public async Task EveryFigureOfAWholeTestSplitStandsOnTheCard(string data, string model, int refusedByTheImageGate)
    {
        Assert.SkipUnless(LongRun.Is, "whole test splits are for tests/run --long");

        var run = await MedctlRun.OfAsync("evaluate", SharedData.Path(data), "--url", Product.HttpUrl);

        Assert.Equal(refusedByTheImageGate, run.Errors.Count(line => line.StartsWith("no result for ", StringComparison.Ordinal)));
        Assert.Equal(refusedByTheImageGate == 0 ? 0 : 1, run.Code);
        var card = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "models", model, "card.md"), TestContext.Current.CancellationToken);
        Assert.True(run.Output.Count > 10);
        Assert.All(run.Output.Skip(1).Where(line => line.StartsWith('|') || line.StartsWith("Viral", StringComparison.Ordinal)), line => Assert.Contains(line + "\n", card, StringComparison.Ordinal));
        if (data == "bccd")
            Assert.All(run.Output.Where(line => line.StartsWith("Mean AP", StringComparison.Ordinal)), line => Assert.Contains(line, card, StringComparison.Ordinal));
    }

    /// <summary>In the gate, four images of each set of boxes; the truth is in the card's form, and so is the table.</summary>
    [Theory]
    [InlineData("cxr_lungs", "| images | 4 |")]
    [InlineData("bccd", "| white cells | 4 | ")]
    public async Task AFewImagesOfEachSetOfBoxesAreEvaluated(string data, string expected)
    {
        using var folder = new TemporaryFolder();
        var coco = JsonNode.Parse(await File.ReadAllTextAsync(SharedData.Path($"{data}/test.json"), TestContext.Current.CancellationToken))!;
        JsonNode[] images = [.. coco["images"]!.AsArray().Take(4).Select(image => image!.DeepClone())];
        foreach (var image in images)
            image["file_name"] = SharedData.Path($"{data}/{image["file_name"]}");
        coco["images"] = new JsonArray(images);
        await File.WriteAllTextAsync(Path.Combine(folder.Path, "few.json"), coco.ToJsonString(JsonSerializerOptions.Web), TestContext.Current.CancellationToken);

        var run = await MedctlRun.OfAsync("evaluate", folder.Path, "--split", "few", "--url", Product.HttpUrl);

        Assert.True(run.Code == 0, string.Join('\n', run.Errors));
        Assert.Contains("few: 4 images, 0 of them without a result", run.Output.First(), StringComparison.Ordinal);
        Assert.Contains(run.Output, line => line.StartsWith(expected, StringComparison.Ordinal));
    }
}
