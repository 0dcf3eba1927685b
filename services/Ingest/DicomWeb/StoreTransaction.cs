using MedCloud.Dicom;
using MedCloud.Dicom.Web;
using MedCloud.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core.Features;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Primitives;

namespace MedCloud.Ingest.DicomWeb;

/// <summary>
/// STOW-RS (PS3.18 §10.5): hands each part of a multipart to <see cref="StoreInstance"/> while it arrives.
/// The steps: 1. the server's limits give way to our own; 2. what can be judged before the body; 3. part after part; 4. the outcome of each.
/// </summary>
internal sealed class StoreTransaction(
    StoreInstance storeInstance,
    IOptions<DicomWebOptions> options,
    TimeProvider time,
    ILogger<StoreTransaction> logger) : IDisposable
{
    private const string PriorityHeader = "X-MedCloud-Priority";

    private readonly SemaphoreSlim places = new(options.Value.MaxStoreRequests);

    public async Task HandleAsync(HttpContext context, string? studyInUrl)
    {
        // 1. A study may be larger than any limit of the web server, and its sender may pause between instances: only silence ends it. This comes first, so that
        // the server also reads away the body of a request that is refused: with the sender still sending, the answer would be lost in a reset.
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = null;
        if (context.Features.Get<IHttpMinRequestBodyDataRateFeature>() is { } rate)
            rate.MinDataRate = null;
        if (!await places.WaitAsync(TimeSpan.Zero, context.RequestAborted))
        {
            await DicomWebProblem.WriteAsync(context, logger, ErrorCode.OutOfResources, "As many Store requests as may be are being received; try again later.");
            return;
        }

        try
        {
            await StoreAsync(context, studyInUrl);
        }
        finally
        {
            places.Release();
        }
    }

    public void Dispose() => places.Dispose();

    private async Task StoreAsync(HttpContext context, string? studyInUrl)
    {
        var request = context.Request;

        // 2.
        Uid? study = null;
        if (studyInUrl is not null)
        {
            if (!Uid.TryParse(studyInUrl, out var uid))
            {
                await DicomWebProblem.WriteAsync(context, logger, ErrorCode.InvalidArgument, "The study in the URL is not a UID.");
                return;
            }
            study = uid;
        }
        if (IsStat(request.Headers[PriorityHeader]) is not { } stat)
        {
            await DicomWebProblem.WriteAsync(context, logger, ErrorCode.InvalidArgument, $"{PriorityHeader} can only be \"stat\".");
            return;
        }
        if (DataSetFormat.Choose(MediaType.ParseAccept(request.Headers.Accept)) is not { } format)
        {
            await DicomWebProblem.WriteAsync(context, logger, ErrorCode.NotAcceptable, $"The answer is available as {DataSetFormat.Json.MediaType} or {DataSetFormat.Xml.MediaType}.");
            return;
        }
        string boundary;
        switch (StoreContentType.Of(request.ContentType))
        {
            case StoreContentType.Multipart multipart:
                boundary = multipart.Boundary;
                break;
            case StoreContentType.Malformed malformed:
                await DicomWebProblem.WriteAsync(context, logger, ErrorCode.InvalidArgument, malformed.Sentence);
                return;
            case StoreContentType.Unsupported unsupported:
                await DicomWebProblem.WriteAsync(context, logger, ErrorCode.UnsupportedMediaType, unsupported.Sentence);
                return;
            default:
                throw new InvalidOperationException("a content type without a verdict");
        }
        if (request.ContentLength > options.Value.MaxRequestBytes)
        {
            await DicomWebProblem.WriteAsync(context, logger, ErrorCode.TooLarge, $"The request is larger than {options.Value.MaxRequestBytes} bytes.");
            return;
        }

        // 3.
        var response = new StoreResponse(DicomWebEndpoints.UrlsOf(request));
        try
        {
            using var body = new RequestBody(request.Body, options.Value.MaxRequestBytes, options.Value.IdleTimeout, time);
            var reception = new Reception { Tenant = DicomWebEndpoints.Tenant, Content = body, Door = "stow", StudyInstanceUid = study, Stat = stat };
            if (await StorePartsAsync(body, boundary, reception, response, context.RequestAborted) is { } problem)
            {
                await DicomWebProblem.WriteAsync(context, logger, ErrorCode.InvalidArgument, problem);
                return;
            }
        }
        catch (RequestBodyException exception)
        {
            // What was not read stays in the connection: it cannot be used again.
            context.Response.Headers.Connection = "close";
            await DicomWebProblem.WriteAsync(context, logger, exception.Code, $"{exception.Message} {response.Stored} instances were stored.");
            return;
        }

        // 4.
        context.Response.StatusCode = response.HttpStatus;
        context.Response.ContentType = format.MediaType;
        if (response.HttpStatus == StatusCodes.Status503ServiceUnavailable)
            context.Response.Headers.RetryAfter = DoorError.RetryAfterSeconds;
        DicomWebLog.Stored(logger, response.HttpStatus, response.Stored, response.Failed);
        var bytes = format.Write(response.ToDataSet());
        context.Response.ContentLength = bytes.Length;
        await context.Response.Body.WriteAsync(bytes, context.RequestAborted);
    }

    /// <summary>Null where the body had a part, and so there is an outcome; else what is wrong with the request.</summary>
    private async Task<string?> StorePartsAsync(
        RequestBody body, string boundary, Reception reception, StoreResponse response, CancellationToken cancellationToken)
    {
        using var reader = new MultipartReader(body, boundary);
        while (true)
        {
            MultipartPart? part;
            try
            {
                part = await reader.ReadNextAsync(cancellationToken);
            }
            catch (MultipartException exception)
            {
                if (response.Stored + response.Failed == 0)
                    return $"The body is not a multipart of the boundary in the Content-Type: {exception.Problem}.";
                AddRefusedByDoor(response, exception.Problem);
                return null;
            }
            if (part is null)
                return response.Stored + response.Failed == 0 ? "The multipart has no part." : null;
            if (!await StorePartAsync(part, reception, response, cancellationToken))
                return null;
        }
    }

    /// <summary>False where the body ends within the part: then it is refused, and nothing follows.</summary>
    private async Task<bool> StorePartAsync(MultipartPart part, Reception reception, StoreResponse response, CancellationToken cancellationToken)
    {
        var answered = false;
        try
        {
            if (part.ContentType is not null && MediaType.Parse(part.ContentType) is not { Name: "application/dicom" })
                AddRefusedByDoor(response, "the content type of the part is not application/dicom");
            else
                Add(response, await storeInstance.ExecuteAsync(reception with { Content = part.Content }, cancellationToken));
            answered = true;
            // A refused part need not have been read to its end; those after it are stored all the same.
            await part.Content.CopyToAsync(Stream.Null, MultipartWriter.CopyBytes, cancellationToken);
            return true;
        }
        catch (MultipartException exception)
        {
            if (!answered)
                AddRefusedByDoor(response, exception.Problem);
            return false;
        }
    }

    private static void Add(StoreResponse response, StoreOutcome outcome)
    {
        switch (outcome)
        {
            case StoreOutcome.Stored { Instance: var instance }:
                response.AddStored(instance.StudyInstanceUid, instance.SeriesInstanceUid, instance.SopClassUid, instance.SopInstanceUid);
                break;
            case StoreOutcome.Refused refused:
                response.AddFailed(ErrorTable.Row(refused.Code).Dimse, refused.Sentence, refused.SopClassUid, refused.SopInstanceUid);
                break;
            default:
                throw new InvalidOperationException("an outcome that is neither stored nor refused");
        }
    }

    private void AddRefusedByDoor(StoreResponse response, string sentence)
    {
        DicomWebLog.PartRefused(logger, sentence);
        Metrics.Refused("stow", ErrorCode.CannotUnderstand);
        response.AddFailed(ErrorTable.Row(ErrorCode.CannotUnderstand).Dimse, sentence);
    }

    private static bool? IsStat(StringValues header) => header switch
    {
        [] => false,
        [var only] when "stat".Equals(only, StringComparison.OrdinalIgnoreCase) => true,
        _ => null,
    };
}
