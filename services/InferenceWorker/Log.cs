using Microsoft.Extensions.Logging;

namespace MedCloud.InferenceWorker;

internal static partial class Log
{
    [LoggerMessage(2000, LogLevel.Information, "Model {Model} {Version} is loaded and warm on {Provider} after {Milliseconds} ms", EventName = "worker.model.loaded")]
    public static partial void ModelLoaded(this ILogger logger, string model, string version, string provider, long milliseconds);

    [LoggerMessage(2001, LogLevel.Debug, "Analysis {AnalysisId} by {Model} is complete: {PrepareMs:F1} ms prepared, {DeviceMs:F1} ms run", EventName = "worker.analysis.completed")]
    public static partial void AnalysisCompleted(this ILogger logger, Guid analysisId, string model, double prepareMs, double deviceMs);

    [LoggerMessage(2002, LogLevel.Information, "Analysis {AnalysisId} by {Model} is refused: {Reason}", EventName = "worker.analysis.refused")]
    public static partial void AnalysisRefused(this ILogger logger, Guid analysisId, string model, string reason);

    [LoggerMessage(2003, LogLevel.Warning, "Analysis {AnalysisId} by {Model} is delayed: {Reason}", EventName = "worker.analysis.delayed")]
    public static partial void AnalysisDelayed(this ILogger logger, Guid analysisId, string model, string reason);

    // Of an exception only the type and the place: its message may name a file, and with it a study.
    [LoggerMessage(2004, LogLevel.Error, "Analysis {AnalysisId} by {Model} failed: {ExceptionType}\n{StackTrace}", EventName = "worker.analysis.failed")]
    public static partial void AnalysisFailed(this ILogger logger, Guid analysisId, string model, string exceptionType, string? stackTrace);

    [LoggerMessage(2005, LogLevel.Critical, "Analysis {AnalysisId}: a run of {Model} took longer than {RunTimeout}; the process ends, and its requests are sent again", EventName = "worker.run.timed-out")]
    public static partial void RunTimedOut(this ILogger logger, Guid analysisId, string model, TimeSpan runTimeout);

    [LoggerMessage(2006, LogLevel.Warning, "The blob store is away; no request is taken until it is back", EventName = "worker.store.away")]
    public static partial void StoreAway(this ILogger logger);

    [LoggerMessage(2007, LogLevel.Information, "The blob store is back", EventName = "worker.store.back")]
    public static partial void StoreBack(this ILogger logger);

    [LoggerMessage(2008, LogLevel.Warning, "Analysis {AnalysisId} by {Model} has no explanation: {Reason}", EventName = "worker.explanation.left-out")]
    public static partial void ExplanationLeftOut(this ILogger logger, Guid analysisId, string model, string reason);

    [LoggerMessage(2010, LogLevel.Warning, "Model {Model} runs on {Provider} instead: {Reason}", EventName = "worker.provider.fallback")]
    public static partial void ProviderFallback(this ILogger logger, string model, string provider, string reason);
}
