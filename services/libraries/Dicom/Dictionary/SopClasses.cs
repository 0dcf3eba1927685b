namespace MedCloud.Dicom;

/// <summary>The SOP classes of PS3.6 annex A.</summary>
public static class SopClasses
{
    /// <summary>Verification (C-ECHO), PS3.4 annex A.</summary>
    public static Uid Verification { get; } = Uid.Parse("1.2.840.10008.1.1");

    /// <summary>All storage SOP classes of the standard, retired ones included, by UID.</summary>
    public static IReadOnlyList<Uid> Storage { get; } =
        [.. UidTable.All.Where(row => row.Kind == "storage").Select(row => row.Uid).OrderBy(uid => uid.Value, StringComparer.Ordinal)];

    /// <summary>Whether objects of this class are stored.</summary>
    public static bool IsStorage(string uid) => UidTable.Find(uid)?.Kind == "storage";

    /// <summary>The standard's name of a SOP class, or null.</summary>
    public static string? NameOf(string uid) => UidTable.Find(uid) is { Kind: "storage" or "class" } row ? row.Name : null;
}
