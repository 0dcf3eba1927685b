using MedCloud.Contracts;
using MedCloud.Ingest.Index;
using MedCloud.Results.V1;
using Microsoft.EntityFrameworkCore;

namespace MedCloud.Ingest.Ledger;

/// <summary>What is taken from the outbox to be sent, in this order: instances, failures, requests. Where nothing is, <paramref name="NextDue"/> tells when the next delayed request is due.</summary>
internal sealed record Outgoing(
    IReadOnlyList<Outgoing<InstanceStored>> Instances,
    IReadOnlyList<Outgoing<AnalysisFailed>> Failures,
    IReadOnlyList<Outgoing<AnalyseInstance>> Requests,
    DateTime? NextDue)
{
    public int Count => Instances.Count + Failures.Count + Requests.Count;
}

/// <summary>A message and the row of the ledger that it came from.</summary>
/// <param name="RowId">The row.</param>
/// <param name="Message">The message.</param>
/// <param name="TraceParent">The trace that it continues; empty where nothing was traced.</param>
internal sealed record Outgoing<T>(long RowId, T Message, string TraceParent);

/// <summary>
/// Takes unsent messages out of the ledger's rows. What is taken is marked as sent before it is sent, so that an attempt which ends the process has been counted.
/// </summary>
/// <param name="models">The names of the models that have queues.</param>
/// <param name="maxInFlight">Requests of one model that may be sent and not ended.</param>
/// <param name="lostAfter">How long after its first sending a request counts as lost; doubled for each further one.</param>
internal sealed class Outbox(IReadOnlyList<string> models, int maxInFlight, TimeSpan lostAfter)
{
    /// <summary>The most instances, failures, or requests of one model that are taken at a time.</summary>
    public const int Round = 100;

    private const int MaxAnnounced = 1000;

    // Instances go out as one message, which must be small enough for the broker (RabbitMQ takes 16 MiB), whatever their senders wrote into the patient's attributes.
    private const int MaxLetters = 1 << 20;

    // At most so many are announced and not recorded; what was recorded since the last count is still in it.
    private int announced = MaxAnnounced;

    /// <summary>The queues that requests for <paramref name="models"/> are sent to.</summary>
    public static IEnumerable<QueueDefinition> RequestQueues(IEnumerable<string> models) =>
        models.SelectMany(model => new[] { Queues.Analyse(model, stat: false), Queues.Analyse(model, stat: true) });

    /// <summary>Takes the next messages; one write of ingest.db.</summary>
    public async Task<Outgoing> TakeAsync(IngestDb db, DateTime now)
    {
        var instances = await TakeInstancesAsync(db, now);
        // Where no model takes what is stored, most rounds end here.
        if (instances.Count > 0 && !await db.Requests.AnyAsync(row => row.State == RequestState.Queued || (row.State == RequestState.Delayed && row.DueAt <= now) || (row.State == RequestState.GivenUp && row.SentAt == null)))
            return new Outgoing(instances, [], [], null);
        await db.Requests.Where(row => row.State == RequestState.Delayed && row.DueAt <= now)
            .ExecuteUpdateAsync(set => set.SetProperty(row => row.State, RequestState.Queued).SetProperty(row => row.DueAt, (DateTime?)null));
        var outgoing = new Outgoing(
            instances,
            await TakeFailuresAsync(db, now),
            await TakeRequestsAsync(db, now),
            await db.Requests.Where(row => row.State == RequestState.Delayed).MinAsync(row => row.DueAt));
        await db.SaveChangesAsync();
        return outgoing;
    }

    /// <summary>Puts back what could not be sent; it does not count as an attempt. One write of ingest.db.</summary>
    public static async Task<int> PutBackAsync(IngestDb db, Outgoing unsent)
    {
        var instances = unsent.Instances.Select(each => each.RowId).ToArray();
        var failures = unsent.Failures.Select(each => each.RowId).ToArray();
        var requests = unsent.Requests.Select(each => each.RowId).ToArray();
        return await db.Recordings.Where(row => instances.Contains(row.Id)).ExecuteUpdateAsync(set => set.SetProperty(row => row.SentAt, (DateTime?)null))
            + await db.Requests.Where(row => failures.Contains(row.Id) && row.State == RequestState.GivenUp)
                .ExecuteUpdateAsync(set => set.SetProperty(row => row.SentAt, (DateTime?)null))
            + await db.Requests.Where(row => requests.Contains(row.Id) && row.State == RequestState.Sent)
                .ExecuteUpdateAsync(set => set.SetProperty(row => row.State, RequestState.Queued).SetProperty(row => row.Attempts, row => row.Attempts - 1));
    }

