using System.Buffers.Binary;
using System.Globalization;
using System.Text;

namespace MedCloud.Dicom;

/// <summary>Reads values as text and numbers. Never throws: what cannot be read is left out.</summary>
internal static class ElementText
{
    /// <summary>All values as text, without padding; numbers in the invariant culture; empty values of a list stay as empty strings.</summary>
    /// <param name="element">The element.</param>
    /// <param name="around">The data set that it stands in.</param>
    public static IReadOnlyList<string> Strings(DicomElement element, DataSet around)
    {
        var vr = EffectiveVr(element, around);
        var bytes = element.Value.Span;
        if (bytes.IsEmpty)
            return [];
        if (vr == Vr.AT)
            return Words(bytes, 4, word => new DicomTag(BinaryPrimitives.ReadUInt16LittleEndian(word), BinaryPrimitives.ReadUInt16LittleEndian(word[2..])).Number.ToString("X8", CultureInfo.InvariantCulture));
        if (!vr.IsText() && vr != Vr.UN)
            return [.. Numbers(element, around).Select(number => number.ToString("R", CultureInfo.InvariantCulture))];

        var text = vr.UsesCharacterSet() ? around.CharacterSet.Decode(bytes, vr) : Encoding.Latin1.GetString(bytes);
        // in the text no backslash is half of a character any more
        if (vr.IsSingleText())
            return text.TrimEnd('\0', ' ') is { Length: > 0 } one ? [one] : [];
        if (!text.Contains('\\', StringComparison.Ordinal))
            return text.Trim('\0', ' ') is { Length: > 0 } only ? [only] : [];
        return [.. text.Split('\\').Select(value => value.Trim('\0', ' '))];
    }

    /// <summary>The numbers of a binary VR, or of IS and DS; what is not a finite number is left out.</summary>
    /// <param name="element">The element.</param>
    /// <param name="around">The data set that it stands in.</param>
    public static IReadOnlyList<double> Numbers(DicomElement element, DataSet around)
    {
        var bytes = element.Value.Span;
        return EffectiveVr(element, around) switch
        {
            Vr.US => Words(bytes, 2, word => (double)BinaryPrimitives.ReadUInt16LittleEndian(word)),
            Vr.SS => Words(bytes, 2, word => (double)BinaryPrimitives.ReadInt16LittleEndian(word)),
            Vr.UL => Words(bytes, 4, word => (double)BinaryPrimitives.ReadUInt32LittleEndian(word)),
            Vr.SL => Words(bytes, 4, word => (double)BinaryPrimitives.ReadInt32LittleEndian(word)),
            Vr.UV => Words(bytes, 8, word => (double)BinaryPrimitives.ReadUInt64LittleEndian(word)),
            Vr.SV => Words(bytes, 8, word => (double)BinaryPrimitives.ReadInt64LittleEndian(word)),
            Vr.FL => Words(bytes, 4, word => (double)BinaryPrimitives.ReadSingleLittleEndian(word)),
            Vr.FD => Words(bytes, 8, BinaryPrimitives.ReadDoubleLittleEndian),
            Vr.IS or Vr.DS => Decimals(bytes),
            _ => [],
        };
    }

    /// <summary>PS3.5 section 6.2.2 note 2: UN stands where a sender did not know the VR; our dictionary may.</summary>
    private static Vr EffectiveVr(DicomElement element, DataSet around) => element.Vr == Vr.UN ? DataDictionary.VrOf(element.Tag, around) : element.Vr;

    private static List<double> Decimals(ReadOnlySpan<byte> bytes)
    {
        var numbers = new List<double>();
        foreach (var text in Encoding.Latin1.GetString(bytes).Split('\\'))
        {
            if (double.TryParse(text.AsSpan().Trim("\0 "), NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number))
                numbers.Add(number);
        }
        return numbers;
    }

    private delegate T WordReader<T>(ReadOnlySpan<byte> word);

    private static T[] Words<T>(ReadOnlySpan<byte> bytes, int size, WordReader<T> read)
    {
        var words = new T[bytes.Length / size];
        for (var index = 0; index < words.Length; index++)
            words[index] = read(bytes.Slice(index * size, size));
        return words;
    }
}
