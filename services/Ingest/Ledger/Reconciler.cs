using MedCloud.Contracts;
using MedCloud.Ingest.Index;
using Microsoft.EntityFrameworkCore;

namespace MedCloud.Ingest.Ledger;

/// <summary>Puts back into the outbox what must be sent again, and closes what Results has recorded. Each method is one write of ingest.db and safe to repeat.</summary>
internal static class Reconciler
{
    public const string Lost = "lost";

    /// <summary>
    /// At start, before anything is sent: the in-memory bus kept nothing, so everything sent and not closed is lost. A lost request may have killed the process,
    /// so it is a suspect from now on; one that was lost too often is given up, and so is one whose model was taken out of the catalogue: nobody reads its queue.
    /// </summary>
    public static async Task<LostAtStart> RecoverAsync(IngestDb db, IReadOnlyList<string> models)
    {
        await db.Recordings.Where(row => row.SentAt != null).ExecuteUpdateAsync(set => set.SetProperty(row => row.SentAt, (DateTime?)null));
        await db.Requests.Where(row => row.State == RequestState.Sent && row.Attempts >= RetryRule.MaxAttempts)
            .ExecuteUpdateAsync(set => set.SetProperty(row => row.State, RequestState.GivenUp).SetProperty(row => row.LastEnd, Lost));
        await db.Requests.Where(row => row.State < RequestState.GivenUp && !models.Contains(row.ModelName))
            .ExecuteUpdateAsync(set => set.SetProperty(row => row.State, RequestState.GivenUp));
        await db.Requests.Where(row => row.State == RequestState.GivenUp)
            .ExecuteUpdateAsync(set => set.SetProperty(row => row.SentAt, (DateTime?)null));
        var lost = await db.Requests.Where(row => row.State == RequestState.Sent)
            .ExecuteUpdateAsync(set => set.SetProperty(row => row.State, RequestState.Queued).SetProperty(row => row.Suspect, true).SetProperty(row => row.LastEnd, Lost));
        return new LostAtStart(
            await db.Recordings.CountAsync(),
            lost,
            await db.Requests.CountAsync(row => row.State == RequestState.GivenUp));
    }

    /// <summary>Results has committed the instance. What was marked STAT after that message was sent stays open: its own is confirmed, too.</summary>
    public static Task<int> RecordedAsync(IngestDb db, InstanceRecorded message) =>
        db.Recordings.Where(row => row.Tenant == message.Tenant && row.SopInstanceUid == message.SopInstanceUid && row.Revision == message.Revision)
            .Where(row => message.Stat || !row.Body.Contains(RecordingRow.StatInBody))
            .ExecuteDeleteAsync();

    /// <summary>Results has committed the outcome.</summary>
    public static Task<int> RecordedAsync(IngestDb db, AnalysisRecorded message) =>
        db.Requests.Where(row => row.AnalysisId == message.AnalysisId && row.State != RequestState.Closed)
            .ExecuteUpdateAsync(set => set.SetProperty(row => row.State, RequestState.Closed).SetProperty(row => row.Suspect, false));

    /// <summary>A worker said "not now". It lives, so the request is no suspect any more.</summary>
    public static async Task<int> DelayedAsync(IngestDb db, AnalysisDelayed message, DateTime now)
    {
        var row = await db.Requests.SingleOrDefaultAsync(each => each.AnalysisId == message.AnalysisId && each.State == RequestState.Sent);
        if (row is null)
            return 0;
        row.Suspect = false;
        row.LastEnd = message.Reason;
        if (row.Attempts >= RetryRule.MaxAttempts)
        {
            row.State = RequestState.GivenUp;
            row.SentAt = null;
        }
        else
        {
            row.State = RequestState.Delayed;
            row.DueAt = now + RetryRule.DelayAfter(row.Attempts);
        }

        return await db.SaveChangesAsync();
    }
}

/// <summary>What a start found to send again.</summary>
internal sealed record LostAtStart(int Instances, int Requests, int GivenUp);
