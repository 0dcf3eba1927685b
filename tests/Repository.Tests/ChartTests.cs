using System.Text.RegularExpressions;

namespace MedCloud.Repository.Tests;

/// <summary>The chart, rendered by helm, which tests/run installs.</summary>
public sealed partial class ChartTests
{
    private const string Chart = "deploy/helm/medcloud";
    private const string Check = "tests/servers/check-manifests.mjs";

    public static TheoryData<string> Values => new(Checkout.Files.Where(file => file.StartsWith(Chart + "/ci/", StringComparison.Ordinal)));

    [Theory]
    [MemberData(nameof(Values))]
    public void Lint_FindsNothing(string values)
    {
        var (exitCode, output) = Tool.Helm("lint", "--strict", Chart, "-f", values);
        Assert.True(exitCode == 0, output);
    }

    [Theory]
    [MemberData(nameof(Values))]
    public void EveryPodKeepsTheRules(string values)
    {
        var output = Render(values);
        Assert.Empty(Faults(output));
        Assert.Contains("kind: PodDisruptionBudget", output, StringComparison.Ordinal);
    }

    [Theory]
    [MemberData(nameof(Values))]
    public void EveryFieldIsOneOfKubernetes(string values)
    {
        var (exitCode, output) = Tool.Node(Check, Render(values));
        Assert.True(exitCode == 0, output);
    }

    [Theory]
    [InlineData("resources:", "resorces:", "'\"resorces\"' does not exist")]
    [InlineData("kind: Deployment", "kind: Deploiment", "apps/v1 Deploiment mc-ingest: an unknown kind")]
    [InlineData("policy/v1", "policy/v1beta1", "a version that clusters drop")]
    [InlineData("replicas: 2", "replicas: \"2\"", "Type 'string' is not assignable to type 'number'")]
    [InlineData("port: 8080,", "port: 8080, port: 8081,", "Map keys must be unique")]
    public void AWrongFieldIsFound(string right, string wrong, string sentence)
    {
        var (exitCode, output) = Tool.Node(Check, Render(Chart + "/ci/cpu-values.yaml").Replace(right, wrong, StringComparison.Ordinal));
        Assert.Equal(1, exitCode);
        Assert.Contains(sentence, output, StringComparison.Ordinal);
    }

    [Fact]
    public void ThePodsOfGpuWorkersAskForOne()
    {
        var output = Render(Chart + "/ci/gpu-values.yaml");
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
        var (exitCode, output) = Tool.Helm("template", "mc", Chart, "-f", Chart + "/ci/cpu-values.yaml", "--kube-version", "1.35.0", "--set", set);
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
        var output = Render(Chart + "/ci/cpu-values.yaml");
        Assert.NotEmpty(Faults(output.Replace(right, wrong, StringComparison.Ordinal)));
    }

    [Theory]
    [InlineData("cpu", "Microsoft.ML.OnnxRuntime", "Microsoft.ML.OnnxRuntime.Gpu.Linux")]
    [InlineData("gpu", "Microsoft.ML.OnnxRuntime.Gpu.Linux", "Microsoft.ML.OnnxRuntime")]
    public void AFlavourReferencesOneOnnxRuntime(string flavour, string referenced, string other)
    {
        var (exitCode, output) = Tool.Run("dotnet", "", "msbuild", "services/libraries/Inference", $"-p:OrtFlavor={flavour}", "-getItem:PackageReference");
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

    /// <summary>What is installed with these values.</summary>
    internal static string Render(string values)
    {
        var (exitCode, output) = Tool.Helm("template", "mc", Chart, "-f", values, "--kube-version", "1.35.0");
        Assert.True(exitCode == 0, output);
        return output;
    }

    [GeneratedRegex(@"terminationGracePeriodSeconds: (\d+)")]
    private static partial Regex Grace();
}
