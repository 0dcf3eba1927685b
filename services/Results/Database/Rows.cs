using MedCloud.Results.V1;

namespace MedCloud.Results.Database;

/// <summary>A study; patient and study attributes as received, null where absent.</summary>
internal sealed class StudyRow
{
    public long Id { get; set; }

    public required string Tenant { get; set; }

    public required string StudyInstanceUid { get; set; }

    public bool Stat { get; set; }

    public string? PatientId { get; set; }

    public string? PatientName { get; set; }

    public string? PatientBirthDate { get; set; }

    public string? PatientSex { get; set; }

    public string? AccessionNumber { get; set; }

    public string? StudyDate { get; set; }

    public string? StudyTime { get; set; }

    public string? StudyDescription { get; set; }

    public string? ReferringPhysicianName { get; set; }

    public DateTime FirstReceivedAt { get; set; }

    public DateTime LastReceivedAt { get; set; }

    public List<SeriesRow> Series { get; } = [];
}

/// <summary>A series within a study. One without current instances (all of them moved away by a later revision) is not shown.</summary>
internal sealed class SeriesRow
{
    public long Id { get; set; }

    public long StudyId { get; set; }

    public required StudyRow Study { get; set; }

    public required string SeriesInstanceUid { get; set; }

    public string? Modality { get; set; }

    /// <summary>How many instances have their current revision here.</summary>
    public int InstanceCount { get; set; }
}

/// <summary>One revision of an instance. The newest one is current.</summary>
internal sealed class InstanceRow
{
    public long Id { get; set; }

    public long SeriesId { get; set; }

    public required SeriesRow Series { get; set; }

    public required string Tenant { get; set; }

    public required string SopInstanceUid { get; set; }

    public int Revision { get; set; }

    public bool IsCurrent { get; set; }

    public required string BlobKey { get; set; }

    public DateTime ReceivedAt { get; set; }
}

/// <summary>An analysis of the newest revision of an instance that has its bytes. Without an instance it is a stub: its outcome came before <c>InstanceStored</c>.</summary>
internal sealed class AnalysisRow
{
    public Guid Id { get; set; }

    public required string Tenant { get; set; }

    public required string SopInstanceUid { get; set; }

    public int Revision { get; set; }

    public long? InstanceId { get; set; }

    public InstanceRow? Instance { get; set; }

    public required string ModelName { get; set; }

    /// <summary>Null in a stub whose outcome did not tell.</summary>
    public string? ModelVersion { get; set; }

    public string? ModelDigest { get; set; }

    public AnalysisState State { get; set; } = AnalysisState.Pending;

    public ReasonCode? ReasonCode { get; set; }

    public string? ReasonText { get; set; }

    /// <summary>The group that the analysis is counted in: set exactly while it is refused and its instance is current.</summary>
    public long? RefusalId { get; set; }

    public RefusalRow? Refusal { get; set; }

    public string? ExecutionProvider { get; set; }

    public DateTime? QueuedAt { get; set; }

    public DateTime? StartedAt { get; set; }

    public DateTime? CompletedAt { get; set; }

    public double PrepareMs { get; set; }

    public double DeviceMs { get; set; }

    public int BatchSize { get; set; }

    public List<FindingRow> Findings { get; } = [];

    public List<MapRow> Maps { get; } = [];
}

/// <summary>One finding of a completed analysis: a label with its probability, or, where the box is set, a box with its score.</summary>
internal sealed class FindingRow
{
    public Guid Id { get; set; }

    public Guid AnalysisId { get; set; }

    /// <summary>Place in its list, from 0.</summary>
    public int Position { get; set; }

    public required string Code { get; set; }

    public required string Display { get; set; }

    /// <summary>Probability or score, 0 to 1.</summary>
    public double Value { get; set; }

    /// <summary>Of a label; null for a box.</summary>
    public bool? Positive { get; set; }

    /// <summary>Of a box; null for a label.</summary>
    public double? XMin { get; set; }

    public double? YMin { get; set; }

    public double? XMax { get; set; }

    public double? YMax { get; set; }
}

/// <summary>Where in the image one label of a completed analysis comes from: a grid over the whole image.</summary>
internal sealed class MapRow
{
    public Guid AnalysisId { get; set; }

    /// <summary>Place in its list, from 0.</summary>
    public int Position { get; set; }

    public ExplanationMethod Method { get; set; }

    public required string Code { get; set; }

    public required string Display { get; set; }

    public int Rows { get; set; }

    public int Columns { get; set; }

    /// <summary>Rows x Columns, row by row, not negative.</summary>
    public required float[] Values { get; set; }
}

/// <summary>The refusals of a series by one model for one reason, shown as one entry however many instances it stands for.</summary>
internal sealed class RefusalRow
{
    public long Id { get; set; }

    public long SeriesId { get; set; }

    public required SeriesRow Series { get; set; }

    public required string ModelName { get; set; }

    public ReasonCode ReasonCode { get; set; }

    public required string ReasonText { get; set; }

    /// <summary>How many analyses name this row.</summary>
    public int InstanceCount { get; set; }
}
