using System.Buffers.Binary;
using System.Collections;
using System.Diagnostics.CodeAnalysis;

namespace MedCloud.Dicom;

/// <summary>A data set (PS3.5 section 7): elements in the order of their tags, each tag once. Not safe for writers beside readers.</summary>
public sealed class DataSet : IEnumerable<DicomElement>
{
    private readonly List<DicomElement> elements = [];
    private DataSet? parent;

    /// <summary>How many elements it has; items of sequences are not counted.</summary>
    public int Count => elements.Count;

    /// <summary>Whether the element is there, empty or not.</summary>
    public bool Contains(DicomTag tag) => Find(tag) >= 0;

    /// <summary>The element, if it is there.</summary>
    public bool TryGet(DicomTag tag, [NotNullWhen(true)] out DicomElement? element)
    {
        var index = Find(tag);
        element = index >= 0 ? elements[index] : null;
        return element is not null;
    }

    /// <summary>The first value as text, decoded and without padding; null if absent, empty or not in memory.</summary>
    public string? GetString(DicomTag tag) => GetStrings(tag) is [{ Length: > 0 } first, ..] ? first : null;

    /// <summary>All values as text, decoded and without padding; empty if absent or empty.</summary>
    public IReadOnlyList<string> GetStrings(DicomTag tag) => TryGet(tag, out var element) ? ElementText.Strings(element, this) : [];

    /// <summary>The first value of a PN, by its component groups; null if absent or empty.</summary>
    public PersonName? GetPersonName(DicomTag tag) => GetString(tag) is { } text ? PersonName.Parse(text) : null;

    /// <summary>The first value as a UID; null if absent, empty or not a UID.</summary>
    public Uid? GetUid(DicomTag tag) => Uid.TryParse(GetString(tag), out var uid) ? uid : null;

    /// <summary>The first value as an integer; null if absent, empty, not a whole number or out of range.</summary>
    public int? GetInt32(DicomTag tag) =>
        GetDouble(tag) is { } number && number == Math.Truncate(number) && number is >= int.MinValue and <= int.MaxValue ? (int)number : null;

    /// <summary>The first value as a number; null if absent, empty or not a finite number.</summary>
    public double? GetDouble(DicomTag tag) => GetDoubles(tag) is [var first, ..] ? first : null;

    /// <summary>All values that are numbers.</summary>
    public IReadOnlyList<double> GetDoubles(DicomTag tag) => TryGet(tag, out var element) ? ElementText.Numbers(element, this) : [];

    /// <summary>The items of a sequence; empty when absent.</summary>
    public IReadOnlyList<DataSet> GetSequence(DicomTag tag) => TryGet(tag, out var element) ? element.Items : [];

    /// <summary>Puts an element in the place of the one with its tag, if any.</summary>
    public void Set(DicomElement element)
    {
        foreach (var item in element.Items)
            item.parent = this;
        var index = Find(element.Tag);
        if (index >= 0)
            elements[index] = element;
        else
            elements.Insert(~index, element);
    }

    /// <summary>Sets text values, with the VR of the dictionary and in the data set's character set (set (0008,0005) first).</summary>
    /// <exception cref="ArgumentException">The dictionary has no text VR for the tag, or the character set lacks a character.</exception>
    public void Set(DicomTag tag, params string[] values)
    {
        var vr = DataDictionary.Find(tag)?.Vr ?? Vr.UN;
        if (!vr.IsText())
            throw new ArgumentException($"{tag} is not text", nameof(tag));
        var bytes = (vr.UsesCharacterSet() ? CharacterSet : CharacterSet.Latin1).Encode(string.Join('\\', values))
            ?? throw new ArgumentException($"{tag} has characters outside the character set", nameof(values));
        Set(new DicomElement(tag, vr, bytes));
    }

    /// <summary>Sets US values.</summary>
    public void SetUInt16(DicomTag tag, params ushort[] values)
    {
        var bytes = new byte[2 * values.Length];
        for (var index = 0; index < values.Length; index++)
            BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(2 * index), values[index]);
        Set(new DicomElement(tag, Vr.US, bytes));
    }

    /// <summary>Sets UL values.</summary>
    public void SetUInt32(DicomTag tag, params uint[] values)
    {
        var bytes = new byte[4 * values.Length];
        for (var index = 0; index < values.Length; index++)
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(4 * index), values[index]);
        Set(new DicomElement(tag, Vr.UL, bytes));
    }

    /// <summary>Sets a sequence; its items belong to this data set from then on.</summary>
    public void SetSequence(DicomTag tag, params DataSet[] items) => Set(new DicomElement(tag, items));

    /// <inheritdoc/>
    public IEnumerator<DicomElement> GetEnumerator() => elements.GetEnumerator();

    IEnumerator IEnumerable.GetEnumerator() => GetEnumerator();

    /// <summary>An item's own character set, else that of the data set around it (PS3.3 section C.12.1.1.2).</summary>
    internal CharacterSet CharacterSet =>
        TryGet(DicomTags.SpecificCharacterSet, out var element)
            ? CharacterSet.Of(element)
            : parent?.CharacterSet ?? CharacterSet.Latin1;

    /// <summary>Whether pixels are signed here: (0028,0103) of this data set or of one around it.</summary>
    internal bool HasSignedPixels =>
        TryGet(DicomTags.PixelRepresentation, out var element)
            ? element.Value.Span is [1, ..]
            : parent?.HasSignedPixels ?? false;

    /// <summary>An item under construction: what is around it decides its character set and ambiguous VRs.</summary>
    internal static DataSet ItemOf(DataSet parent) => new() { parent = parent };

    /// <summary>Adds an element that is not there yet; cheap for ascending tags. False if its tag is taken.</summary>
    internal bool TryAdd(DicomElement element)
    {
        if (elements.Count == 0 || elements[^1].Tag < element.Tag)
        {
            elements.Add(element);
            return true;
        }
        var index = Find(element.Tag);
        if (index >= 0)
            return false;
        elements.Insert(~index, element);
        return true;
    }

    /// <summary>The element's index, or the complement of where it would go.</summary>
    private int Find(DicomTag tag)
    {
        var (low, high) = (0, elements.Count - 1);
        while (low <= high)
        {
            var middle = (low + high) >>> 1;
            var order = elements[middle].Tag.CompareTo(tag);
            if (order == 0)
                return middle;
            if (order < 0)
                low = middle + 1;
            else
                high = middle - 1;
        }
        return ~low;
    }
}