    /// <summary>
    /// Only so many are announced and not recorded at a time: the queue before Results lies in memory. They are counted when there may be so many, not in every round: the count
    /// passes by all that were recorded lately. Several relays exceed the limit by what each of them takes between two counts; that is harmless.
    /// </summary>
    private async Task<List<Outgoing<InstanceStored>>> TakeInstancesAsync(IngestDb db, DateTime now)
    {
        if (announced + Round > MaxAnnounced)
            announced = await db.Recordings.CountAsync(row => row.SentAt != null);
        var free = MaxAnnounced - announced;
        if (free <= 0)
            return [];
        var rows = await db.Taking(db.Recordings.Where(row => row.SentAt == null).OrderBy(row => row.Id).Take(Math.Min(Round, free))).AsNoTracking().ToListAsync();
        var letters = 0;
        rows = [.. rows.TakeWhile((row, index) => (letters += row.Body.Length) <= MaxLetters || index == 0)];
        var taken = rows.ConvertAll(row => row.Id);
        announced += taken.Count;
        if (taken.Count > 0)
            await db.Recordings.Where(row => EF.Parameter(taken).Contains(row.Id)).ExecuteUpdateAsync(set => set.SetProperty(row => row.SentAt, now));
        return rows.ConvertAll(row => new Outgoing<InstanceStored>(row.Id, row.Message(), row.TraceParent));
    }

    private async Task<List<Outgoing<AnalysisFailed>>> TakeFailuresAsync(IngestDb db, DateTime now)
    {
        var rows = await db.Taking(db.Requests.Where(row => row.State == RequestState.GivenUp && row.SentAt == null).OrderBy(row => row.Id).Take(Round)).ToListAsync();
        foreach (var row in rows)
            row.SentAt = now;
        return rows.ConvertAll(row => new Outgoing<AnalysisFailed>(
            row.Id, new AnalysisFailed(KeyOf(row), models.Contains(row.ModelName) ? Exhausted(row) : NoModel, row.Attempts), row.TraceParent));
    }

    /// <summary>Two relays that count at the same moment exceed the limits by what each of them takes; that is harmless. Of each model, as many as may be in flight: one suspect if none is in flight, then the others, STAT first.</summary>
    private async Task<List<Outgoing<AnalyseInstance>>> TakeRequestsAsync(IngestDb db, DateTime now)
    {
        var taken = new List<RequestRow>();
        foreach (var model in models)
        {
            var inFlight = await db.Requests.CountAsync(row => row.State == RequestState.Sent && row.ModelName == model);
            if (inFlight >= maxInFlight)
                continue;
            var queued = db.Requests.Where(row => row.State == RequestState.Queued && row.ModelName == model);
            // The least tried goes first, so that the request that kills the process is the last of its neighbours to be tried again.
            if (!await db.Requests.AnyAsync(row => row.State == RequestState.Sent && row.ModelName == model && row.Suspect)
                && await db.Taking(queued.Where(row => row.Suspect).OrderByDescending(row => row.Stat).ThenBy(row => row.Attempts).ThenBy(row => row.Id)).FirstOrDefaultAsync() is { } suspect)
            {
                taken.Add(suspect);
                inFlight++;
            }

            taken.AddRange(await db.Taking(queued.Where(row => !row.Suspect).OrderByDescending(row => row.Stat).ThenBy(row => row.Id).Take(Math.Min(Round, maxInFlight - inFlight))).ToListAsync());
        }

        foreach (var row in taken)
        {
            row.State = RequestState.Sent;
            row.SentAt = now;
            row.Attempts++;
            row.DueAt = now + (lostAfter * (1 << (row.Attempts - 1)));
        }

        return taken.ConvertAll(row => new Outgoing<AnalyseInstance>(
            row.Id, new AnalyseInstance(KeyOf(row), row.BlobKey, row.Stat, row.Attempts, row.ReceivedAt, now), row.TraceParent));
    }

    private static AnalysisReason NoModel { get; } = new(ReasonCode.ModelNotFound, "The model is no longer in the catalogue.");

    private static AnalysisReason Exhausted(RequestRow row) =>
        new(ReasonCode.AttemptsExhausted, FormattableString.Invariant($"Given up after {row.Attempts} attempts; the last ended as: {row.LastEnd}."));

    private static AnalysisKey KeyOf(RequestRow row) =>
        new(row.AnalysisId, row.Tenant, row.StudyInstanceUid, row.SeriesInstanceUid, row.SopInstanceUid, row.Revision, row.ModelName);
}
