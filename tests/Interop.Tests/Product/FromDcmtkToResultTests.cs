using System.Diagnostics;
using System.Text.Json.Nodes;
using MedCloud.Tests;

namespace MedCloud.Interop.Tests.Product;

/// <summary>DCMTK as the PACS, the JSON door as the reader: the sixteen labelled X-rays give the training tool's values, whatever their transfer syntax.</summary>
public abstract class FromDcmtkToResultTests(Configuration configuration, Servers servers) : ProductTest(configuration, servers)
{
    /// <summary>Each by one door only, the doors in turn: sent by the other as well it would be a duplicate, and not analysed.</summary>
    [Fact]
    public async Task EveryXraySentByDcmsendOrStowHasTheTrainingToolsValues()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        foreach (var (turn, xray) in (await Xray.AllAsync()).Index())
        {
            if (turn % 2 == 0)
            {
                await Tool.RunAsync("dcmsend", "-aec", "MEDCLOUD", "127.0.0.1", $"{Product.DimsePort}", xray.Path);
                await AssertOutcomeAsync(xray);
                await AssertElementsAsync(xray);
            }
            else
            {
                var file = await File.ReadAllBytesAsync(xray.Path, cancellationToken);
                Assert.Equal(200, (await Client.StowAsync(file, cancellationToken: cancellationToken)).Status);
                await AssertOutcomeAsync(xray);
                Assert.Equal(file, await Client.RetrieveAsync(xray.Study, xray.Series, xray.Instance, cancellationToken));
            }
        }
    }

    [Fact]
    public async Task AWrongCalledAeTitleIsRejectedAndTheReasonReachesTheSender()
    {
        var (code, output) = await Tool.TryRunAsync("echoscu", "-aec", "NOBODY", "127.0.0.1", $"{Product.DimsePort}");

        Assert.NotEqual(0, code);
        Assert.Contains("Called AE Title Not Recognized", output);
        await Tool.RunAsync("echoscu", "-aec", "MEDCLOUD", "127.0.0.1", $"{Product.DimsePort}");
    }

    private async Task AssertOutcomeAsync(Xray xray)
    {
        var study = await Client.FinishedStudyAsync(xray.Study, 2, TestContext.Current.CancellationToken);
        foreach (var (model, expected) in xray.Expected)
        {
            var analysis = Assert.Single(study["analyses"]!.AsArray(), analysis => (string?)analysis!["modelName"] == model && (string?)analysis["sopInstanceUid"] == xray.Instance)!;
            Assert.Equal("ANALYSIS_STATE_COMPLETED", (string?)analysis["state"]);
            AssertFindings(expected["classifications"]!.AsArray(), analysis["classifications"]!.AsArray(), "probability", xray);
            AssertFindings(expected["detections"]!.AsArray(), analysis["detections"]!.AsArray(), "score", xray);
        }
    }

    private static void AssertFindings(JsonArray expected, JsonArray actual, string value, Xray xray)
    {
        Assert.Equal(expected.Select(finding => (string?)finding!["code"]), actual.Select(finding => (string?)finding!["code"]));
        foreach (var (wanted, found) in expected.Zip(actual))
        {
            Assert.InRange((double)found![value]! - (double)wanted![value]!, -xray.Tolerance, xray.Tolerance);
            if (wanted["box"] is JsonArray box)
                foreach (var (edge, name) in box.Zip(["xMin", "yMin", "xMax", "yMax"]))
                    Assert.InRange((double)found["box"]![name]! - (double)edge!, -xray.Tolerance, xray.Tolerance);
        }
    }

    /// <summary>DCMTK encodes the data set anew when it sends, so the judge is its own reader: every element of the retrieved file equals that of the file sent.</summary>
    private async Task AssertElementsAsync(Xray xray)
    {
        var retrieved = await Client.RetrieveAsync(xray.Study, xray.Series, xray.Instance, TestContext.Current.CancellationToken);
        using var folder = new TemporaryFolder();
        var path = Path.Combine(folder.Path, "retrieved.dcm");
        await File.WriteAllBytesAsync(path, retrieved!, TestContext.Current.CancellationToken);
        Assert.Equal(await DataSetAsync(xray.Path), await DataSetAsync(path));

        static async Task<string> DataSetAsync(string file)
        {
            var dump = await Tool.RunAsync("dcmdump", "--print-all", "--load-all", "--no-uid-names", "+L", file);
            return string.Join('\n', dump.Split('\n').Where(line => line.StartsWith('(') && !line.StartsWith("(0002,", StringComparison.Ordinal)));
        }
    }
}

public sealed class FromDcmtkToResultTestsInOneProcess(Servers servers) : FromDcmtkToResultTests(Configuration.OneProcess, servers);

public sealed class FromDcmtkToResultTestsInACluster(Servers servers) : FromDcmtkToResultTests(Configuration.Cluster, servers);
