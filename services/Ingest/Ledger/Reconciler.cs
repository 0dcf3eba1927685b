using MedCloud.Contracts;
using MedCloud.Ingest.Index;
using Microsoft.EntityFrameworkCore;

namespace MedCloud.Ingest.Ledger;

/// <summary>Puts back into the outbox what must be sent again, and closes what Results has recorded. Each method is one write of ingest.db and safe to repeat.</summary>
internal static class Reconciler
{
    private const string LostOnTheWay = "lost";
    private const string DeadLettered = "dead-lettered";
    internal const int Round = 100;

    private const long ReconcilerLock = 0x6C656467_6572; // "ledger"

    /// <summary>
    /// At start, before anything is sent: the in-memory bus kept nothing, so everything sent and not closed is lost. A lost request may have killed the process,
    /// so it is a suspect from now on; one that was lost too often is given up, and so is one whose model was taken out of the catalogue: nobody reads its queue.
    /// </summary>
    public static async Task<LostAtStart> RecoverAsync(IngestDb db, IReadOnlyList<string> models)
    {
        await db.Recordings.Where(row => row.SentAt != null).ExecuteUpdateAsync(set => set.SetProperty(row => row.SentAt, (DateTime?)null));
        await db.Requests.Where(row => row.State == RequestState.Sent && row.Attempts >= RetryRule.MaxAttempts)
            .ExecuteUpdateAsync(set => set.SetProperty(row => row.State, RequestState.GivenUp).SetProperty(row => row.LastEnd, LostOnTheWay));
        await db.Requests.Where(row => row.State < RequestState.GivenUp && !models.Contains(row.ModelName))
            .ExecuteUpdateAsync(set => set.SetProperty(row => row.State, RequestState.GivenUp));
        await db.Requests.Where(row => row.State == RequestState.GivenUp)
            .ExecuteUpdateAsync(set => set.SetProperty(row => row.SentAt, (DateTime?)null));
        var lost = await db.Requests.Where(row => row.State == RequestState.Sent)
            .ExecuteUpdateAsync(set => set.SetProperty(row => row.State, RequestState.Queued).SetProperty(row => row.Suspect, true).SetProperty(row => row.LastEnd, LostOnTheWay));
        return new LostAtStart(
            await db.Recordings.CountAsync(),
            lost,
            await db.Requests.CountAsync(row => row.State == RequestState.GivenUp));
    }

    /// <summary>
    /// With a broker: what was sent so long ago that it counts as lost is sent again, at most <see cref="Round"/> of each kind. It counts as lost if its queue holds no
    /// message that waits (<paramref name="empty"/>), or if a request that was sent later by that time already has its outcome.
    /// </summary>
    public static async Task<Lost> FindLostAsync(IngestDb db, IReadOnlyList<string> models, IReadOnlyCollection<QueueDefinition> empty, TimeSpan lostAfter, DateTime now)
    {
        // One replica at a time; another that comes meanwhile has nothing to do.
        if (!await db.TryLockAsync(ReconcilerLock))
            return new Lost(0, 0, 0);
        await db.Requests.Where(row => row.State < RequestState.GivenUp && !models.Contains(row.ModelName))
            .ExecuteUpdateAsync(set => set.SetProperty(row => row.State, RequestState.GivenUp).SetProperty(row => row.SentAt, (DateTime?)null));
        var (requests, givenUp, lastEnded) = (0, 0, DateTime.MinValue + lostAfter);
        foreach (var (model, stat) in models.SelectMany(model => new[] { (model, false), (model, true) }))
        {
            // A request that became STAT after it was sent is looked for in the STAT queue: sent again too early, it is analysed the earlier.
            var ended = await LastEndedAsync(db, model, stat);
            lastEnded = ended > lastEnded ? ended.Value : lastEnded;
            var until = empty.Contains(Queues.Analyse(model, stat)) ? now : ended ?? DateTime.MinValue;
            var late = await db.Requests.Where(row => row.State == RequestState.Sent && row.ModelName == model && row.Stat == stat && row.DueAt <= until)
                .OrderBy(row => row.DueAt).Take(Round).ToListAsync();
            foreach (var row in late)
            {
                row.LastEnd = LostOnTheWay;
                TryAgain(row);
            }

            givenUp += late.Count(row => row.State == RequestState.GivenUp);
            requests += late.Count(row => row.State == RequestState.Queued);
        }

        // What the queue before Results holds is in the order of its arrival: behind an outcome that is recorded, nothing older waits.
        var before = (empty.Contains(Queues.Results) ? now : lastEnded) - lostAfter;
        var failures = await db.Requests.Where(row => row.State == RequestState.GivenUp && row.SentAt <= before).OrderBy(row => row.Id).Take(Round).ToListAsync();
        failures.ForEach(row => row.SentAt = null);
        var instances = await db.Recordings.Where(row => row.SentAt <= before).OrderBy(row => row.Id).Take(Round).ToListAsync();
        instances.ForEach(row => row.SentAt = null);
        await db.SaveChangesAsync();
        return new Lost(instances.Count, requests, givenUp + failures.Count);
    }

