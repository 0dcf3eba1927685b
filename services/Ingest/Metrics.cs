using System.Diagnostics.Metrics;
using MedCloud.Contracts;
using MedCloud.Hosting;
using MedCloud.Ingest.Index;
using MedCloud.Ingest.Ledger;
using Tag = System.Collections.Generic.KeyValuePair<string, object?>;

namespace MedCloud.Ingest;

/// <summary>What Ingest counts and times; the meaning of each stands in docs/operations.md. No tag has more values than there are doors, models and reasons.</summary>
internal static class Metrics
{
    private static readonly Meter Meter = new("MedCloud.Ingest");

    private static readonly Histogram<double> StoreDuration = Meter.CreateSeconds("medcloud.store.duration", "One object, from its first byte to its outcome.");
    private static readonly Counter<long> StoreSize = Meter.CreateCounter<long>("medcloud.store.size", "By", "Bytes of the objects that were stored and are no duplicates.");
    private static readonly Counter<long> StoreStudies = Meter.CreateCounter<long>("medcloud.store.studies", "{study}", "Studies of which a first instance was stored.");
    private static readonly Counter<long> StoreRefusals = Meter.CreateCounter<long>("medcloud.store.refusals", "{instance}", "Objects that were refused.");
    private static readonly Counter<long> RequestRefusals = Meter.CreateCounter<long>("medcloud.dicomweb.refusals", "{request}", "DICOMweb requests that were refused as a whole.");
    private static readonly Counter<long> Associations = Meter.CreateCounter<long>("medcloud.associations.accepted", "{association}", "Associations that were accepted.");
    private static readonly Counter<long> Rejections = Meter.CreateCounter<long>("medcloud.associations.rejected", "{association}", "Associations that were rejected.");
    private static readonly Counter<long> OutOfScope = Meter.CreateCounter<long>("medcloud.analyses.out_of_scope", "{analysis}", "Analyses that the header gate refused.");
    private static readonly Counter<long> MessagesSent = Meter.CreateCounter<long>("medcloud.outbox.sent", "{message}", "Messages that went out of the outbox.");
    private static readonly Counter<long> SendFailures = Meter.CreateCounter<long>("medcloud.outbox.failures", "{message}", "Messages that could not be sent and were put back.");
    private static readonly Counter<long> MessagesLost = Meter.CreateCounter<long>("medcloud.ledger.lost", "{message}", "Messages that count as lost and are sent again.");
    private static readonly Counter<long> DeadLetters = Meter.CreateCounter<long>("medcloud.ledger.dead_lettered", "{request}", "Requests that came back from every delivery without an outcome.");
    private static readonly Counter<long> BlobsSwept = Meter.CreateCounter<long>("medcloud.sweeper.deleted", "{blob}", "Blobs that nothing named and the sweeper deleted.");

    private static readonly Gauge<long> LedgerRequests = Meter.CreateGauge<long>("medcloud.ledger.requests", "{request}", "Requests that Results has not closed.");
    private static readonly Gauge<double> LedgerAge = Meter.CreateGauge<double>("medcloud.ledger.age", "s", "Since the reception of the oldest request that is not closed.");
    private static readonly Gauge<long> LedgerInstances = Meter.CreateGauge<long>("medcloud.ledger.instances", "{instance}", "Instances that Results has not confirmed.");
    private static readonly Gauge<long> OutboxDepth = Meter.CreateGauge<long>("medcloud.outbox.depth", "{message}", "Messages that wait to be sent.");
    private static readonly Gauge<double> OutboxAge = Meter.CreateGauge<double>("medcloud.outbox.age", "s", "Since the reception of the oldest instance that waits to be announced.");

    /// <summary>Whether anybody reads the ledger's gauges.</summary>
    public static bool LedgerIsRead => LedgerRequests.Enabled;

