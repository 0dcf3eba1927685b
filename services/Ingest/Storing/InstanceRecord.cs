using System.Globalization;
using System.Text.Json;
using MedCloud.Contracts;
using MedCloud.Dicom;
using MedCloud.Ingest.Index;
using MedCloud.Ingest.Ledger;
using MedCloud.Storage;
using Microsoft.EntityFrameworkCore;

namespace MedCloud.Ingest;

/// <summary>An instance whose blob is durable.</summary>
internal sealed record NewInstance(string Tenant, InstanceIdentity Identity, Uid TransferSyntaxUid, string ContentHash, BlobKey Blob, bool Stat, DateTime ReceivedAt)
{
    /// <summary>The length of the whole object, bytes.</summary>
    public required long Bytes { get; init; }

    /// <summary>What <see cref="MedCloud.Hosting.Tracing.Parent"/> was at the reception.</summary>
    public required string TraceParent { get; init; }

    public required StudyAttributes Study { get; init; }

    public required string? Modality { get; init; }

    public required IReadOnlyList<ExpectedAnalysis> Analyses { get; init; }
}

/// <summary>What the transaction did.</summary>
internal enum RecordedResult
{
    /// <summary>A revision was added.</summary>
    Added,

    /// <summary>The current revision has these bytes; at most the study's priority was raised.</summary>
    Duplicate,

    /// <summary>Other bytes are stored, and revisions are switched off; nothing was added.</summary>
    Refused,
}

/// <param name="Result">What was done.</param>
/// <param name="Revision">The revision that was added, or the current one.</param>
/// <param name="IsNewStudy">It is the first of its study.</param>
internal sealed record Recorded(RecordedResult Result, int Revision, bool IsNewStudy = false);

/// <summary>The transaction of <see cref="StoreInstance"/>: index rows and ledger rows.</summary>
internal static class InstanceRecord
{
    private const string Known = """SELECT 1 FROM "Instances" WHERE "SopInstanceUid" = @p3 AND "Tenant" = @p0""";

    private const string IsKnown =
        $"""
        SELECT EXISTS ({Known});

        """;

    private const string OfSeries = """WHERE series."Tenant" = @p0 AND series."StudyInstanceUid" = @p1 AND series."SeriesInstanceUid" = @p2""";

    private const string StatOfSeries =
        $"""
        SELECT study."Stat" FROM "Series" AS series INNER JOIN "Studies" AS study ON study."Tenant" = series."Tenant" AND study."StudyInstanceUid" = series."StudyInstanceUid"
        {OfSeries}
        """;

    private const string IntoRecordings = """INSERT INTO "Recordings" ("Tenant", "SopInstanceUid", "Revision", "Body", "CreatedAt", "TraceParent") """;

    private const string AddRecording = IntoRecordings + "VALUES (@p0, @p1, @p2, @p3, @p4, @p5)";

    private const string IntoInstances =
        """
        INSERT INTO "Instances" ("Tenant", "StudyInstanceUid", "SeriesInstanceUid", "SopInstanceUid", "SopClassUid", "Revision", "IsCurrent", "TransferSyntaxUid", "ContentHash", "BlobKey", "ReceivedAt")
        SELECT @p0, @p1, @p2, @p3, @p4, @p5, @p6, @p7, @p8, @p9, @p10
        """;

    private const string RecordingOfInstance = IntoRecordings + "SELECT @p0, @p3, @p5, @p11, @p10, @p12";

    private const string AddInstanceAndRecording = $"{IntoInstances}; {RecordingOfInstance}";

    // Repeated after a COMMIT whose answer was lost, it finds its own row, and its message unless that is recorded already; then it is announced once more, which does no harm.
    private const string AddIfNewInKnownSeries =
        $"""
        {IntoInstances} WHERE NOT EXISTS ({Known}) AND EXISTS (SELECT 1 FROM "Series" AS series {OfSeries});
        {RecordingOfInstance} WHERE EXISTS (SELECT 1 FROM "Instances" WHERE "BlobKey" = @p9)
        AND NOT EXISTS (SELECT 1 FROM "Recordings" WHERE "SopInstanceUid" = @p3 AND "Tenant" = @p0 AND "Revision" = @p5)
        """;

