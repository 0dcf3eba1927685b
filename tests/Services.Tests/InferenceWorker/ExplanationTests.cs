using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using MedCloud.Contracts;
using MedCloud.ModelCatalogue;
using MedCloud.Results.V1;
using MedCloud.Services.Tests.EndToEnd;
using MedCloud.Tests;
using static MedCloud.Services.Tests.InferenceWorker.CrowdedModel;

namespace MedCloud.Services.Tests.InferenceWorker;

/// <summary>Maps that take runs of their own: the findings come with them or without, never later or not at all.</summary>
public sealed class ExplanationTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task AModelWithoutEvidenceIsExplainedByOcclusion()
    {
        var outcome = await OutcomeAsync(Several.Runs, TimeProvider.System);

        Assert.Equal(ExplanationMethod.Occlusion, outcome.Explanation!.Method);
        Assert.Equal(("233604007", 8, 8), outcome.Explanation.Maps.Select(map => (map.Code, map.Rows, map.Columns)).Single());
    }

    [Fact]
    public async Task AnExplanationThatTakesTooLongIsLeftOut()
    {
        // Half of the limit of a run is over as soon as it begins; the limit itself is not.
        var outcome = await OutcomeAsync(Several.NeverEnds, new ElapsedTimeProvider(TimeSpan.FromHours(9)), ("MedCloud:Inference:RunTimeout", "18:00:00"));

        Assert.Null(outcome.Explanation);
    }

    [Fact]
    public async Task AnExplanationThatFindsNoMemoryIsLeftOut()
    {
        var outcome = await OutcomeAsync(Several.WantsAllMemory, TimeProvider.System);

        Assert.Null(outcome.Explanation);
    }

    [Fact]
    public async Task OnlyAnExplanationThatTakesRunsIsTimed()
    {
        var timed = new ConcurrentBag<string>();
        using var listener = new MeterListener();
        listener.InstrumentPublished = (instrument, found) =>
        {
            if (instrument.Name == "medcloud.stage.duration")
                found.EnableMeasurementEvents(instrument);
        };
        listener.SetMeasurementEventCallback<double>((_, _, tags, _) =>
        {
            var values = tags.ToArray().ToDictionary(tag => tag.Key, tag => tag.Value);
            if (values["stage"] is "explain")
                timed.Add((string)values["model"]!);
        });
        listener.Start();

        await OutcomeAsync(Several.Runs, TimeProvider.System);
        await using var worker = await WorkerHost.StartAsync();
        var xray = await File.ReadAllBytesAsync(WorkerHost.Sample("child-bacterial-pneumonia.dcm"), Cancelled);
        foreach (var model in new[] { "cxr-pneumonia", "cxr-lungs" })
        {
            await worker.SendAsync(xray, model);
            await worker.NextAsync<AnalysisCompleted>();
        }

        Assert.Contains(Name, timed);
        Assert.DoesNotContain(timed, model => model is "cxr-pneumonia" or "cxr-lungs");
    }

    /// <summary>What the worker says of a sample with a <see cref="CrowdedModel"/>, within five minutes: it has found pneumonia.</summary>
    private static async Task<AnalysisCompleted> OutcomeAsync(Several several, TimeProvider time, params (string Name, string Value)[] settings)
    {
        using var models = new TemporaryFolder();
        BundledModels.CopyTo(models.Path);
        AddTo(models.Path, like: "cxr-pneumonia", several);
        var (catalogue, faults) = Catalogue.Load(models.Path);
        Assert.Empty(faults);
        await using var worker = new WorkerHost(time, catalogue, settings);
        await worker.App.StartAsync(Cancelled);

        await worker.SendAsync(await File.ReadAllBytesAsync(WorkerHost.Sample("child-normal.dcm"), Cancelled), Name);
        var outcome = await worker.NextAsync<AnalysisCompleted>().WaitAsync(Patience.Limit, Cancelled);

        Assert.True(Assert.Single(outcome.Classifications).Positive);
        return outcome;
    }
}
