using System.Buffers.Binary;

namespace MedCloud.Dicom.Tests;

/// <summary>Bytes of elements, spelled out as PS3.5 section 7 lays them out, so that a test can write what the writer would not.</summary>
internal static class Encoded
{
    public const uint Undefined = 0xFFFFFFFF;

    public static readonly byte[] ItemEnd = Header(0xFFFEE00D, 0);
    public static readonly byte[] SequenceEnd = Header(0xFFFEE0DD, 0);

    /// <summary>Explicit VR little endian; the length can lie.</summary>
    public static byte[] Element(uint tag, string vr, byte[] value, uint? length = null)
    {
        var shown = length ?? (uint)value.Length;
        byte[] head = [.. Tag(tag), (byte)vr[0], (byte)vr[1]];
        return vr is "OB" or "OD" or "OF" or "OL" or "OV" or "OW" or "SQ" or "SV" or "UC" or "UN" or "UR" or "UT" or "UV"
            ? [.. head, 0, 0, .. UInt32(shown), .. value]
            : [.. head, (byte)shown, (byte)(shown >> 8), .. value];
    }

    public static byte[] Element(uint tag, string vr, string value) => Element(tag, vr, System.Text.Encoding.Latin1.GetBytes(value));

    public static byte[] UInt16Element(uint tag, ushort value) => Element(tag, "US", [(byte)value, (byte)(value >> 8)]);

    /// <summary>Implicit VR little endian.</summary>
    public static byte[] Implicit(uint tag, byte[] value, uint? length = null) => [.. Header(tag, length ?? (uint)value.Length), .. value];

    public static byte[] Item(params byte[] content) => [.. Header(0xFFFEE000, (uint)content.Length), .. content];

    public static byte[] UndefinedItem(params byte[] content) => [.. Header(0xFFFEE000, Undefined), .. content, .. ItemEnd];

    public static byte[] Header(uint tag, uint length) => [.. Tag(tag), .. UInt32(length)];

    /// <summary>Preamble, DICM and a file meta group of just the transfer syntax, before <paramref name="dataSet"/>.</summary>
    public static byte[] File(TransferSyntax syntax, params byte[] dataSet)
    {
        var uid = syntax.Uid.Value.Length % 2 == 0 ? syntax.Uid.Value : syntax.Uid.Value + "\0";
        var element = Element(0x00020010, "UI", uid);
        return [.. new byte[128], .. "DICM"u8, .. Element(0x00020000, "UL", UInt32((uint)element.Length)), .. element, .. dataSet];
    }

    public static byte[] UInt32(uint value)
    {
        var bytes = new byte[4];
        BinaryPrimitives.WriteUInt32LittleEndian(bytes, value);
        return bytes;
    }

    private static byte[] Tag(uint tag) => [(byte)(tag >> 16), (byte)(tag >> 24), (byte)tag, (byte)(tag >> 8)];
}