    /// <summary>Writes the rows, if the bytes are new; may be repeated.</summary>
    public static async Task<Recorded> WriteAsync(IngestDb db, NewInstance instance, DifferentBytes onDifferentBytes)
    {
        // Most of what arrives no model takes, as a series' further slices: one exchange with the database for each. Where requests are made, the priority of the study must be known before.
        if (!instance.Stat && instance.Analyses.All(analysis => analysis.Refusal is not null) && await AddInstanceAsync(db, instance, 1, AddIfNewInKnownSeries) > 0)
            return new Recorded(RecordedResult.Added, 1);
        var (tenant, sopInstanceUid) = (instance.Tenant, instance.Identity.SopInstanceUid.Value);
        var (isKnown, statBefore) = await FindAsync(db, instance);
        var current = isKnown
            ? await db.Instances.Where(row => row.Tenant == tenant && row.SopInstanceUid == sopInstanceUid).OrderByDescending(row => row.Revision).FirstOrDefaultAsync()
            : null;
        if (current is not null)
        {
            // Repeated after a COMMIT whose answer was lost: the row is this reception's own, and its blob stays.
            if (current.BlobKey == instance.Blob.Value)
                return new Recorded(RecordedResult.Added, current.Revision);
            if (current.ContentHash == instance.ContentHash && current.TransferSyntaxUid == instance.TransferSyntaxUid.Value)
            {
                if (instance.Stat && await RaiseAsync(db, tenant, current.StudyInstanceUid))
                    await AnnounceStatAsync(db, instance, current);
                return new Recorded(RecordedResult.Duplicate, current.Revision);
            }

            if (onDifferentBytes == DifferentBytes.Refuse)
                return new Recorded(RecordedResult.Refused, current.Revision);
            current.IsCurrent = false;
        }

        var revision = (current?.Revision ?? 0) + 1;
        var (stat, isNewStudy) = statBefore is { } isStat && (isStat || !instance.Stat) ? (isStat, false) : await AddStudyAsync(db, instance);
        foreach (var analysis in instance.Analyses.Where(analysis => analysis.Refusal is null))
            await AddRequestAsync(db, instance, revision, analysis, stat);
        await db.SaveChangesAsync();
        await AddInstanceAsync(db, instance, revision, AddInstanceAndRecording);
        return new Recorded(RecordedResult.Added, revision, isNewStudy);
    }

    /// <summary>Whether the SOP Instance UID is known, and the priority of the study, null where study or series are new: asked in one exchange with the database.</summary>
    private static async Task<(bool IsKnown, bool? Stat)> FindAsync(IngestDb db, NewInstance instance)
    {
        var identity = instance.Identity;
        // Who raises the study at this moment waits, and then finds the requests that are made here.
        await using var reader = await db.Statement(
            IsKnown + StatOfSeries + db.KeepStudy, instance.Tenant, identity.StudyInstanceUid.Value, identity.SeriesInstanceUid.Value, identity.SopInstanceUid.Value).ExecuteReaderAsync();
        await reader.ReadAsync();
        var isKnown = Convert.ToBoolean(reader.GetValue(0), CultureInfo.InvariantCulture);
        await reader.NextResultAsync();
        return (isKnown, await reader.ReadAsync() ? Convert.ToBoolean(reader.GetValue(0), CultureInfo.InvariantCulture) : null);
    }

    /// <summary>Adds study and series if they are new, raises the study's priority, and returns it, and whether the study is new.</summary>
    private static async Task<(bool Stat, bool IsNew)> AddStudyAsync(IngestDb db, NewInstance instance)
    {
        var (tenant, study, series) = (instance.Tenant, instance.Identity.StudyInstanceUid.Value, instance.Identity.SeriesInstanceUid.Value);
        var isNew = await db.Database.ExecuteSqlAsync(
            $"""INSERT INTO "Studies" ("Tenant", "StudyInstanceUid", "Stat") VALUES ({tenant}, {study}, {false}) ON CONFLICT DO NOTHING""") > 0;
        await db.Database.ExecuteSqlAsync(
            $"""INSERT INTO "Series" ("Tenant", "StudyInstanceUid", "SeriesInstanceUid") VALUES ({tenant}, {study}, {series}) ON CONFLICT DO NOTHING""");
        if (instance.Stat)
            await RaiseAsync(db, tenant, study);
        return (instance.Stat || (await FindAsync(db, instance)).Stat == true, isNew);
    }

    /// <summary>Makes a study urgent, and with it what still waits of it or may be sent again; false if it was urgent already.</summary>
    private static async Task<bool> RaiseAsync(IngestDb db, string tenant, string study)
    {
        if (await db.Studies.Where(row => row.Tenant == tenant && row.StudyInstanceUid == study && !row.Stat).ExecuteUpdateAsync(set => set.SetProperty(row => row.Stat, true)) == 0)
            return false;
        await db.Requests.Where(row => row.Tenant == tenant && row.StudyInstanceUid == study && row.State < RequestState.GivenUp)
            .ExecuteUpdateAsync(set => set.SetProperty(row => row.Stat, true));
        return true;
    }

