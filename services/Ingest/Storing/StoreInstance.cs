using MedCloud.Contracts;
using MedCloud.Dicom;
using MedCloud.Hosting;
using MedCloud.Ingest.Index;
using MedCloud.Ingest.Ledger;
using MedCloud.ModelCatalogue;
using MedCloud.Storage;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace MedCloud.Ingest;

/// <summary>
/// The one use case behind every door. (1) The header is read up to the identifiers while its bytes are held; (2) the blob is begun, and the rest of the object goes
/// through SHA-256 into it while the reader checks it to its end; (3) the blob is made durable; (4) index and ledger rows are committed in one transaction.
/// Only then is the outcome <see cref="StoreOutcome.Stored"/>. A reception that is refused, fails or is a duplicate deletes its own blob.
/// </summary>
public sealed class StoreInstance(
    IBlobStore blobs,
    IngestWriter writer,
    LedgerSignal signal,
    Catalogue catalogue,
    IOptions<IngestOptions> options,
    TimeProvider time,
    ILogger<StoreInstance> logger)
{
    /// <summary>Stores one object.</summary>
    /// <param name="reception">What the door receives. Where the outcome is a refusal, its content may not have been read to the end.</param>
    /// <param name="cancellationToken">Ends the reception, until its transaction is under way; from then on the outcome is awaited.</param>
    /// <returns>Stored or refused, whatever the bytes are. Exceptions of the content itself pass through.</returns>
    public async Task<StoreOutcome> ExecuteAsync(Reception reception, CancellationToken cancellationToken)
    {
        using var span = Tracing.Source.StartActivity("store");
        var started = time.GetTimestamp();
        var outcome = await ReceiveAsync(reception, cancellationToken);
        Metrics.Ended(reception, outcome, time.GetElapsedTime(started));
        return outcome;
    }

    private async Task<StoreOutcome> ReceiveAsync(Reception reception, CancellationToken cancellationToken)
    {
        await using var content = new ReceptionStream(reception.Content, options.Value.MaxInstanceBytes);
        using var reader = reception.TransferSyntax is { } syntax ? DicomReader.ForDataSet(content, syntax, DicomReadLimits.ForStoredInstances) : DicomReader.ForPart10(content, DicomReadLimits.ForStoredInstances);
        try
        {
            return await ReceiveAsync(reception, content, reader, cancellationToken);
        }
        catch (DicomFormatException e)
        {
            return Refused(reception, reader, ErrorCode.CannotUnderstand, e.Problem, null, $"{(e.TagPath is null ? "" : $" at {e.TagPath}")}, offset {e.Offset}");
        }
        catch (ReceptionLimitException e)
        {
            return Refuse(ErrorCode.CannotUnderstand, e.Message, null);
        }
        catch (BlobStoreUnavailableException e)
        {
            return Refuse(ErrorCode.OutOfResources, "The image store cannot take the object now; try again later", e);
        }
        catch (IngestDatabaseException e)
        {
            return Refuse(ErrorCode.OutOfResources, "The database cannot take the object now; try again later", e);
        }

        StoreOutcome.Refused Refuse(ErrorCode code, string sentence, Exception? exception) => Refused(reception, reader, code, sentence, exception);
    }

    private async Task<StoreOutcome> ReceiveAsync(Reception reception, ReceptionStream content, DicomReader reader, CancellationToken cancellationToken)
    {
        // 1. The identifiers.
        var now = time.GetUtcNow();
        // PostgreSQL keeps microseconds: the time that is announced at first is also the one that is read again later.
        var receivedAt = now.UtcDateTime.AddTicks(-(now.Ticks % TimeSpan.TicksPerMicrosecond));
        if (reception.TransferSyntax is null)
            await reader.ReadMetaAsync(cancellationToken);
        await reader.ReadUntilAsync(DicomTags.StudyId, cancellationToken);
        if (!InstanceHeader.TryRead(reception, reader, out var identity, out var fault))
            return Refused(reception, reader, fault.Code, fault.Sentence, null);

        // 2. The rest, into the blob.
        var key = BlobKey.For(reception.Tenant, identity.StudyInstanceUid, identity.SeriesInstanceUid, identity.SopInstanceUid, Guid.CreateVersion7(now));
        await using var blob = await blobs.CreateAsync(key, cancellationToken);
        if (reception.TransferSyntax is { } syntax)
            await blob.WriteAsync(DicomWriter.ToBytes(InstanceHeader.MetaOf(identity, syntax, reception.SourceAeTitle)), cancellationToken);
        await content.PassAsync(blob, reader.DataSetOffset, cancellationToken);
        await reader.ReadToEndAsync(cancellationToken);
        var hash = content.ContentHash();
        var instance = new NewInstance(reception.Tenant, identity, reader.Syntax.Uid, hash, key, reception.Stat, receivedAt)
        {
            Bytes = content.Received,
            TraceParent = Tracing.Parent,
            Study = InstanceHeader.StudyOf(reader.DataSet),
            Modality = reader.DataSet.GetString(DicomTags.Modality),
            Analyses = ExpectedAnalyses.Of(catalogue, reception.Tenant, identity, hash, reader.DataSet),
        };

        // 3. The blob is durable.
        await blob.CommitAsync(hash, cancellationToken);

        // 4. The transaction.
        return Settle(await RecordAsync(instance), reception, reader, instance);
    }

    /// <summary>Commits the rows; a blob that no row names is deleted.</summary>
    private async Task<Recorded> RecordAsync(NewInstance instance)
    {
        using var span = Tracing.Source.StartActivity("commit");
        Recorded recorded;
        try
        {
            // Not cancelled any more: the blob must not be deleted under a row that is committed after all.
            recorded = await writer.WriteAsync(db => InstanceRecord.WriteAsync(db, instance, options.Value.OnDifferentBytes), CancellationToken.None);
        }
        catch (Exception e)
        {
            // In doubt the blob stays: the sweeper deletes it if no row names it.
            if (e is not IngestDatabaseException { MayBeCommitted: true })
                await DeleteAsync(instance.Blob);
            throw;
        }

        if (recorded.Result != RecordedResult.Added)
            await DeleteAsync(instance.Blob);
        return recorded;
    }

    private StoreOutcome Settle(Recorded recorded, Reception reception, DicomReader reader, NewInstance instance)
    {
        switch (recorded.Result)
        {
            case RecordedResult.Added:
                signal.Set();
                Metrics.Added(instance, recorded.IsNewStudy, reception.Door);
                Log.Stored(logger, recorded.Revision, instance.Identity.SopInstanceUid.Value, reception.Door);
                return new StoreOutcome.Stored(instance.Identity, recorded.Revision, Duplicate: false);
            case RecordedResult.Duplicate:
                if (reception.Stat)
                    signal.Set();
                Log.Duplicate(logger, instance.Identity.SopInstanceUid.Value, reception.Door);
                return new StoreOutcome.Stored(instance.Identity, recorded.Revision, Duplicate: true);
            default:
                return Refused(reception, reader, ErrorCode.DuplicateSopInstance, "Other bytes are stored under this SOP Instance UID", null);
        }
    }

    private StoreOutcome.Refused Refused(Reception reception, DicomReader reader, ErrorCode code, string sentence, Exception? exception, string place = "")
    {
        Log.Refused(logger, reception.Door, code, sentence, place, exception);
        return new StoreOutcome.Refused(
            code,
            sentence,
            reader.DataSet.GetUid(DicomTags.SopClassUid) ?? reception.SopClassUid,
            reader.DataSet.GetUid(DicomTags.SopInstanceUid) ?? reception.SopInstanceUid);
    }

    private async Task DeleteAsync(BlobKey key)
    {
        try
        {
            // Must finish whatever the sender does: nobody else deletes this blob before the sweeper.
            await blobs.DeleteAsync(key, CancellationToken.None);
        }
        catch (BlobStoreUnavailableException e)
        {
            Log.BlobLeft(logger, e);
        }
    }
}
