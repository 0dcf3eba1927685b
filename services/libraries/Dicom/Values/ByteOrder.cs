using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace MedCloud.Dicom;

/// <summary>Turns the byte order of a value round; bytes over at the end stay as they are.</summary>
internal static class ByteOrder
{
    public static void Swap(Span<byte> value, int wordSize)
    {
        switch (wordSize)
        {
            case 2:
                var words = MemoryMarshal.Cast<byte, ushort>(value);
                BinaryPrimitives.ReverseEndianness(words, words);
                break;
            case 4:
                var doubleWords = MemoryMarshal.Cast<byte, uint>(value);
                BinaryPrimitives.ReverseEndianness(doubleWords, doubleWords);
                break;
            case 8:
                var quadWords = MemoryMarshal.Cast<byte, ulong>(value);
                BinaryPrimitives.ReverseEndianness(quadWords, quadWords);
                break;
            default:
                break;
        }
    }
}
