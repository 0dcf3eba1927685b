using System.Globalization;
using MedCloud.Contracts;
using MedCloud.Results.V1;

namespace MedCloud.Services.Tests.Results;

/// <summary>The events that a hospital's day makes. Numbers stand for UIDs: study 1, series 1, instance 1.</summary>
internal static class Events
{
    public const string Pneumonia = "cxr-pneumonia";
    public const string Lungs = "cxr-lungs";

    private const string Tenant = "default";
    private const string Root = "1.2.826.0.1.3680043.8.498";
    private static readonly DateTime FirstReception = new(2026, 3, 2, 8, 0, 0, DateTimeKind.Utc);

    public static string StudyUid(int study) => $"{Root}.1.{study}";

    public static string SeriesUid(int study, int series) => $"{Root}.2.{study}.{series}";

    public static string SopUid(int instance) => $"{Root}.3.{instance}";

    public static string Hash(int instance, int revision) => string.Create(CultureInfo.InvariantCulture, $"{instance:x32}{revision:x32}");

    /// <summary>Instance 1 is received at 08:00:01, instance 2 a second later.</summary>
    public static DateTime ReceivedAt(int instance) => FirstReception.AddSeconds(instance);

    public static Guid IdOf(int instance, string model, int revision = 1) => AnalysisId.Create(Tenant, SopUid(instance), Hash(instance, revision), model);

    /// <summary>An instance with a pending analysis by each of <paramref name="models"/>.</summary>
    public static InstanceStored Stored(int study, int instance, int series = 1, int revision = 1, params IReadOnlyList<string> models) => new()
    {
        Tenant = Tenant,
        StudyInstanceUid = StudyUid(study),
        SeriesInstanceUid = SeriesUid(study, series),
        SopInstanceUid = SopUid(instance),
        SopClassUid = "1.2.840.10008.5.1.4.1.1.1.1",
        TransferSyntaxUid = "1.2.840.10008.1.2.1",
        BlobKey = $"{Tenant}/{StudyUid(study)}/{SeriesUid(study, series)}/{SopUid(instance)}/{new Guid(instance, (short)revision, 0x7000, [0x80, 0, 0, 0, 0, 0, 0, 0])}.dcm",
        Revision = revision,
        ContentHash = Hash(instance, revision),
        Stat = false,
        ReceivedAt = ReceivedAt(instance),
        Study = new StudyAttributes { PatientId = $"P{study}", StudyDate = "20260301" },
        Modality = "DX",
        Analyses = [.. models.Select(model => new ExpectedAnalysis(IdOf(instance, model, revision), model, "1.0.0", "sha256:abc", null))],
    };

    /// <summary>The bytes of an earlier revision, received again after others: the analyses are the same, too.</summary>
    public static InstanceStored Returning(this InstanceStored earlier, int revision) => earlier with { Revision = revision };

    /// <summary>The same with the header gate's refusal by each of its models.</summary>
    public static InstanceStored RefusedBy(this InstanceStored stored, ReasonCode code, string text) =>
        stored with { Analyses = [.. stored.Analyses.Select(analysis => analysis with { Refusal = new AnalysisReason(code, text) })] };

    public static AnalysisKey Key(InstanceStored stored, string model) => new(
        stored.Analyses.Single(analysis => analysis.ModelName == model).AnalysisId,
        stored.Tenant,
        stored.StudyInstanceUid,
        stored.SeriesInstanceUid,
        stored.SopInstanceUid,
        stored.Revision,
        model);

    public static AnalysisCompleted Classified(InstanceStored stored, double probability = 0.91) => new(
        Key(stored, Pneumonia),
        new ModelUsed("1.0.0", "sha256:def", "CPUExecutionProvider"),
        [
            new ClassificationFinding("233604007", "Pneumonia", probability, probability >= 0.5),
            new ClassificationFinding("53084003", "Bacterial pneumonia", 0.75, probability >= 0.5),
            new ClassificationFinding("75570004", "Viral pneumonia", 0.25, false),
        ],
        [],
        Timings(stored));

    public static AnalysisCompleted Detected(InstanceStored stored, params IReadOnlyList<DetectionFinding> boxes) => new(
        Key(stored, Lungs), new ModelUsed("1.0.0", "sha256:123", "CPUExecutionProvider"), [], boxes, Timings(stored));

    public static DetectionFinding RightLung { get; } = new("3341006", "Right lung", 0.98, 0.125, 0.25, 0.4375, 0.75);

    public static DetectionFinding LeftLung { get; } = new("44029006", "Left lung", 0.95, 0.5625, 0.25, 0.875, 0.75);

    /// <summary>The same with a map of 2 x 4 for pneumonia, hottest in the second row's third place, and one for its kind.</summary>
    public static AnalysisCompleted Explained(this AnalysisCompleted completed) => completed with
    {
        Explanation = new AnalysisMaps(ExplanationMethod.ClassActivation,
        [
            new LabelMap("233604007", "Pneumonia", 2, 4, [0, 0.5f, 0, 0, 0, 0, 2, 0]),
            new LabelMap("53084003", "Bacterial pneumonia", 1, 2, [0.25f, 0]),
        ]),
    };

    public static AnalysisRefused Refused(InstanceStored stored, string model, ReasonCode code, string text) =>
        new(Key(stored, model), new AnalysisReason(code, text), null);

    public static AnalysisFailed Failed(InstanceStored stored, string model) =>
        new(Key(stored, model), new AnalysisReason(ReasonCode.AttemptsExhausted, "The analysis was given up after 6 attempts"), 6);

    private static AnalysisTimings Timings(InstanceStored stored) => new(
        stored.ReceivedAt, stored.ReceivedAt.AddMilliseconds(5), stored.ReceivedAt.AddMilliseconds(25), stored.ReceivedAt.AddMilliseconds(125), 12.5, 80.25, 4);
}
