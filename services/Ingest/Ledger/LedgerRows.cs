using System.Text.Json;
using MedCloud.Contracts;

namespace MedCloud.Ingest.Ledger;

/// <summary>
/// Recorded? Open from the transaction that stored the instance until Results confirms it, then deleted, and the patient's attributes in <see cref="Body"/> with it.
/// While <see cref="SentAt"/> is null it is an unsent message: the outbox and the ledger are one table.
/// </summary>
public sealed class RecordingRow
{
    /// <summary>What a <see cref="Body"/> marked STAT holds, and no other: the quotation marks of a value are escaped.</summary>
    public const string StatInBody = "\"Stat\":true";

    public long Id { get; init; }

    public required string Tenant { get; init; }

    public required string SopInstanceUid { get; init; }

    public required int Revision { get; init; }

    /// <summary>The <see cref="Contracts.InstanceStored"/> to send, as JSON.</summary>
    public required string Body { get; set; }

    public required DateTime CreatedAt { get; init; }

    /// <summary>The trace of the reception, which the message continues; empty where nothing was traced.</summary>
    public string TraceParent { get; init; } = "";

    /// <summary>When it was last sent; null while it waits.</summary>
    public DateTime? SentAt { get; set; }

    /// <summary>What <see cref="Body"/> holds.</summary>
    public InstanceStored Message() => JsonSerializer.Deserialize<InstanceStored>(Body) ?? throw new InvalidDataException("A ledger row holds no message.");
}

/// <summary>Where an analysis request stands.</summary>
public enum RequestState
{
    /// <summary>To be sent: an unsent message of the outbox.</summary>
    Queued = 0,

    /// <summary>Sent, no end yet.</summary>
    Sent = 1,

    /// <summary>A worker said "not now"; to be sent again when due.</summary>
    Delayed = 2,

    /// <summary>AnalysisFailed is to be sent (no <see cref="RequestRow.SentAt"/>) or was sent, and Results has not confirmed it yet.</summary>
    GivenUp = 3,

    /// <summary>Results has recorded the outcome.</summary>
    Closed = 4,
}

/// <summary>Closed? One for each analysis that the header gate let through.</summary>
public sealed class RequestRow
{
    /// <summary>Orders requests as they were made.</summary>
    public long Id { get; init; }

    /// <summary>Unique.</summary>
    public required Guid AnalysisId { get; init; }

    public required string Tenant { get; init; }

    public required string StudyInstanceUid { get; set; }

    public required string SeriesInstanceUid { get; set; }

    public required string SopInstanceUid { get; init; }

    public required int Revision { get; set; }

    public required string ModelName { get; init; }

    public required string BlobKey { get; set; }

    /// <summary>The study's priority when the request was made, or raised since.</summary>
    public required bool Stat { get; set; }

    public required DateTime ReceivedAt { get; set; }

    /// <summary>The trace of the reception, which the message continues; empty where nothing was traced.</summary>
    public required string TraceParent { get; set; }

    public required RequestState State { get; set; }

    /// <summary>It was in flight when a process ended, and may have ended it: sent again only when no other suspect of its model is in flight.</summary>
    public bool Suspect { get; set; }

    /// <summary>How often it was sent.</summary>
    public int Attempts { get; set; }

    public DateTime? SentAt { get; set; }

    /// <summary>When a delayed request is sent again; when a sent one counts as lost, if nothing speaks against it.</summary>
    public DateTime? DueAt { get; set; }

    /// <summary>How the last attempt ended: "lost", or the worker's word.</summary>
    public string? LastEnd { get; set; }
}
