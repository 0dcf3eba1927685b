using System.Buffers.Binary;

namespace MedCloud.Dicom;

/// <summary>What a JPEG-LS frame says about itself (ISO/IEC 14495-1 annex C.2.2).</summary>
internal static class JpegLsHeader
{
    private const byte FrameHeader = 0xF7;

    /// <summary>The frame header (SOF55); null if there is none.</summary>
    public static CodedFrame? Read(ReadOnlySpan<byte> frame)
    {
        var segments = new JpegSegments(frame);
        while (segments.MoveNext())
        {
            var content = segments.Content;
            if (segments.Marker == FrameHeader && content.Length >= 6)
                return new CodedFrame("JPEG-LS", BinaryPrimitives.ReadUInt16BigEndian(content[3..]), BinaryPrimitives.ReadUInt16BigEndian(content[1..]), content[5], content[0]);
        }
        return null;
    }
}
