using System.Runtime.InteropServices;

namespace MedCloud.Dicom;

/// <summary>A table that maps numbers to others (PS3.3 section C.11.1.1 and C.7.6.3.1.5): what lies outside of it has its first or last entry.</summary>
/// <param name="First">The number that the first entry is for.</param>
/// <param name="Bits">Bits of an entry, 8 to 16: the greatest output is 2^Bits - 1.</param>
/// <param name="Entries">1 to 65536 of them.</param>
public sealed record LookupTable(int First, int Bits, ReadOnlyMemory<ushort> Entries)
{
    /// <summary>The output for a number.</summary>
    public int this[double value] => Entries.Span[(int)Math.Clamp(value - First, 0, Entries.Length - 1)];

    /// <summary>Reads a table whose entries stand one after the other; null where it is none, and then <paramref name="problem"/> names the attribute.</summary>
    internal static LookupTable? From(DataSet dataSet, DicomTag descriptor, DicomTag data, out string? problem)
    {
        if (Describe(dataSet, descriptor, out problem) is not var (count, first, bits))
            return null;
        var values = Words(dataSet, data, count, bits);
        problem = values.Length < count ? $"Lookup Table Data {data} has fewer entries than {descriptor} says" : null;
        return problem is null ? new LookupTable(first, bits, values.AsMemory(0, count)) : null;
    }

    /// <summary>Reads a table in segments (PS3.3 section C.7.9.2), likewise.</summary>
    internal static LookupTable? FromSegments(DataSet dataSet, DicomTag descriptor, DicomTag data, out string? problem)
    {
        if (Describe(dataSet, descriptor, out problem) is not var (count, first, bits))
            return null;
        var entries = new List<ushort>(count);
        var words = Words(dataSet, data, int.MaxValue, bits);
        if (Expand(words, 0, int.MaxValue, inBytes: bits == 8, entries, count) && entries.Count >= count)
            return new LookupTable(first, bits, entries.ToArray().AsMemory(0, count));
        problem = $"the segments of {data} do not make the entries that {descriptor} says";
        return null;
    }

    /// <summary>How many entries, the number that the first is for, and their bits.</summary>
    private static (int Count, int First, int Bits)? Describe(DataSet dataSet, DicomTag descriptor, out string? problem)
    {
        problem = $"Lookup Table Descriptor {descriptor} is absent or not three numbers";
        if (!dataSet.TryGet(descriptor, out var element) || element.Value.Length < 6)
            return null;
        var words = MemoryMarshal.Cast<byte, ushort>(element.Value.Span);
        var signed = element.Vr == Vr.SS || (element.Vr != Vr.US && dataSet.HasSignedPixels);
        if (words[2] is < 8 or > 16)
        {
            problem = $"Lookup Table Descriptor {descriptor} asks for entries of {words[2]} bits, not 8 to 16";
            return null;
        }
        problem = null;
        return (words[0] == 0 ? 65536 : words[0], signed ? (short)words[1] : words[1], words[2]);
    }

    /// <summary>The words of the data, or its bytes where entries of 8 bits stand two in a word.</summary>
    private static ushort[] Words(DataSet dataSet, DicomTag data, int count, int bits)
    {
        if (!dataSet.TryGet(data, out var element))
            return [];
        var bytes = element.Value.Span;
        if (bits == 8 && bytes.Length < 2L * count)
        {
            var entries = new ushort[bytes.Length];
            for (var index = 0; index < entries.Length; index++)
                entries[index] = bytes[index];
            return entries;
        }
        return MemoryMarshal.Cast<byte, ushort>(bytes).ToArray();
    }

    /// <summary>Runs segments from a position; false where they are none of the standard's.</summary>
    /// <param name="words">The segments; bytes where entries have 8 bits.</param>
    /// <param name="at">The first.</param>
    /// <param name="segments">How many.</param>
    /// <param name="inBytes">Each of the words is a byte.</param>
    /// <param name="entries">Gets the entries.</param>
    /// <param name="count">Enough of them.</param>
    private static bool Expand(ReadOnlySpan<ushort> words, int at, int segments, bool inBytes, List<ushort> entries, int count)
    {
        for (; segments > 0 && at + 2 < words.Length && entries.Count < count; segments--)
        {
            var (code, length) = (words[at], words[at + 1]);
            at += 2;
            switch (code)
            {
                case 0 when at + length <= words.Length:
                    entries.AddRange(words.Slice(at, length));
                    at += length;
                    break;
                case 1 when entries.Count > 0:
                    var (from, to) = (entries[^1], words[at++]);
                    for (var step = 1; step <= length; step++)
                        entries.Add((ushort)Math.Round(from + ((to - from) * (double)step / length)));
                    break;
                // Segments that were run before, by the offset of the first in bytes; they are not of this kind themselves.
                case 2 when segments > words.Length && Offset(words[at..], inBytes) is { } offset && offset < at:
                    if (!Expand(words, offset, Math.Min(length, words.Length), inBytes, entries, count))
                        return false;
                    at += inBytes ? 4 : 2;
                    break;
                default:
                    return false;
            }
        }
        return true;
    }

    private static int? Offset(ReadOnlySpan<ushort> words, bool inBytes)
    {
        if (inBytes)
            return words.Length < 4 || words[3] > 0x7F ? null : words[0] | (words[1] << 8) | (words[2] << 16) | (words[3] << 24);
        return words.Length < 2 || words[1] > 0x7FFF ? null : (words[0] | (words[1] << 16)) / 2;
    }
}
