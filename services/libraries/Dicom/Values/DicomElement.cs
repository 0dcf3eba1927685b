namespace MedCloud.Dicom;

/// <summary>Where in the stream a value lies that was not kept in memory.</summary>
/// <param name="Offset">Of the value's first byte in the source; in the inflated data set where the transfer syntax is a deflated one.</param>
/// <param name="Length">Bytes of the value; for encapsulated pixel data from the offset table's item up to and with the sequence delimiter.</param>
/// <param name="Encapsulated">The value is fragments in items (PS3.5 annex A.4).</param>
public sealed record ValueSegment(long Offset, long Length, bool Encapsulated);

/// <summary>A data element: its value as bytes, a sequence of items, or a segment that was left in the stream.</summary>
public sealed class DicomElement
{
    private readonly object? content;

    /// <summary>An element with a value in memory.</summary>
    /// <param name="tag">The tag.</param>
    /// <param name="vr">Any but SQ.</param>
    /// <param name="value">The bytes as they stand in a file; numbers little endian, whatever the transfer syntax.</param>
    public DicomElement(DicomTag tag, Vr vr, ReadOnlyMemory<byte> value)
    {
        Tag = tag;
        Vr = vr;
        Value = value;
    }

    /// <summary>A sequence.</summary>
    public DicomElement(DicomTag tag, IReadOnlyList<DataSet> items)
    {
        Tag = tag;
        Vr = Vr.SQ;
        content = items;
    }

    internal DicomElement(DicomTag tag, Vr vr, ValueSegment segment)
    {
        Tag = tag;
        Vr = vr;
        content = segment;
    }

    /// <summary>The tag.</summary>
    public DicomTag Tag { get; }

    /// <summary>The value representation that the file gives or, in implicit VR, the dictionary.</summary>
    public Vr Vr { get; }

    /// <summary>The bytes with their padding, numbers little endian; empty for a sequence and for a segment.</summary>
    public ReadOnlyMemory<byte> Value { get; }

    /// <summary>The items of a sequence; empty for every other element.</summary>
    public IReadOnlyList<DataSet> Items => content as IReadOnlyList<DataSet> ?? [];

    /// <summary>Where the value lies, if it was left in the stream; else null.</summary>
    public ValueSegment? Segment => content as ValueSegment;
}
