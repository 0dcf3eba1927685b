using System.Collections.Frozen;
using System.Globalization;

namespace MedCloud.Dicom;

/// <summary>What PS3.6 says about an attribute.</summary>
/// <param name="Vr">The VR; where the standard leaves a choice, US for "US or SS" and OW for the others.</param>
/// <param name="Keyword">E.g. <c>StudyInstanceUID</c>.</param>
public sealed record DictionaryEntry(Vr Vr, string Keyword)
{
    /// <summary>"US or SS": signed where Pixel Representation (0028,0103) is 1.</summary>
    internal bool FollowsPixelRepresentation { get; init; }
}

/// <summary>The data dictionary of PS3.6 (and PS3.7 annex E), loaded at first use; private attributes are not in it.</summary>
public static class DataDictionary
{
    private static readonly Lazy<Tables> Loaded = new(Load);

    /// <summary>The entry of a tag; null if it is private or unknown. Repeating groups (50xx, 60xx, ...) are found by mask.</summary>
    public static DictionaryEntry? Find(DicomTag tag)
    {
        var tables = Loaded.Value;
        if (tables.Entries.TryGetValue(tag.Number, out var entry))
            return entry;
        if (tag.IsPrivate)
            return null;
        foreach (var (mask, masked) in tables.Repeating)
        {
            if (masked.TryGetValue(tag.Number & mask, out entry))
                return entry;
        }
        return null;
    }

    /// <summary>The VR of a tag where the file gives none (implicit VR), decided in the data set that the element stands in.</summary>
    internal static Vr VrOf(DicomTag tag, DataSet around)
    {
        if (tag.IsGroupLength)
            return Vr.UL;
        if (tag.IsPrivate)
            return tag.IsPrivateCreator ? Vr.LO : Vr.UN;
        return Find(tag) switch
        {
            null => Vr.UN,
            { FollowsPixelRepresentation: true } => around.HasSignedPixels ? Vr.SS : Vr.US,
            { } entry => entry.Vr,
        };
    }

    private static Tables Load()
    {
        var entries = new Dictionary<uint, DictionaryEntry>();
        var repeating = new Dictionary<uint, Dictionary<uint, DictionaryEntry>>();
        foreach (var row in TableResource.Rows("dictionary.tsv"))
        {
            var entry = new DictionaryEntry(VrIn(row[1]), row[3]) { FollowsPixelRepresentation = row[1] == "US or SS" };
            var number = uint.Parse(row[0].Replace('x', '0'), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            if (!row[0].Contains('x', StringComparison.Ordinal))
            {
                entries.Add(number, entry);
                continue;
            }
            var mask = uint.Parse(string.Concat(row[0].Select(digit => digit == 'x' ? '0' : 'F')), NumberStyles.HexNumber, CultureInfo.InvariantCulture);
            if (!repeating.TryGetValue(mask, out var masked))
                repeating.Add(mask, masked = []);
            masked.Add(number, entry);
        }
        return new Tables(entries.ToFrozenDictionary(), [.. repeating.Select(pair => (pair.Key, pair.Value.ToFrozenDictionary()))]);
    }

    /// <summary>PS3.5 annex A.1: where implicit VR leaves the choice, pixel, overlay and look-up table data is OW.</summary>
    private static Vr VrIn(string text) => text switch
    {
        "US or SS" => Vr.US,
        "OB or OW" or "US or OW" or "US or SS or OW" => Vr.OW,
        _ => Enum.Parse<Vr>(text),
    };

    private sealed record Tables(FrozenDictionary<uint, DictionaryEntry> Entries, IReadOnlyList<(uint Mask, FrozenDictionary<uint, DictionaryEntry> Entries)> Repeating);
}
