namespace MedCloud.Dicom;

/// <summary>A Huffman table of differences (ITU-T T.81 annex C and section H.1.2.2).</summary>
internal sealed class JpegHuffmanTable
{
    private const int MaxLength = 16;
    private const int LongestDifference = 16;

    /// <summary>For every 16 bits that may come: the length of the code they begin with, and the length of the difference behind it; 0 if no code.</summary>
    private readonly ushort[] entries = new ushort[1 << MaxLength];

    private JpegHuffmanTable()
    {
    }

    /// <summary>Reads one table of a DHT segment (T.81 section B.2.4.2); null if it is none.</summary>
    public static JpegHuffmanTable? Read(ReadOnlySpan<byte> segment, out int length)
    {
        length = 0;
        if (segment.Length < 1 + MaxLength)
            return null;
        var counts = segment.Slice(1, MaxLength);
        var table = new JpegHuffmanTable();
        var (next, at) = (0, 1 + MaxLength);
        for (var bits = 1; bits <= MaxLength; bits++)
        {
            var span = 1 << (MaxLength - bits);
            for (var code = 0; code < counts[bits - 1]; code++)
            {
                if (at >= segment.Length || segment[at] > LongestDifference || next + span > table.entries.Length)
                    return null;
                table.entries.AsSpan(next, span).Fill((ushort)((bits << 8) | segment[at]));
                next += span;
                at++;
            }
        }
        length = at;
        return table;
    }

    /// <summary>The code that 16 bits begin with; 0 bits long if there is none.</summary>
    public (int CodeLength, int DifferenceLength) Find(uint next) => (entries[next] >> 8, entries[next] & 0xFF);
}