    /// <summary>An object has its outcome.</summary>
    public static void Ended(Reception reception, StoreOutcome outcome, TimeSpan duration)
    {
        var name = outcome switch
        {
            StoreOutcome.Stored { Duplicate: true } => "duplicate",
            StoreOutcome.Stored => "stored",
            _ => "refused",
        };
        StoreDuration.Record(duration.TotalSeconds, new Tag("door", reception.Door), new Tag("outcome", name));
        if (outcome is StoreOutcome.Refused refused)
            Refused(reception.Door, refused.Code);
    }

    /// <summary>A revision was added.</summary>
    public static void Added(NewInstance instance, bool isNewStudy, string door)
    {
        StoreSize.Add(instance.Bytes, new Tag("door", door));
        if (isNewStudy)
            StoreStudies.Add(1, new Tag("door", door));
        foreach (var analysis in instance.Analyses)
        {
            if (analysis.Refusal is { } refusal)
                OutOfScope.Add(1, new Tag("model", analysis.ModelName), new Tag("reason", refusal.Code.ToString()));
        }
    }

    /// <summary>An object was refused.</summary>
    public static void Refused(string door, ErrorCode reason) => StoreRefusals.Add(1, new Tag("door", door), new Tag("reason", reason.ToString()));

    /// <summary>A DICOMweb request was refused as a whole.</summary>
    public static void RequestRefused(ErrorCode reason) => RequestRefusals.Add(1, new Tag("reason", reason.ToString()));

    /// <summary>An association was accepted.</summary>
    public static void Accepted() => Associations.Add(1);

    /// <summary>An association was rejected.</summary>
    /// <param name="reason">The numbers of PS3.8 and their name.</param>
    public static void Rejected(string reason) => Rejections.Add(1, new Tag("reason", reason));

    /// <summary>Messages of the outbox went out, but for those that are put back.</summary>
    public static void Sent(Outgoing taken, Outgoing? unsent)
    {
        Count("instance", taken.Instances.Count, unsent?.Instances.Count ?? 0);
        Count("failure", taken.Failures.Count, unsent?.Failures.Count ?? 0);
        Count("request", taken.Requests.Count, unsent?.Requests.Count ?? 0);

        static void Count(string kind, int all, int failed)
        {
            MessagesSent.Add(all - failed, new Tag("kind", kind));
            SendFailures.Add(failed, new Tag("kind", kind));
        }
    }

    /// <summary>Messages count as lost.</summary>
    public static void Lost(int instances, int requests, int failures)
    {
        MessagesLost.Add(instances, new Tag("kind", "instance"));
        MessagesLost.Add(requests, new Tag("kind", "request"));
        MessagesLost.Add(failures, new Tag("kind", "failure"));
    }

    /// <summary>A request came back by the dead letters.</summary>
    public static void DeadLettered(string model) => DeadLetters.Add(1, new Tag("model", model));

    /// <summary>The sweeper has swept.</summary>
    public static void Swept(int blobs) => BlobsSwept.Add(blobs);

    /// <summary>Where the requests of one model stand.</summary>
    /// <param name="model">Its name.</param>
    /// <param name="counts">How many are in a state; those that are missing are none.</param>
    /// <param name="age">Since the reception of the oldest.</param>
    public static void Requests(string model, IReadOnlyDictionary<RequestState, int> counts, TimeSpan age)
    {
        foreach (var (state, name) in new[] { (RequestState.Queued, "queued"), (RequestState.Sent, "sent"), (RequestState.Delayed, "delayed"), (RequestState.GivenUp, "given-up") })
            LedgerRequests.Record(counts.GetValueOrDefault(state), new Tag("model", model), new Tag("state", name));
        LedgerAge.Record(age.TotalSeconds, new Tag("model", model));
    }

    /// <summary>Where the announcements of instances stand, and the whole outbox.</summary>
    public static void Outbox(int waiting, int announced, int depth, TimeSpan age)
    {
        LedgerInstances.Record(waiting, new Tag("state", "queued"));
        LedgerInstances.Record(announced, new Tag("state", "sent"));
        OutboxDepth.Record(depth);
        OutboxAge.Record(age.TotalSeconds);
    }
}
