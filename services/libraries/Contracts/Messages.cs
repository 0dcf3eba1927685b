using MedCloud.Results.V1;

namespace MedCloud.Contracts;

/// <summary>Which analysis of which bytes: repeated in every message about it.</summary>
/// <param name="AnalysisId">See <see cref="Contracts.AnalysisId"/>.</param>
/// <param name="Tenant">The tenant that the door named.</param>
/// <param name="StudyInstanceUid">(0020,000D)</param>
/// <param name="SeriesInstanceUid">(0020,000E)</param>
/// <param name="SopInstanceUid">(0008,0018)</param>
/// <param name="Revision">1 for the first bytes received under the SOP Instance UID; +1 for each replacement.</param>
/// <param name="ModelName">The model asked for, e.g. "cxr-pneumonia".</param>
public sealed record AnalysisKey(
    Guid AnalysisId,
    string Tenant,
    string StudyInstanceUid,
    string SeriesInstanceUid,
    string SopInstanceUid,
    int Revision,
    string ModelName);

/// <summary>Command, Ingest to a worker: analyse one stored instance with one model. Carries no pixels, names or free text.</summary>
/// <param name="Key">What to analyse.</param>
/// <param name="BlobKey">Where the Part 10 file lies.</param>
/// <param name="Stat">Whether it was sent by the STAT queue.</param>
/// <param name="Attempt">1 for the first time the request is sent.</param>
/// <param name="ReceivedAt">When the door began to receive the instance, UTC.</param>
/// <param name="QueuedAt">When this message was sent, UTC.</param>
public sealed record AnalyseInstance(AnalysisKey Key, string BlobKey, bool Stat, int Attempt, DateTime ReceivedAt, DateTime QueuedAt);

/// <summary>
/// What is said of one instance in a message that speaks of many: to the broker and to both ends a message costs more than what it says of one.
/// </summary>
/// <param name="Event">What is said.</param>
/// <param name="TraceParent">The trace that it continues (W3C Trace Context); empty where nothing is traced.</param>
public sealed record Traced<T>(T Event, string TraceParent);

/// <summary>Message, Ingest to Results: instances that were stored at about the same time, of any studies. The only one that may carry patient attributes.</summary>
/// <param name="Instances">One at least.</param>
public sealed record InstancesStored(IReadOnlyList<Traced<InstanceStored>> Instances);

/// <summary>Event, Ingest to Results: an instance is durable.</summary>
public sealed record InstanceStored
{
    /// <summary>The tenant that the door named.</summary>
    public required string Tenant { get; init; }

    /// <summary>(0020,000D)</summary>
    public required string StudyInstanceUid { get; init; }

    /// <summary>(0020,000E)</summary>
    public required string SeriesInstanceUid { get; init; }

    /// <summary>(0008,0018)</summary>
    public required string SopInstanceUid { get; init; }

    /// <summary>(0008,0016)</summary>
    public required string SopClassUid { get; init; }

    /// <summary>(0002,0010)</summary>
    public required string TransferSyntaxUid { get; init; }

    /// <summary>Where the Part 10 file lies.</summary>
    public required string BlobKey { get; init; }

    /// <summary>1 for the first bytes received under the SOP Instance UID; +1 for each replacement.</summary>
    public required int Revision { get; init; }

    /// <summary>SHA-256 of the data set bytes as received, lower-case hexadecimal.</summary>
    public required string ContentHash { get; init; }

    /// <summary>Whether the sender marked it STAT.</summary>
    public required bool Stat { get; init; }

    /// <summary>When the door began to receive it, UTC.</summary>
    public required DateTime ReceivedAt { get; init; }

    /// <summary>Patient and study attributes as received, trimmed; null where absent or empty.</summary>
    public required StudyAttributes Study { get; init; }

    /// <summary>(0008,0060), null where absent.</summary>
    public string? Modality { get; init; }

    /// <summary>
    /// Every analysis of this revision: pending, or refused by the header gate. Empty where a recorded instance is announced again because a duplicate was marked STAT.
    /// </summary>
    public required IReadOnlyList<ExpectedAnalysis> Analyses { get; init; }
}

/// <summary>Patient and study attributes as received, trimmed; null where absent or empty.</summary>
public sealed record StudyAttributes
{
    /// <summary>(0010,0020)</summary>
    public string? PatientId { get; init; }

    /// <summary>(0010,0010)</summary>
    public string? PatientName { get; init; }

    /// <summary>(0010,0030), YYYYMMDD</summary>
    public string? PatientBirthDate { get; init; }

    /// <summary>(0010,0040)</summary>
    public string? PatientSex { get; init; }

    /// <summary>(0008,0050)</summary>
    public string? AccessionNumber { get; init; }

    /// <summary>(0008,0020), YYYYMMDD</summary>
    public string? StudyDate { get; init; }

    /// <summary>(0008,0030)</summary>
    public string? StudyTime { get; init; }

    /// <summary>(0008,1030)</summary>
    public string? StudyDescription { get; init; }

    /// <summary>(0008,0090)</summary>
    public string? ReferringPhysicianName { get; init; }
}