    /// <summary>A request came back from the queue without an outcome: it may have ended the worker, so it is a suspect from now on.</summary>
    public static async Task<int> DeadLetteredAsync(IngestDb db, Guid analysisId)
    {
        var row = await db.Requests.SingleOrDefaultAsync(each => each.AnalysisId == analysisId && each.State == RequestState.Sent);
        if (row is null)
            return 0;
        row.Suspect = true;
        row.LastEnd = DeadLettered;
        TryAgain(row);
        return await db.SaveChangesAsync();
    }

    /// <summary>Results has committed the instances. One that was marked STAT after its message was sent stays open: the message that says so is confirmed, too.</summary>
    public static async Task<int> RecordedAsync(IngestDb db, IReadOnlyCollection<InstanceRecorded> instances)
    {
        var closed = 0;
        foreach (var group in instances.GroupBy(each => (each.Tenant, each.Revision, each.Stat)))
        {
            var ((tenant, revision, stat), uids) = (group.Key, group.Select(each => each.SopInstanceUid).ToList());
            closed += await db.Recordings
                .Where(row => EF.Parameter(uids).Contains(row.SopInstanceUid) && row.Tenant == tenant && row.Revision == revision && (stat || !row.Body.Contains(RecordingRow.StatInBody)))
                .ExecuteDeleteAsync();
        }

        return closed;
    }

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
        TryAgain(row);
        if (row.State == RequestState.Queued)
        {
            row.State = RequestState.Delayed;
            row.DueAt = now + RetryRule.DelayAfter(row.Attempts);
        }

        return await db.SaveChangesAsync();
    }

    /// <summary>Back into the outbox, or given up if that was the last attempt.</summary>
    private static void TryAgain(RequestRow row)
    {
        row.State = row.Attempts >= RetryRule.MaxAttempts ? RequestState.GivenUp : RequestState.Queued;
        row.SentAt = null;
        row.DueAt = null;
    }

    /// <summary>When the request was sent that was the last to be sent of those that have their outcome.</summary>
    private static Task<DateTime?> LastEndedAsync(IngestDb db, string model, bool stat) =>
        db.Requests.Where(row => row.State == RequestState.Closed && row.ModelName == model && row.Stat == stat).MaxAsync(row => row.SentAt);
}

/// <summary>What a round found to be sent again; given up: failures that are to be told to Results, for the first time or again.</summary>
internal sealed record Lost(int Instances, int Requests, int GivenUp)
{
    public int Count => Instances + Requests + GivenUp;
}

/// <summary>What a start found to send again.</summary>
internal sealed record LostAtStart(int Instances, int Requests, int GivenUp);
