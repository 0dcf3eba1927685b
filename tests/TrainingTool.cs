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
        Assert.SkipUnless(File.Exists(Python) && (await RunAsync(["-c", "import torch, onnx, pydicom"], cancellationToken)).Code == 0, "the packages that the training tool needs are not here");
    }

    /// <summary>The model repository that <see cref="SmokeAsync"/> writes.</summary>
    public static string Models(string folder) => Path.Combine(folder, "out");

    /// <summary>Runs one of its commands on a handful of images. Where <paramref name="cutAt"/> is given, the process is killed at the first line that starts so.</summary>
    public static Task<TrainingRun> SmokeAsync(string command, string folder, CancellationToken cancellationToken, string? cutAt = null, bool resume = false) => RunAsync(
        [.. Command(command, Models(folder)), "--smoke", "--work", Path.Combine(folder, "work"), .. resume ? ["--resume"] : Array.Empty<string>()],
        cancellationToken,
        cutAt);

    /// <summary>The card's figures of the packages in the repository <paramref name="models"/>, from their files.</summary>
    public static Task<TrainingRun> FiguresAsync(string command, string models, string folder, CancellationToken cancellationToken) =>
        RunAsync([.. Command(command, models), "--figures", "--work", folder], cancellationToken);

    /// <summary>Measures the maps of one model of <see cref="Models"/> on one image of each source, and writes its manifest and card.</summary>
    public static Task<TrainingRun> ExplainAsync(string model, string folder, CancellationToken cancellationToken) => RunAsync(
        ["-m", "medcloud_training", "explanations", "--data", SharedData.Path("."), "--models", Models(folder), "--model", model, "--most", "1"],
        cancellationToken);

    private static string[] Command(string name, string models) => ["-m", "medcloud_training", name, "--data", SharedData.Path("."), "--out", models];

    private static async Task<TrainingRun> RunAsync(string[] arguments, CancellationToken cancellationToken, string? cutAt = null)
    {
        var start = new ProcessStartInfo(Python, arguments)
        {
            WorkingDirectory = Path.Combine(SharedData.Repository, "services", "tools", "Training"),
            Environment = { ["OMP_WAIT_POLICY"] = "PASSIVE", ["PYTHONDONTWRITEBYTECODE"] = "1" },
            RedirectStandardOutput = true,
        };
        using var process = Process.Start(start)!;
        List<string> lines = [];
        try
        {
            while (await process.StandardOutput.ReadLineAsync(cancellationToken) is { } line)
            {
                lines.Add(line);
                if (cutAt is not null && line.StartsWith(cutAt, StringComparison.Ordinal))
                    process.Kill(entireProcessTree: true);
            }

            await process.WaitForExitAsync(cancellationToken);
        }
        catch (OperationCanceledException)
        {
            process.Kill(entireProcessTree: true);
            throw;
        }

        return new TrainingRun(process.ExitCode, lines);
    }
}

/// <summary>How a run of the tool ended, and what it printed.</summary>
internal sealed record TrainingRun(int Code, IReadOnlyList<string> Lines);
