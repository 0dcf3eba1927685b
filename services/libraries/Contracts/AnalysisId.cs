using System.Globalization;

namespace MedCloud.Contracts;

/// <summary>The identity of an analysis: the same bytes, model and run always give the same id, so that any number of deliveries has one effect.</summary>
public static class AnalysisId
{
    private static readonly Guid NameSpace = new("8f0f2c43-5f3f-4d36-9d5a-6a3a4a6f6d63");

    /// <summary>Version-5 UUID over <c>tenant/SOP Instance UID/content hash/model name/run</c>.</summary>
    /// <param name="tenant">The tenant.</param>
    /// <param name="sopInstanceUid">(0008,0018)</param>
    /// <param name="contentHash">SHA-256 of the data set bytes, lower-case hexadecimal.</param>
    /// <param name="modelName">The model's name.</param>
    /// <param name="run">0; raised by an order to analyse again.</param>
    public static Guid Create(string tenant, string sopInstanceUid, string contentHash, string modelName, int run = 0) =>
        NameUuid.Create(NameSpace, string.Create(CultureInfo.InvariantCulture, $"{tenant}/{sopInstanceUid}/{contentHash}/{modelName}/{run}"));
}
