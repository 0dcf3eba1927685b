using MedCloud.Contracts;
using MedCloud.Dicom;
using MedCloud.ModelCatalogue;
using MedCloud.Results.V1;

namespace MedCloud.Ingest;

/// <summary>The header gate: which active models will analyse an instance, and why the others will not.</summary>
internal static class ExpectedAnalyses
{
    /// <summary>One for each active model.</summary>
    public static IReadOnlyList<ExpectedAnalysis> Of(Catalogue catalogue, string tenant, InstanceIdentity identity, string contentHash, DataSet header) =>
    [
        .. catalogue.Active.Select(model => new ExpectedAnalysis(
            AnalysisId.Create(tenant, identity.SopInstanceUid.Value, contentHash, model.Manifest.Name),
            model.Manifest.Name,
            model.Manifest.Version,
            model.Digest,
            HeaderGate.Check(model.Manifest, header) is { } refusal ? new AnalysisReason(CodeOf(refusal.Rule), refusal.Sentence) : null)),
    ];

    private static ReasonCode CodeOf(ScopeRule rule) => rule switch
    {
        ScopeRule.Modality => ReasonCode.OutOfScopeModality,
        ScopeRule.SopClass => ReasonCode.OutOfScopeSopClass,
        ScopeRule.BodyPart => ReasonCode.OutOfScopeBodyPart,
        ScopeRule.Photometric => ReasonCode.OutOfScopePhotometric,
        ScopeRule.Size => ReasonCode.OutOfScopeSize,
        ScopeRule.Age => ReasonCode.OutOfScopeAge,
    };
}
