using System.Buffers.Binary;

namespace MedCloud.Dicom;

/// <summary>The marker segments of a JPEG frame (ITU-T T.81 annex B.1.1) up to its first scan.</summary>
internal ref struct JpegSegments(ReadOnlySpan<byte> frame)
{
    private readonly ReadOnlySpan<byte> frame = frame;
    private int at = 2;

    /// <summary>The second byte of the marker.</summary>
    public byte Marker { get; private set; }

    /// <summary>What follows the segment's length.</summary>
    public ReadOnlySpan<byte> Content { get; private set; }

    /// <summary>Goes to the next segment; false behind the first scan's header, and where the frame is damaged.</summary>
    public bool MoveNext()
    {
        if (frame is not [0xFF, 0xD8, ..] || Marker == 0xDA)
            return false;
        // fill bytes may stand before a marker
        while (at + 1 < frame.Length && frame[at] == 0xFF && frame[at + 1] == 0xFF)
            at++;
        if (at + 4 > frame.Length || frame[at] != 0xFF)
            return false;
        var length = BinaryPrimitives.ReadUInt16BigEndian(frame[(at + 2)..]);
        if (length < 2 || length > frame.Length - at - 2)
            return false;
        Marker = frame[at + 1];
        Content = frame.Slice(at + 4, length - 2);
        at += 2 + length;
        return true;
    }
}
