using System.Diagnostics;
using System.Diagnostics.Metrics;
using MedCloud.Contracts;
using MedCloud.Hosting;
using Tag = System.Collections.Generic.KeyValuePair<string, object?>;

namespace MedCloud.InferenceWorker;

/// <summary>What the worker counts and times; the meaning of each stands in docs/operations.md. No tag has more values than there are models, stages and reasons.</summary>
internal static class Metrics
{
    private static readonly Meter Meter = new("MedCloud.InferenceWorker");

    private static readonly Histogram<double> QueueWait = Meter.CreateSeconds("medcloud.queue.wait", "A request, from its sending until the worker begins to prepare its image.");
    private static readonly Histogram<double> StageDuration = Meter.CreateSeconds("medcloud.stage.duration", "One stage of an analysis.");
    private static readonly Counter<long> Outcomes = Meter.CreateCounter<long>("medcloud.analyses.outcomes", "{analysis}", "Analyses that ended at the worker.");

    /// <summary>A request's image begins to be prepared. Clocks of two machines may differ: less than nothing counts as nothing.</summary>
    public static void Begun(AnalyseInstance request, DateTime startedAt) => QueueWait.Record(
        Math.Max(0, (startedAt - request.QueuedAt).TotalSeconds), new Tag("model", request.Key.ModelName), new Tag("priority", request.Stat ? "stat" : "routine"));

    /// <summary>A request has its outcome.</summary>
    public static void Ended(AnalyseInstance request, object outcome)
    {
        var (name, reason) = outcome switch
        {
            AnalysisRefused refused => ("refused", refused.Reason.Code.ToString()),
            AnalysisFailed failed => ("failed", failed.Reason.Code.ToString()),
            AnalysisDelayed delayed => ("delayed", delayed.Reason),
            _ => ("completed", ""),
        };
        Outcomes.Add(1, new Tag("model", request.Key.ModelName), new Tag("outcome", name), new Tag("reason", reason));
    }

    /// <summary>Begins a stage, a span of the analysis; disposing ends it.</summary>
    public static Stage Begin(string stage, string model) => new(stage, model);

    /// <summary>A stage under way.</summary>
    internal sealed class Stage(string stage, string model) : IDisposable
    {
        private readonly Activity? span = Tracing.Source.StartActivity(stage)?.SetTag("medcloud.model", model);
        private readonly long started = Stopwatch.GetTimestamp();
        private bool ended;

        public void Dispose()
        {
            if (ended)
                return;
            ended = true;
            span?.Dispose();
            StageDuration.Record(Stopwatch.GetElapsedTime(started).TotalSeconds, new Tag("model", model), new Tag("stage", stage));
        }
    }
}
