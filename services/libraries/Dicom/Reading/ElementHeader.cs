using System.Buffers.Binary;

namespace MedCloud.Dicom;

/// <summary>Tag, VR and value length, as PS3.5 section 7.1 lays them out.</summary>
/// <param name="Tag">The tag.</param>
/// <param name="Vr">The VR that stands there; 0 in implicit VR and for items and delimiters.</param>
/// <param name="Length">Bytes of the value, or <see cref="Undefined"/>.</param>
/// <param name="Size">Bytes of the header: 8 or 12.</param>
internal readonly record struct ElementHeader(DicomTag Tag, Vr Vr, uint Length, int Size)
{
    public const uint Undefined = 0xFFFFFFFF;

    /// <summary>Bytes that a header has at most.</summary>
    public const int MaxSize = 12;

    public static DicomTag ReadTag(ReadOnlySpan<byte> bytes, bool bigEndian) => bigEndian
        ? new DicomTag(BinaryPrimitives.ReadUInt16BigEndian(bytes), BinaryPrimitives.ReadUInt16BigEndian(bytes[2..]))
        : new DicomTag(BinaryPrimitives.ReadUInt16LittleEndian(bytes), BinaryPrimitives.ReadUInt16LittleEndian(bytes[2..]));

    /// <summary>Reads a header. The result's Size is 0 if <paramref name="bytes"/> end within it, and -1 if the VR is none of the standard's.</summary>
    public static ElementHeader Read(ReadOnlySpan<byte> bytes, bool explicitVr, bool bigEndian)
    {
        if (bytes.Length < 8)
            return default;
        var tag = ReadTag(bytes, bigEndian);
        if (!explicitVr || tag.Group == 0xFFFE)
            return new ElementHeader(tag, default, ReadUInt32(bytes[4..], bigEndian), 8);
        if (!VrInfo.TryFrom(bytes[4], bytes[5], out var vr))
            return new ElementHeader(tag, default, 0, -1);
        if (!vr.HasLongForm())
            return new ElementHeader(tag, vr, bigEndian ? BinaryPrimitives.ReadUInt16BigEndian(bytes[6..]) : BinaryPrimitives.ReadUInt16LittleEndian(bytes[6..]), 8);
        return bytes.Length < MaxSize
            ? default
            : new ElementHeader(tag, vr, ReadUInt32(bytes[8..], bigEndian), MaxSize);
    }

    private static uint ReadUInt32(ReadOnlySpan<byte> bytes, bool bigEndian) =>
        bigEndian ? BinaryPrimitives.ReadUInt32BigEndian(bytes) : BinaryPrimitives.ReadUInt32LittleEndian(bytes);
}
