using System.Diagnostics.Metrics;
using MedCloud.Contracts;
using MedCloud.Hosting;
using Tag = System.Collections.Generic.KeyValuePair<string, object?>;

namespace MedCloud.Results;

/// <summary>What Results counts and times; the meaning of each stands in docs/operations.md.</summary>
internal static class Metrics
{
    private static readonly Meter Meter = new("MedCloud.Results");

    private static readonly Histogram<double> RecordingDuration = Meter.CreateSeconds("medcloud.recording.duration", "One event, from its arrival to its commit.");
    private static readonly Histogram<double> AnalysisDuration = Meter.CreateSeconds("medcloud.analysis.duration", "One completed analysis, from the reception of its instance to its recording.");

    /// <summary>An event is committed, or, where it is not new, one like it was before: messages may come twice.</summary>
    public static void Recorded(object @event, bool isNew, TimeSpan duration, DateTimeOffset now)
    {
        RecordingDuration.Record(duration.TotalSeconds, new Tag("event", @event.GetType().Name));
        if (isNew && @event is AnalysisCompleted completed)
            AnalysisDuration.Record(Math.Max(0, (now.UtcDateTime - completed.Timings.ReceivedAt).TotalSeconds), new Tag("model", completed.Key.ModelName));
    }
}
