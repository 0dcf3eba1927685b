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
            Assert.Equal(0, (await TrainingTool.SmokeAsync(command, folder.Path, cancelled)).Code);

        var load = Catalogue.Load(TrainingTool.Models(folder.Path));
        Assert.Empty(load.Faults);
        using var session = ModelSession.Load(Assert.Single(load.Catalogue.Active));
        var blank = new float[InputPreparation.Length(session.Model.Manifest.Input)];
        Assert.Equal(gate is not null, session.ScoreImage(blank, cancelled) is >= 0 and <= 1);
        var findings = session.Run(blank, cancelled);
        Assert.Equal(session.Model.Manifest.Classification?.Heads.Sum(head => head.Labels.Count) ?? 0, findings.Classifications.Count);
    }

    [Theory]
    [InlineData("cxr-lungs")]
    [InlineData("cnn-baseline")]
    public async Task ARunThatWasCutGoesOnToTheSameModel(string model)
    {
        var cancelled = TestContext.Current.CancellationToken;
        await TrainingTool.RequireAsync(cancelled);
        using var whole = new TemporaryFolder();
        using var cut = new TemporaryFolder();

        Assert.Equal(0, (await TrainingTool.SmokeAsync(model, whole.Path, cancelled)).Code);
        Assert.NotEqual(0, (await TrainingTool.SmokeAsync(model, cut.Path, cancelled, cutAt: "epoch 1 ")).Code);
        Assert.False(Directory.Exists(TrainingTool.Models(cut.Path)), "the run ended before it was cut");
        var resumed = await TrainingTool.SmokeAsync(model, cut.Path, cancelled, resume: true);

        Assert.Equal(0, resumed.Code);
        Assert.StartsWith("goes on after ", resumed.Lines[0], StringComparison.Ordinal);
        Assert.Equal(Digest(whole.Path), Digest(cut.Path));

        static string Digest(string folder) => Assert.Single(Catalogue.Load(TrainingTool.Models(folder)).Catalogue.Active).Manifest.Sha256;
    }

    /// <summary>No card holds a number that a command does not print: what <c>--figures</c> computes from the files that ship stands there.</summary>
    [Theory]
    [InlineData("cxr-pneumonia", 55, "cxr-pneumonia")]
    [InlineData("cxr-lungs", 30, "cxr-lungs")]
    [InlineData("blood-cells", 30, "blood-cells")]
    [InlineData("gate-chest", 30, "cxr-pneumonia", "cxr-lungs")]
    [InlineData("gate-blood", 10, "blood-cells")]
    public async Task TheFiguresOfWhatShipsStandOnTheCards(string command, int least, params string[] models)
    {
        var cancelled = TestContext.Current.CancellationToken;
        await TrainingTool.RequireAsync(cancelled);
        using var folder = new TemporaryFolder();

        var run = await TrainingTool.FiguresAsync(command, ShippedModels.Folder, folder.Path, cancelled);

        Assert.Equal(0, run.Code);
        var cards = string.Concat(models.Select(model => ShippedModels.Active(model).Card));
        string[] figures = [.. run.Lines.Select(line => line.StartsWith('|') ? line : line[25..]).Where(figure => figure.Length > 0)];
        Assert.True(figures.Length >= least, $"{figures.Length} figures");
        Assert.All(figures, figure => Assert.Contains(figure, cards, StringComparison.Ordinal));
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

        Assert.Equal(0, (await TrainingTool.ExplainAsync(package.Manifest.Name, folder.Path, cancelled)).Code);

        var load = Catalogue.Load(TrainingTool.Models(folder.Path));
        Assert.Empty(load.Faults);
        Assert.Contains("--model cxr-lungs --most 1`", Assert.Single(load.Catalogue.Active).Card, StringComparison.Ordinal);
    }
}
