using System.Diagnostics;

namespace MedCloud.Tests;

/// <summary>The tool in <c>services/tools/Training</c>, with the packages of Debian's Python.</summary>
internal static class TrainingTool
{
    private const string Python = "/usr/bin/python3";

    /// <summary>Passes over a test where not the long suite is run, or the tool cannot be.</summary>
    public static async Task RequireAsync(CancellationToken cancellationToken)
    {
        Assert.SkipUnless(LongRun.Is, "runs of the training tool are for tests/run --long");
        Assert.SkipUnless(File.Exists(Python) && await RunAsync(["-c", "import torch, onnx, pydicom"], cancellationToken) == 0, "the packages that the training tool needs are not here");
    }

    /// <summary>The model repository that <see cref="SmokeAsync"/> writes.</summary>
    public static string Models(string folder) => Path.Combine(folder, "out");

    /// <summary>Runs one of its commands on a handful of images, and returns its exit code.</summary>
    public static Task<int> SmokeAsync(string command, string folder, CancellationToken cancellationToken) => RunAsync(
        ["-m", "medcloud_training", command, "--smoke", "--data", SharedData.Path("."), "--out", Models(folder), "--work", Path.Combine(folder, "work")],
        cancellationToken);

    /// <summary>Measures the maps of one model of <see cref="Models"/> on one image of each source, writes its manifest and card, and returns the exit code.</summary>
    public static Task<int> ExplainAsync(string model, string folder, CancellationToken cancellationToken) => RunAsync(
        ["-m", "medcloud_training", "explanations", "--data", SharedData.Path("."), "--models", Models(folder), "--model", model, "--most", "1"],
        cancellationToken);

    private static async Task<int> RunAsync(string[] arguments, CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(Python, arguments)
        {
            WorkingDirectory = Path.Combine(SharedData.Repository, "services", "tools", "Training"),
            Environment = { ["OMP_WAIT_POLICY"] = "PASSIVE", ["PYTHONDONTWRITEBYTECODE"] = "1" },
        };
        using var process = Process.Start(start)!;
        try
        {
            await process.WaitForExitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        return process.ExitCode;
    }
}
