using MedCloud.Hosting;
using Microsoft.Extensions.Logging;

namespace MedCloud.Ingest;

/// <summary>Ids: 1000 to 1099 reception, index and sweeper, 1300 to 1399 ledger. Nothing of a patient; UIDs at Debug only.</summary>
internal static partial class Log
{
    [LoggerMessage(1000, LogLevel.Debug, "Stored revision {Revision} of {SopInstanceUid} from {Door}", EventName = "ingest.instance.stored")]
    public static partial void Stored(ILogger logger, int revision, string sopInstanceUid, string door);

    [LoggerMessage(1001, LogLevel.Debug, "{SopInstanceUid} from {Door} is stored already", EventName = "ingest.instance.duplicate")]
    public static partial void Duplicate(ILogger logger, string sopInstanceUid, string door);

    [LoggerMessage(1002, LogLevel.Information, "Refused an object from {Door} as {Code}: {Sentence}{Place}", EventName = "ingest.instance.refused")]
    public static partial void Refused(ILogger logger, string door, ErrorCode code, string sentence, string place, Exception? exception);

    [LoggerMessage(1003, LogLevel.Warning, "A blob that nothing names could not be deleted; the sweeper will", EventName = "ingest.blob.left")]
    public static partial void BlobLeft(ILogger logger, Exception exception);

    [LoggerMessage(1010, LogLevel.Warning, "A transaction of {Count} writes failed; each is repeated alone", EventName = "ingest.database.group_repeated")]
    public static partial void GroupRepeated(ILogger logger, int count, Exception exception);

    [LoggerMessage(1020, LogLevel.Information, "The sweeper deleted {Blobs} blobs that nothing names and {Uncommitted} that were never committed", EventName = "ingest.sweeper.swept")]
    public static partial void Swept(ILogger logger, int blobs, int uncommitted);

    [LoggerMessage(1021, LogLevel.Warning, "The sweeper stopped; it goes on at its next round", EventName = "ingest.sweeper.stopped")]
    public static partial void SweepStopped(ILogger logger, Exception exception);

    [LoggerMessage(1300, LogLevel.Information, "At start: {Instances} instances to announce again, {Requests} requests lost and to be sent again, {GivenUp} given up", EventName = "ingest.ledger.reconciled")]
    public static partial void Reconciled(ILogger logger, int instances, int requests, int givenUp);

    [LoggerMessage(1301, LogLevel.Warning, "Sending failed; {Messages} messages wait", EventName = "ingest.ledger.send_failed")]
    public static partial void SendFailed(ILogger logger, int messages, Exception exception);

    [LoggerMessage(1302, LogLevel.Warning, "The ledger could not be read or written; it is tried again", EventName = "ingest.ledger.unavailable")]
    public static partial void LedgerUnavailable(ILogger logger, Exception exception);

    [LoggerMessage(1305, LogLevel.Warning, "Lost on the way, and sent again: {Instances} instances, {Requests} requests; {GivenUp} given up or not confirmed", EventName = "ingest.ledger.lost")]
    public static partial void Lost(ILogger logger, int instances, int requests, int givenUp);

    [LoggerMessage(1306, LogLevel.Warning, "Attempt {Attempt} of analysis {AnalysisId} by {Model} came back without an outcome from every delivery; it may end the worker", EventName = "ingest.ledger.dead_lettered")]
    public static partial void DeadLettered(ILogger logger, Guid analysisId, string model, int attempt);

    [LoggerMessage(1307, LogLevel.Warning, "The broker cannot be asked: {Problem}; messages wait", EventName = "ingest.ledger.broker_unavailable")]
    public static partial void BrokerUnavailable(ILogger logger, string problem);

    [LoggerMessage(1303, LogLevel.Debug, "Sent: {Instances} instances, {Requests} requests, {Failures} failures", EventName = "ingest.ledger.sent")]
    public static partial void Sent(ILogger logger, int instances, int requests, int failures);

    [LoggerMessage(1304, LogLevel.Information, "Analysis {AnalysisId} is delayed: {Reason}", EventName = "ingest.ledger.delayed")]
    public static partial void Delayed(ILogger logger, Guid analysisId, string reason);
}
