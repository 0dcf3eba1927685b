using MedCloud.Dicom.Web;
using MedCloud.Hosting;
using Microsoft.Extensions.Logging;

namespace MedCloud.Ingest.DicomWeb;

/// <summary>What the DICOMweb door logs: ids 1200 to 1299, never a URL or an identifier above Debug.</summary>
internal static partial class DicomWebLog
{
    [LoggerMessage(1200, LogLevel.Information, "Store answered {Status}: {Stored} stored, {Failed} not", EventName = "ingest.dicomweb.stored")]
    public static partial void Stored(ILogger logger, int status, int stored, int failed);

    [LoggerMessage(1201, LogLevel.Warning, "The door refused a part of a Store request: {Sentence}", EventName = "ingest.dicomweb.part.refused")]
    public static partial void PartRefused(ILogger logger, string sentence);

    [LoggerMessage(1202, LogLevel.Warning, "Answered {Status}, {Code}: {Sentence}", EventName = "ingest.dicomweb.request.refused")]
    public static partial void RequestRefused(ILogger logger, int status, ErrorCode code, string sentence);

    [LoggerMessage(1210, LogLevel.Information, "Retrieve answered with {Instances} instances as {Form}", EventName = "ingest.dicomweb.retrieved")]
    public static partial void Retrieved(ILogger logger, int instances, RetrieveForm form);

    [LoggerMessage(1211, LogLevel.Error, "A blob that the index names cannot be read; the answer is broken off: {BrokenOff}", EventName = "ingest.dicomweb.blob.unreadable")]
    public static partial void BlobUnreadable(ILogger logger, bool brokenOff, Exception exception);

    [LoggerMessage(1212, LogLevel.Debug, "The receiver went away during a Retrieve", EventName = "ingest.dicomweb.retrieve.abandoned")]
    public static partial void RetrieveAbandoned(ILogger logger);
}
