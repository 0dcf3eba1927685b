namespace MedCloud.Interop.Tests;

/// <summary>Compares two readings of one data set.</summary>
internal static class Comparison
{
    /// <summary>The differences, each a line; what the other reader does not tell is not compared.</summary>
    public static IEnumerable<string> Of(IReadOnlyList<FoundElement> ours, IReadOnlyList<FoundElement> theirs, bool explicitVr)
    {
        var byPath = theirs.ToDictionary(element => element.Path);
        foreach (var own in ours)
        {
            if (!byPath.Remove(own.Path, out var other))
                yield return $"{own.Path} {own.Vr} is found by us alone";
            else if (Difference(own, other, explicitVr) is { } difference)
                yield return $"{own.Path} {own.Vr}: {difference}";
        }
        foreach (var missed in byPath.Values)
            yield return $"{missed.Path} {missed.Vr} is not found by us";
    }

    private static string? Difference(FoundElement own, FoundElement other, bool explicitVr)
    {
        // Implicit VR: the other's dictionary may be newer, know private elements, or leave the choice of the standard open; and where it has a sequence but
        // the value is none (025_dcm4che_Tag-0040-A170-VR-CS.dcm), we keep the value as UN.
        if (other.Vr.Length > 0 && own.Vr != other.Vr && (explicitVr || own.Vr == "SQ"))
            return $"VR {other.Vr}";
        if (own.Vr == "UN" && other.Vr == "SQ")
            return null;
        if (other.Length is { } length && own.Length != length)
            return $"length {own.Length}, not {length}";
        if (other.Hash.Length > 0 && own.Hash.Length > 0 && own.Hash != other.Hash)
            return "another value";
        if (other.Text is { } text && own.Text is not null && !Trimmed(own.Text).SequenceEqual(Trimmed(text)))
            return $"text [{string.Join('|', own.Text)}], not [{string.Join('|', text)}]";
        if (other.Numbers is { } numbers && own.Numbers is not null && !own.Numbers.SequenceEqual(numbers))
            return $"numbers [{string.Join('|', own.Numbers)}], not [{string.Join('|', numbers)}]";
        return null;
    }

    /// <summary>Padding is no part of a value, nor the separator of an absent component group of a name; readers differ on a list that ends in empty values.</summary>
    private static List<string> Trimmed(IReadOnlyList<string> text)
    {
        var values = text.Select(value => value.Trim('\0', ' ').TrimEnd('=')).ToList();
        while (values is [.., ""])
            values.RemoveAt(values.Count - 1);
        return values;
    }
}
