using Microsoft.AspNetCore.Http;

namespace MedCloud.Hosting;

/// <summary>An error as the whole answer, in the form that the door's callers read.</summary>
public static class DoorError
{
    /// <summary>Seconds after which a caller may try again what is wanting in resources now.</summary>
    public const string RetryAfterSeconds = "10";

    /// <summary>
    /// To gRPC and gRPC-Web a status without a message (trailers only); to JSON below <c>/v1</c> a google.rpc.Status, as transcoding answers errors of the service;
    /// else problem details (RFC 9457) with our <c>code</c>.
    /// </summary>
    public static Task WriteAsync(HttpContext context, ErrorCode code, string sentence)
    {
        var row = ErrorTable.Row(code);
        var response = context.Response;
        if (row.Http == StatusCodes.Status503ServiceUnavailable)
            response.Headers.RetryAfter = RetryAfterSeconds;
        if (context.Request.ContentType is { } type && type.StartsWith("application/grpc", StringComparison.OrdinalIgnoreCase))
        {
            (response.StatusCode, response.ContentType) = (StatusCodes.Status200OK, type);
            response.Headers["grpc-status"] = $"{(int)row.Grpc}";
            response.Headers["grpc-message"] = Uri.EscapeDataString(sentence);
            return Task.CompletedTask;
        }
        response.StatusCode = row.Http;
        return context.Request.Path.StartsWithSegments("/v1", StringComparison.Ordinal)
            ? response.WriteAsJsonAsync(new { code = (int)row.Grpc, message = sentence, details = Array.Empty<object>() }, context.RequestAborted)
            : TypedResults.Problem(sentence, statusCode: row.Http, extensions: [new("code", code.ToString())]).ExecuteAsync(context);
    }
}
