using MedCloud.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace MedCloud.Ingest.DicomWeb;

/// <summary>Answers a request that cannot be served: problem details (RFC 9457) with our <c>code</c>.</summary>
internal static class DicomWebProblem
{
    /// <summary>Seconds after which a sender may try again what could not be stored or read for want of resources.</summary>
    public const string RetryAfterSeconds = "10";

    public static Task WriteAsync(HttpContext context, ILogger logger, ErrorCode code, string sentence)
    {
        var status = ErrorTable.Row(code).Http;
        DicomWebLog.RequestRefused(logger, status, code, sentence);
        if (status == StatusCodes.Status503ServiceUnavailable)
            context.Response.Headers.RetryAfter = RetryAfterSeconds;
        return TypedResults
            .Problem(sentence, statusCode: status, extensions: [new("code", code.ToString())])
            .ExecuteAsync(context);
    }
}
