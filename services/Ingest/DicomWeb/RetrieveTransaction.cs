using System.Security.Cryptography;
using MedCloud.Dicom;
using MedCloud.Dicom.Web;
using MedCloud.Hosting;
using MedCloud.Storage;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace MedCloud.Ingest.DicomWeb;

/// <summary>WADO-RS (PS3.18 §10.4): sends the instances of a study, of a series, or one instance, byte for byte as they are stored.</summary>
internal sealed class RetrieveTransaction(InstanceIndex index, IBlobStore blobs, ILogger<RetrieveTransaction> logger)
{
    private const string FileType = "application/dicom";

    public async Task HandleAsync(HttpContext context, string studyInUrl, string? seriesInUrl, string? instanceInUrl)
    {
        if (!Uid.TryParse(studyInUrl, out var study) || !TryParse(seriesInUrl, out var series) || !TryParse(instanceInUrl, out var instance))
        {
            await DicomWebProblem.WriteAsync(context, logger, ErrorCode.InvalidArgument, "The URL names a resource by something that is not a UID.");
            return;
        }

        var instances = new List<StoredInstance>();
        await foreach (var found in index.FindAsync(DicomWebEndpoints.Tenant, study, series, instance, context.RequestAborted))
            instances.Add(found);
        if (instances.Count == 0)
        {
            await DicomWebProblem.WriteAsync(context, logger, ErrorCode.NotFound, "Nothing is stored under this URL.");
            return;
        }

        var transferSyntaxes = instances.Select(stored => $"{stored.TransferSyntaxUid}").Distinct().ToList();
        var form = RetrieveNegotiation.Choose(MediaType.ParseAccept(context.Request.Headers.Accept), instance is not null, transferSyntaxes);
        if (form is null)
        {
            await DicomWebProblem.WriteAsync(context, logger, ErrorCode.NotAcceptable, RetrieveNegotiation.Available(instance is not null, transferSyntaxes));
            return;
        }

        try
        {
            if (form == RetrieveForm.SinglePart)
                await SendFileAsync(context, instances[0]);
            else
                await SendMultipartAsync(context, instances);
            DicomWebLog.Retrieved(logger, instances.Count, form.Value);
        }
        catch (OperationCanceledException) when (context.RequestAborted.IsCancellationRequested)
        {
            DicomWebLog.RetrieveAbandoned(logger);
        }
        catch (BlobStoreUnavailableException exception)
        {
            DicomWebLog.BlobUnreadable(logger, context.Response.HasStarted, exception);
            // What was promised with 200 cannot be kept: only a broken connection says so.
            if (context.Response.HasStarted)
                context.Abort();
            else
                await DicomWebProblem.WriteAsync(context, logger, ErrorCode.OutOfResources, "The store cannot be read now.");
        }
    }

    private async Task SendFileAsync(HttpContext context, StoredInstance instance)
    {
        await using var file = await OpenAsync(instance, context.RequestAborted);
        context.Response.ContentType = ContentTypeOf(instance);
        context.Response.ContentLength = file.Length;
        context.Response.Headers.ContentLocation = LocationOf(context, instance);
        await file.CopyToAsync(context.Response.Body, MultipartWriter.CopyBytes, context.RequestAborted);
    }

    private async Task SendMultipartAsync(HttpContext context, IReadOnlyList<StoredInstance> instances)
    {
        var writer = new MultipartWriter(context.Response.Body, RandomNumberGenerator.GetHexString(32, lowercase: true));
        foreach (var instance in instances)
        {
            await using var file = await OpenAsync(instance, context.RequestAborted);
            if (!context.Response.HasStarted)
                context.Response.ContentType = writer.ContentType(FileType);
            await writer.WritePartAsync(ContentTypeOf(instance), LocationOf(context, instance), file, context.RequestAborted);
        }
        await writer.EndAsync(context.RequestAborted);
    }

    private async Task<Stream> OpenAsync(StoredInstance instance, CancellationToken cancellationToken) =>
        await blobs.OpenReadAsync(instance.Blob, cancellationToken)
        ?? throw new BlobStoreUnavailableException("The store does not have a blob that the index names.");

    private static string ContentTypeOf(StoredInstance instance) => $"{FileType}; transfer-syntax={instance.TransferSyntaxUid}";

    private static string LocationOf(HttpContext context, StoredInstance instance) =>
        DicomWebEndpoints.UrlsOf(context.Request).Instance(instance.Identity.StudyInstanceUid, instance.Identity.SeriesInstanceUid, instance.Identity.SopInstanceUid);

    private static bool TryParse(string? text, out Uid? uid)
    {
        uid = Uid.TryParse(text, out var parsed) ? parsed : null;
        return text is null || uid is not null;
    }
}
