using System.Collections.Frozen;

namespace MedCloud.Dicom;

/// <summary>The registered UIDs of PS3.6 annex A that name transfer syntaxes and SOP classes, loaded at first use.</summary>
internal static class UidTable
{
    private static readonly Lazy<FrozenDictionary<string, Row>> Loaded = new(Load);

    public static IReadOnlyList<Row> All => Loaded.Value.Values;

    public static Row? Find(string uid) => Loaded.Value.GetValueOrDefault(uid);

    private static FrozenDictionary<string, Row> Load() =>
        TableResource.Rows("uids.tsv")
            .Select(row => new Row(Uid.Parse(row[0]), row[1], row[2]))
            .ToFrozenDictionary(row => row.Uid.Value);

    /// <param name="Uid">The UID.</param>
    /// <param name="Kind"><c>syntax</c>, <c>storage</c> or <c>class</c>.</param>
    /// <param name="Name">As the standard prints it.</param>
    public sealed record Row(Uid Uid, string Kind, string Name);
}
