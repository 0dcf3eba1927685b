using System.ComponentModel.DataAnnotations;

namespace MedCloud.Ingest.Ledger;

/// <summary>The ledger: section <c>MedCloud:Ledger</c>.</summary>
public sealed record LedgerOptions
{
    /// <summary>
    /// How many requests of one model may be sent and not ended. Default 64 in one process: it bounds the in-memory queue, and how many requests become suspects when the
    /// process is killed. Default 10000 with a broker, whose queues hold the backlog and are what workers are scaled by; several relays may exceed it a little.
    /// </summary>
    [Range(1, 1_000_000, ErrorMessage = "MedCloud:Ledger:MaxInFlight must be between 1 and 1000000")]
    public int? MaxInFlight { get; init; }

    /// <summary>
    /// With a broker: how long after it was sent a message without an end counts as lost, if its queue holds none that waits; the wait doubles with each attempt. Default 10 minutes.
    /// One that was not lost after all does no harm: its second outcome is ignored.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:01", "1.00:00:00", ErrorMessage = "MedCloud:Ledger:LostAfter must be between 00:00:01 and 1.00:00:00, e.g. 00:10:00")]
    public TimeSpan LostAfter { get; init; } = TimeSpan.FromMinutes(10);
}