    /// <summary>The same bytes, now marked STAT: Results hears of the instance once more. It asks for no analysis, so it expects none.</summary>
    private static async Task AnnounceStatAsync(IngestDb db, NewInstance instance, InstanceRow current)
    {
        if (await db.Recordings.SingleOrDefaultAsync(row => row.Tenant == current.Tenant && row.SopInstanceUid == current.SopInstanceUid && row.Revision == current.Revision) is { } open)
        {
            open.Body = JsonSerializer.Serialize(open.Message() with { Stat = true });
            open.SentAt = null;
        }
        else
        {
            await AddRecordingAsync(db, MessageOf(instance, current.Revision) with { BlobKey = current.BlobKey, ReceivedAt = current.ReceivedAt, Analyses = [] }, instance.TraceParent);
        }

        await db.SaveChangesAsync();
    }

    /// <summary>
    /// Asks for an analysis. The bytes of an earlier revision that return after others have the id of then: that request is asked again, for this revision.
    /// </summary>
    private static async Task AddRequestAsync(IngestDb db, NewInstance instance, int revision, ExpectedAnalysis analysis, bool stat)
    {
        var request = await db.Requests.SingleOrDefaultAsync(row => row.AnalysisId == analysis.AnalysisId);
        if (request is null)
        {
            db.Requests.Add(new RequestRow
            {
                AnalysisId = analysis.AnalysisId,
                Tenant = instance.Tenant,
                StudyInstanceUid = instance.Identity.StudyInstanceUid.Value,
                SeriesInstanceUid = instance.Identity.SeriesInstanceUid.Value,
                SopInstanceUid = instance.Identity.SopInstanceUid.Value,
                Revision = revision,
                ModelName = analysis.ModelName,
                BlobKey = instance.Blob.Value,
                Stat = stat,
                ReceivedAt = instance.ReceivedAt,
                TraceParent = instance.TraceParent,
                State = RequestState.Queued,
            });
            return;
        }

        request.StudyInstanceUid = instance.Identity.StudyInstanceUid.Value;
        request.SeriesInstanceUid = instance.Identity.SeriesInstanceUid.Value;
        request.Revision = revision;
        request.BlobKey = instance.Blob.Value;
        request.Stat = stat;
        request.ReceivedAt = instance.ReceivedAt;
        request.TraceParent = instance.TraceParent;
        request.State = RequestState.Queued;
        request.Suspect = false;
        request.Attempts = 0;
        request.SentAt = null;
        request.DueAt = null;
        request.LastEnd = null;
    }

    private static Task<int> AddRecordingAsync(IngestDb db, InstanceStored message, string traceParent) =>
        db.Statement(AddRecording, message.Tenant, message.SopInstanceUid, message.Revision, JsonSerializer.Serialize(message), message.ReceivedAt, traceParent).ExecuteNonQueryAsync();

    private static Task<int> AddInstanceAsync(IngestDb db, NewInstance instance, int revision, string statements) =>
        db.Statement(
            statements,
            instance.Tenant,
            instance.Identity.StudyInstanceUid.Value,
            instance.Identity.SeriesInstanceUid.Value,
            instance.Identity.SopInstanceUid.Value,
            instance.Identity.SopClassUid.Value,
            revision,
            true,
            instance.TransferSyntaxUid.Value,
            instance.ContentHash,
            instance.Blob.Value,
            instance.ReceivedAt,
            JsonSerializer.Serialize(MessageOf(instance, revision)),
            instance.TraceParent).ExecuteNonQueryAsync();

    private static InstanceStored MessageOf(NewInstance instance, int revision) => new()
    {
        Tenant = instance.Tenant,
        StudyInstanceUid = instance.Identity.StudyInstanceUid.Value,
        SeriesInstanceUid = instance.Identity.SeriesInstanceUid.Value,
        SopInstanceUid = instance.Identity.SopInstanceUid.Value,
        SopClassUid = instance.Identity.SopClassUid.Value,
        TransferSyntaxUid = instance.TransferSyntaxUid.Value,
        BlobKey = instance.Blob.Value,
        Revision = revision,
        ContentHash = instance.ContentHash,
        Stat = instance.Stat,
        ReceivedAt = instance.ReceivedAt,
        Study = instance.Study,
        Modality = instance.Modality,
        Analyses = instance.Analyses,
    };
}
