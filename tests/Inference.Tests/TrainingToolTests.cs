using MedCloud.Inference.Preprocessing;
using MedCloud.Inference.Runtime;
using MedCloud.Inference.Tests.ModelCatalogue;
using MedCloud.ModelCatalogue;
using MedCloud.Tests;

namespace MedCloud.Inference.Tests;

/// <summary>Each model's command on a handful of images: what it writes is loaded and run as any package is. Only in <c>tests/run --long</c>.</summary>
public sealed class TrainingToolTests
{
    [Theory]
    [InlineData("cxr-pneumonia", "gate-chest")]
    [InlineData("cxr-lungs", "gate-chest")]
    [InlineData("blood-cells", "gate-blood")]
    [InlineData("cnn-baseline", null)]
    public async Task ASmokeRunMakesAModelThatLoadsAndRuns(string model, string? gate)
    {
        var cancelled = TestContext.Current.CancellationToken;
        await TrainingTool.RequireAsync(cancelled);
        using var folder = new TemporaryFolder();

        foreach (var command in gate is null ? [model] : new[] { model, gate })
            Assert.Equal(0, await TrainingTool.SmokeAsync(command, folder.Path, cancelled));

        var load = Catalogue.Load(TrainingTool.Models(folder.Path));
        Assert.Empty(load.Faults);
        using var session = ModelSession.Load(Assert.Single(load.Catalogue.Active));
        var blank = new float[InputPreparation.Length(session.Model.Manifest.Input)];
        Assert.Equal(gate is not null, session.ScoreImage(blank, cancelled) is >= 0 and <= 1);
        var findings = session.Run(blank, cancelled);
        Assert.Equal(session.Model.Manifest.Classification?.Heads.Sum(head => head.Labels.Count) ?? 0, findings.Classifications.Count);
    }

    [Fact]
    public async Task TheMapsOfAModelThatShipsAreMeasured()
    {
        var cancelled = TestContext.Current.CancellationToken;
        await TrainingTool.RequireAsync(cancelled);
        using var folder = new TemporaryFolder();
        var package = ShippedModels.Active("cxr-lungs");
        var copy = Directory.CreateDirectory(Path.Combine(TrainingTool.Models(folder.Path), package.Manifest.Name, package.Manifest.Version)).FullName;
        foreach (var file in Directory.GetFiles(Path.GetDirectoryName(package.ModelPath)!))
            File.Copy(file, Path.Combine(copy, Path.GetFileName(file)));

        Assert.Equal(0, await TrainingTool.ExplainAsync(package.Manifest.Name, folder.Path, cancelled));

        var load = Catalogue.Load(TrainingTool.Models(folder.Path));
        Assert.Empty(load.Faults);
        Assert.Contains("--model cxr-lungs --most 1`", Assert.Single(load.Catalogue.Active).Card, StringComparison.Ordinal);
    }
}
