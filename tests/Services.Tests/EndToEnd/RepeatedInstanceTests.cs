using System.Text.Json.Nodes;
using MedCloud.Tests;

namespace MedCloud.Services.Tests.EndToEnd;

/// <summary>The same instance more than once, as PACS send it.</summary>
public abstract class RepeatedInstanceTests(Configuration configuration, Servers servers) : ProductTest(configuration, servers)
{
    [Fact]
    public async Task BytesThatReturnAfterOthersHaveTheirAnalysesAgain()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var first = SampleXray.New();
        var other = (byte[])first.File.Clone();
        other[^1] ^= 1;

        await Client.StowAsync(first.File, cancellationToken: cancellationToken);
        var analyses = Ids(await Client.FinishedStudyAsync(first.Study, 2, cancellationToken));
        await Client.StowAsync(other, cancellationToken: cancellationToken);
        await Client.StudyAsync(first.Study, study => !Ids(study).SequenceEqual(analyses) && IsFinished(study), cancellationToken);

        await Client.StowAsync(first.File, cancellationToken: cancellationToken);
        var again = await Client.StudyAsync(first.Study, study => Ids(study).SequenceEqual(analyses) && IsFinished(study), cancellationToken);
        Assert.Equal(1, (int)again["instanceCount"]!);
        Assert.Equal(first.File, await Client.RetrieveAsync(first.Study, first.Series, first.Instance, cancellationToken));
    }

    [Fact]
    public async Task TheSameBytesMarkedStatRaiseThePriorityAndRoutineOnesNeverLowerIt()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var xray = SampleXray.New();
        await Client.StowAsync(xray.File, cancellationToken: cancellationToken);
        var routine = await Client.FinishedStudyAsync(xray.Study, 2, cancellationToken);
        Assert.Equal("STUDY_PRIORITY_ROUTINE", (string?)routine["priority"]);

        Assert.Equal(200, (await Client.StowAsync(xray.File, priority: "stat", cancellationToken: cancellationToken)).Status);
        var urgent = await Client.StudyAsync(xray.Study, study => (string?)study["priority"] == "STUDY_PRIORITY_STAT", cancellationToken);
        Assert.Equal(Analyses(routine), Analyses(urgent));

        Assert.Equal(200, (await Client.StowAsync(xray.File, cancellationToken: cancellationToken)).Status);
        Assert.Equal("STUDY_PRIORITY_STAT", (string?)(await Client.StudyAsync(xray.Study, cancellationToken))!["priority"]);
    }

    private static string[] Ids(JsonNode study) => [.. study["analyses"]!.AsArray().Select(analysis => (string)analysis!["analysisId"]!)];

    private static bool IsFinished(JsonNode study) =>
        ProductClient.InScope(study) is { Length: 2 } analyses && analyses.All(analysis => (string?)analysis!["state"] == "ANALYSIS_STATE_COMPLETED");

    private static string Analyses(JsonNode study) => study["analyses"]!.ToJsonString();
}

public sealed class RepeatedInstanceTestsInOneProcess(Servers servers) : RepeatedInstanceTests(Configuration.OneProcess, servers);

public sealed class RepeatedInstanceTestsInACluster(Servers servers) : RepeatedInstanceTests(Configuration.Cluster, servers);
