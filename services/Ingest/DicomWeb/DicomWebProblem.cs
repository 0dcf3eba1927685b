using MedCloud.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace MedCloud.Ingest.DicomWeb;

/// <summary>Answers and logs a request that cannot be served.</summary>
internal static class DicomWebProblem
{
    public static Task WriteAsync(HttpContext context, ILogger logger, ErrorCode code, string sentence)
    {
        DicomWebLog.RequestRefused(logger, ErrorTable.Row(code).Http, code, sentence);
        Metrics.RequestRefused(code);
        return DoorError.WriteAsync(context, code, sentence);
    }
}
