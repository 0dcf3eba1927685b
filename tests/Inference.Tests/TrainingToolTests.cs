using System.Diagnostics;
using MedCloud.Inference.Preprocessing;
using MedCloud.Inference.Runtime;
using MedCloud.ModelCatalogue;
using MedCloud.Tests;

namespace MedCloud.Inference.Tests;

/// <summary>Each model's command on a handful of images: what it writes is loaded and run as any package is. Only in <c>tests/run --long</c>.</summary>
public sealed class TrainingToolTests
{
    private const string Python = "/usr/bin/python3";

    [Theory]
    [InlineData("cxr-pneumonia", "gate-chest")]
    [InlineData("cxr-lungs", "gate-chest")]
    [InlineData("blood-cells", "gate-blood")]
    [InlineData("cnn-baseline", null)]
    public async Task ASmokeRunMakesAModelThatLoadsAndRuns(string model, string? gate)
    {
        Assert.SkipUnless(LongRun.Is, "smoke runs of the training tool are for tests/run --long");
        Assert.SkipUnless(await RunAsync("-c", "import torch, onnx, pydicom") == 0, "the packages that the training tool needs are not here");
        using var folder = new TemporaryFolder();

        foreach (var command in gate is null ? [model] : new[] { model, gate })
            Assert.Equal(0, await RunAsync("-m", "medcloud_training", command, "--smoke", "--data", SharedData.Path("."), "--out", Path.Combine(folder.Path, "out"), "--work", Path.Combine(folder.Path, "work")));

        var load = Catalogue.Load(Path.Combine(folder.Path, "out"));
        Assert.Empty(load.Faults);
        using var session = ModelSession.Load(Assert.Single(load.Catalogue.Active));
        var blank = new float[InputPreparation.Length(session.Model.Manifest.Input)];
        Assert.Equal(gate is not null, session.ScoreImage(blank, TestContext.Current.CancellationToken) is >= 0 and <= 1);
        var findings = session.Run(blank, TestContext.Current.CancellationToken);
        Assert.Equal(session.Model.Manifest.Classification?.Heads.Sum(head => head.Labels.Count) ?? 0, findings.Classifications.Count);
    }

    private static async Task<int> RunAsync(params string[] arguments)
    {
        if (!File.Exists(Python))
            return -1;
        var start = new ProcessStartInfo(Python, arguments)
        {
            WorkingDirectory = Path.Combine(SharedData.Repository, "services", "tools", "Training"),
            Environment = { ["OMP_WAIT_POLICY"] = "PASSIVE", ["PYTHONDONTWRITEBYTECODE"] = "1" },
        };
        using var process = Process.Start(start)!;
        try
        {
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        return process.ExitCode;
    }
}
