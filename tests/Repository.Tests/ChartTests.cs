using System.Diagnostics;
using System.Text.RegularExpressions;
using MedCloud.Tests;

namespace MedCloud.Repository.Tests;

/// <summary>The chart, rendered by helm, which tests/run installs.</summary>
public sealed partial class ChartTests
{
    private const string Chart = "deploy/helm/medcloud";

    public static TheoryData<string> Values => new(Checkout.Files.Where(file => file.StartsWith(Chart + "/ci/", StringComparison.Ordinal)));

    [Theory]
    [MemberData(nameof(Values))]
    public void Lint_FindsNothing(string values)
    {
        var (exitCode, output) = Helm("lint", "--strict", Chart, "-f", values);
        Assert.True(exitCode == 0, output);
    }

    [Theory]
    [MemberData(nameof(Values))]
    public void EveryPodKeepsTheRules(string values)
    {
        var (exitCode, output) = Helm("template", "mc", Chart, "-f", values, "--kube-version", "1.35.0");
        Assert.True(exitCode == 0, output);
        Assert.Empty(Faults(output));
        Assert.Empty(UnknownSettings(output));
        Assert.Contains("kind: PodDisruptionBudget", output, StringComparison.Ordinal);
    }

    [Fact]
    public void ThePodsOfGpuWorkersAskForOne()
    {
        var (_, output) = Helm("template", "mc", Chart, "-f", Chart + "/ci/gpu-values.yaml", "--kube-version", "1.35.0");
        var worker = Assert.Single(output.Split("\n---\n"), document => document.Contains("kind: Deployment", StringComparison.Ordinal) && document.Contains("name: mc-worker-gpu", StringComparison.Ordinal));
        Assert.Contains("nvidia.com/gpu: \"1\"", worker, StringComparison.Ordinal);
        Assert.Contains("-gpu\n", worker, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("security.authority=", "security.authority is missing")]
    [InlineData("security.audience=", "security.audience is missing")]
    [InlineData("dimse.callingAeTitles=null", "dimse.callingAeTitles is missing")]
    [InlineData("dimse.callingAddresses=null", "dimse.callingAddresses is missing")]
    [InlineData("storage.existingSecret=", "set one of storage.accountUrl and storage.existingSecret")]
    [InlineData("dimse.aeTitel=X", "'aeTitel' not allowed")]
    [InlineData("ingest.replicas=two", "got string, want integer")]
    [InlineData("workers.cpu.flavour=tpu", "value must be one of 'cpu', 'gpu'")]
    [InlineData("workers.cpu.flavour=gpu", "gpus must be 1 or more with flavour gpu")]
    public void AWrongValueIsRefusedByName(string set, string sentence)
    {
        var (exitCode, output) = Helm("template", "mc", Chart, "-f", Chart + "/ci/cpu-values.yaml", "--kube-version", "1.35.0", "--set", set);
        Assert.NotEqual(0, exitCode);
        Assert.Contains(sentence, output, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("runAsNonRoot: true", "runAsNonRoot: false")]
    [InlineData("readOnlyRootFilesystem: true", "readOnlyRootFilesystem: false")]
    [InlineData("livenessProbe:", "livenesProbe:")]
    [InlineData("terminationGracePeriodSeconds: 45", "terminationGracePeriodSeconds: 30")]
    [InlineData(":0.1.0", ":latest")]
    [InlineData("requests:", "request:")]
    public void ABrokenPodIsFound(string right, string wrong)
    {
        var (_, output) = Helm("template", "mc", Chart, "-f", Chart + "/ci/cpu-values.yaml", "--kube-version", "1.35.0");
        Assert.NotEmpty(Faults(output.Replace(right, wrong, StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("cpu", "Microsoft.ML.OnnxRuntime", "Microsoft.ML.OnnxRuntime.Gpu.Linux")]
    [InlineData("gpu", "Microsoft.ML.OnnxRuntime.Gpu.Linux", "Microsoft.ML.OnnxRuntime")]
    public void AFlavourReferencesOneOnnxRuntime(string flavour, string referenced, string other)
    {
        var (exitCode, output) = Run("dotnet", "msbuild", "services/libraries/Inference", $"-p:OrtFlavor={flavour}", "-getItem:PackageReference");
        Assert.True(exitCode == 0, output);
        Assert.Contains($"\"Identity\": \"{referenced}\"", output, StringComparison.Ordinal);
        Assert.DoesNotContain($"\"Identity\": \"{other}\"", output, StringComparison.Ordinal);
    }

    private static IEnumerable<string> Faults(string rendered)
    {
        foreach (var pod in rendered.Split("\n---\n").Where(document => document.Contains("\nkind: Deployment", StringComparison.Ordinal) || document.Contains("\nkind: Job", StringComparison.Ordinal)))
        {
            string[] wanted = ["runAsNonRoot: true", "readOnlyRootFilesystem: true", "drop: [ALL]", "seccompProfile: {type: RuntimeDefault}", "automountServiceAccountToken: false", "requests:", "limits:", "emptyDir: {sizeLimit:"];
            if (pod.Contains("\nkind: Deployment", StringComparison.Ordinal))
                wanted = [.. wanted, "startupProbe:", "readinessProbe:", "livenessProbe:", "maxUnavailable: 0", "topologySpreadConstraints:", "checksum/settings:"];
            foreach (var rule in wanted.Where(rule => !pod.Contains(rule, StringComparison.Ordinal)))
                yield return $"{rule} is not in {pod}";
            if (pod.Contains(":latest", StringComparison.Ordinal))
                yield return $"an image is the latest in {pod}";
            var grace = Grace().Match(pod);
            if (pod.Contains("preStop:", StringComparison.Ordinal) && (!grace.Success || int.Parse(grace.Groups[1].ValueSpan, null) < 35))
                yield return $"the grace is shorter than the pause and the drain in {pod}";
        }
    }

    /// <summary>The sections must be ones that an options record documents, or that are being made.</summary>
    private static IEnumerable<string> UnknownSettings(string text)
    {
        var sources = string.Join('\n', Checkout.ProductSources.Select(Checkout.Read)) + "\nMedCloud:Security MedCloud:Portal ";
        return Setting().Matches(text).Select(match => match.Groups[1].Value).Distinct().Where(section => !sources.Contains($"MedCloud:{section}", StringComparison.Ordinal));
    }

    private static (int ExitCode, string Output) Helm(params string[] arguments)
    {
        var helm = Path.Combine(SharedData.Repository, "tests", "servers", "node_modules", ".helm", "helm");
        Assert.SkipWhen(!File.Exists(helm) && Environment.GetEnvironmentVariable("MEDCLOUD_REQUIRE_SERVERS") != "1", "helm is not installed; tests/run installs it");
        return Run(helm, arguments);
    }

    private static (int ExitCode, string Output) Run(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo("/bin/sh", ["-c", "exec \"$@\" 2>&1", "sh", program, .. arguments]) { RedirectStandardOutput = true, WorkingDirectory = SharedData.Repository };
        using var process = Process.Start(start)!;
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output);
    }

    [GeneratedRegex(@"terminationGracePeriodSeconds: (\d+)")]
    private static partial Regex Grace();

    [GeneratedRegex("MedCloud__([A-Za-z]+)__")]
    private static partial Regex Setting();
}
