namespace MedCloud.Ingest.Index;

/// <summary>A study of which an instance was stored.</summary>
public sealed class StudyRow
{
    public required string Tenant { get; init; }

    public required string StudyInstanceUid { get; init; }

    /// <summary>Raised by a sender's STAT, never lowered.</summary>
    public bool Stat { get; set; }
}

/// <summary>A series of which an instance was stored.</summary>
public sealed class SeriesRow
{
    public required string Tenant { get; init; }

    public required string StudyInstanceUid { get; init; }

    public required string SeriesInstanceUid { get; init; }
}

/// <summary>
/// One revision of an instance. Unique: tenant, SOP Instance UID, revision. A SOP Instance UID that arrives again under another study or series is a revision there;
/// it is found only where its current revision lies.
/// </summary>
public sealed class InstanceRow
{
    public long Id { get; init; }

    public required string Tenant { get; init; }

    public required string StudyInstanceUid { get; init; }

    public required string SeriesInstanceUid { get; init; }

    public required string SopInstanceUid { get; init; }

    public required string SopClassUid { get; init; }

    public required int Revision { get; init; }

    /// <summary>Whether this is the highest revision.</summary>
    public required bool IsCurrent { get; set; }

    public required string TransferSyntaxUid { get; init; }

    /// <summary>SHA-256 of the data set bytes as received, lower-case hexadecimal.</summary>
    public required string ContentHash { get; init; }

    /// <summary>Unique; the sweeper keeps every blob that is named here.</summary>
    public required string BlobKey { get; init; }

    public required DateTime ReceivedAt { get; init; }
}
