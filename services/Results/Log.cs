using Microsoft.Extensions.Logging;

namespace MedCloud.Results;

internal static partial class Log
{
    [LoggerMessage(3000, LogLevel.Information, "The database of results is ready", EventName = "results.database.ready")]
    public static partial void DatabaseReady(ILogger logger);

    [LoggerMessage(3001, LogLevel.Warning, "{Events} events could not be committed together; each is tried alone", EventName = "results.recording.split")]
    public static partial void BatchSplit(ILogger logger, int events, Exception exception);

    [LoggerMessage(3002, LogLevel.Warning, "The blob store could not be read to render an analysis", EventName = "results.rendering.store-unavailable")]
    public static partial void StoreUnavailable(ILogger logger, Exception exception);

    [LoggerMessage(3003, LogLevel.Warning, "The explanation of analysis {AnalysisId} is not as the contract says; its findings are recorded without it", EventName = "results.explanation.dropped")]
    public static partial void ExplanationDropped(ILogger logger, Guid analysisId);
}