/// <summary>An analysis that an instance will have: pending when <paramref name="Refusal"/> is null.</summary>
/// <param name="AnalysisId">See <see cref="Contracts.AnalysisId"/>.</param>
/// <param name="ModelName">The model's name.</param>
/// <param name="ModelVersion">The version in the catalogue when the instance was stored.</param>
/// <param name="ModelDigest">"sha256:" and the hash of that version's file.</param>
/// <param name="Refusal">The header gate's reason.</param>
public sealed record ExpectedAnalysis(Guid AnalysisId, string ModelName, string ModelVersion, string ModelDigest, AnalysisReason? Refusal);

/// <summary>Why an analysis was refused or failed.</summary>
/// <param name="Code">From the one enumeration of reasons.</param>
/// <param name="Text">One sentence without patient identifiers.</param>
public sealed record AnalysisReason(ReasonCode Code, string Text);

/// <summary>The model version that made an outcome, and how.</summary>
/// <param name="Version">The model's version.</param>
/// <param name="Digest">"sha256:" and the hash of the model file.</param>
/// <param name="ExecutionProvider">ONNX Runtime's name of the provider that ran it.</param>
public sealed record ModelUsed(string Version, string Digest, string ExecutionProvider);

/// <summary>When an analysis passed its stages; UTC, durations in milliseconds.</summary>
public sealed record AnalysisTimings(
    DateTime ReceivedAt,
    DateTime QueuedAt,
    DateTime StartedAt,
    DateTime CompletedAt,
    double PrepareMs,
    double DeviceMs,
    int BatchSize);

/// <summary>A label with its calibrated probability, 0 to 1.</summary>
public sealed record ClassificationFinding(string Code, string Display, double Probability, bool Positive);

/// <summary>A box with its score, 0 to 1; edges as fractions of columns and rows, origin top left.</summary>
public sealed record DetectionFinding(string Code, string Display, double Score, double XMin, double YMin, double XMax, double YMax);

/// <summary>Where a label's finding comes from: a grid over the whole image, first row at the top.</summary>
/// <param name="Code">SNOMED CT, of the label explained.</param>
/// <param name="Display">The code's meaning.</param>
/// <param name="Rows">Rows of the grid, at least 1, and no more than the catalogue's <c>ModelExplanation.MaxMapSide</c>.</param>
/// <param name="Columns">Columns of the grid, likewise.</param>
/// <param name="Values">Row by row, finite and not negative.</param>
public sealed record LabelMap(string Code, string Display, int Rows, int Columns, IReadOnlyList<float> Values);

/// <summary>The maps of an outcome, one for a label, no more than the catalogue's <c>ModelExplanation.MaxMaps</c>.</summary>
public sealed record AnalysisMaps(ExplanationMethod Method, IReadOnlyList<LabelMap> Maps);

/// <summary>Event, worker to Results: the model ran. <paramref name="Explanation"/> is null where none was made.</summary>
public sealed record AnalysisCompleted(
    AnalysisKey Key,
    ModelUsed Model,
    IReadOnlyList<ClassificationFinding> Classifications,
    IReadOnlyList<DetectionFinding> Detections,
    AnalysisTimings Timings,
    AnalysisMaps? Explanation = null);

/// <summary>Event, worker to Results: the instance cannot be analysed, and no repetition will change that. <paramref name="Model"/> is null where none was loaded.</summary>
public sealed record AnalysisRefused(AnalysisKey Key, AnalysisReason Reason, ModelUsed? Model);

/// <summary>Event to Results: given up (by the worker at an unexpected exception, by the ledger after the last attempt).</summary>
public sealed record AnalysisFailed(AnalysisKey Key, AnalysisReason Reason, int Attempts);

/// <summary>Event, worker to the ledger: not now (a dependency is away); the ledger sends the request again later.</summary>
/// <param name="AnalysisId">The request.</param>
/// <param name="Reason">A short machine-readable word, e.g. "blob-store-unavailable".</param>
public sealed record AnalysisDelayed(Guid AnalysisId, string Reason);

/// <summary>Message, Results to the ledger: these of one <see cref="InstancesStored"/> are committed.</summary>
/// <param name="Instances">One at least.</param>
public sealed record InstancesRecorded(IReadOnlyList<Traced<InstanceRecorded>> Instances);

/// <summary>Event, Results to the ledger: the instance's row is committed. Sent again for every duplicate of <see cref="InstanceStored"/>.</summary>
/// <param name="Tenant">As in <see cref="InstanceStored"/>.</param>
/// <param name="SopInstanceUid">(0008,0018)</param>
/// <param name="Revision">As in <see cref="InstanceStored"/>.</param>
/// <param name="Stat">As in the <see cref="InstanceStored"/> that is confirmed.</param>
public sealed record InstanceRecorded(string Tenant, string SopInstanceUid, int Revision, bool Stat);

/// <summary>Event, Results to the ledger: the analysis' outcome is committed. Sent again for every duplicate outcome.</summary>
public sealed record AnalysisRecorded(Guid AnalysisId);
