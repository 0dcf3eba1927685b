using System.Buffers.Binary;

namespace MedCloud.Dicom;

/// <summary>
/// What a JPEG 2000 frame says about itself (ISO/IEC 15444-1 annex A.5.1, the SIZ segment). It is compared before a decoder is asked, since OpenJPEG allocates what the segment says.
/// </summary>
internal static class Jpeg2000Header
{
    private const int MaxTiles = 65535;
    private const int ComponentsOffset = 36;

    /// <summary>The codestream of a frame: some writers put a whole JP2 file (annex I) where PS3.5 section 8.2.4 asks for a codestream.</summary>
    public static ReadOnlyMemory<byte> Codestream(ReadOnlyMemory<byte> frame)
    {
        if (!frame.Span.StartsWith("\0\0\0\fjP  "u8))
            return frame;
        var at = 0;
        while (at + 8 <= frame.Length)
        {
            var length = BinaryPrimitives.ReadUInt32BigEndian(frame.Span[at..]);
            if (frame.Span.Slice(at + 4, 4).SequenceEqual("jp2c"u8))
                return frame[(at + 8)..];
            if (length < 8 || length > frame.Length - at)
                break;
            at += (int)length;
        }
        return frame;
    }

    /// <summary>The image and its components; null where there is no sound SIZ segment, or components of different size or precision.</summary>
    public static CodedFrame? Read(ReadOnlySpan<byte> codestream)
    {
        if (codestream.Length < 6 + ComponentsOffset + 3 || codestream is not [0xFF, 0x4F, 0xFF, 0x51, ..])
            return null;
        var length = BinaryPrimitives.ReadUInt16BigEndian(codestream[4..]);
        var segment = codestream[6..];
        var components = BinaryPrimitives.ReadUInt16BigEndian(segment[34..]);
        if (length != 38 + (3 * components) || components == 0 || segment.Length < ComponentsOffset + (3 * components))
            return null;

        var (right, bottom, left, top) = (Number(segment, 2), Number(segment, 6), Number(segment, 10), Number(segment, 14));
        var (tileWidth, tileHeight, tileLeft, tileTop) = (Number(segment, 18), Number(segment, 22), Number(segment, 26), Number(segment, 30));
        if (left >= right || top >= bottom || tileWidth == 0 || tileHeight == 0 || tileLeft > left || tileTop > top || tileLeft + tileWidth <= left || tileTop + tileHeight <= top)
            return null;
        if (((right - tileLeft + tileWidth - 1) / tileWidth) * ((bottom - tileTop + tileHeight - 1) / tileHeight) > MaxTiles)
            return null;
        for (var component = 0; component < components; component++)
        {
            var described = segment.Slice(ComponentsOffset + (3 * component), 3);
            if (described[0] != segment[ComponentsOffset] || described[1] != 1 || described[2] != 1)
                return null;
        }
        return new CodedFrame("JPEG 2000", right - left, bottom - top, components, (segment[ComponentsOffset] & 0x7F) + 1);
    }

    private static long Number(ReadOnlySpan<byte> segment, int offset) => BinaryPrimitives.ReadUInt32BigEndian(segment[offset..]);
}
