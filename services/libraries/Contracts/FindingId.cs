using System.Globalization;

namespace MedCloud.Contracts;

/// <summary>The identity of one finding within an analysis.</summary>
public static class FindingId
{
    private static readonly Guid NameSpace = new("c9f7e0d4-3f0b-49d7-8f49-0c0d5d0a2b11");

    /// <summary>Version-5 UUID over analysis id, code and position (0 for the first finding of its list).</summary>
    public static Guid Create(Guid analysisId, string code, int position) =>
        NameUuid.Create(NameSpace, string.Create(CultureInfo.InvariantCulture, $"{analysisId:D}/{code}/{position}"));
}
