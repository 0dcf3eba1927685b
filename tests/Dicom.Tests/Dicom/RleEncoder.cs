namespace MedCloud.Dicom.Tests;

/// <summary>A plain RLE Lossless encoder (PS3.5 annex G), to have frames whose pixels are known.</summary>
internal static class RleEncoder
{
    /// <summary>One frame of one or more byte planes, each a segment.</summary>
    public static byte[] Encode(params byte[][] planes)
    {
        var segments = planes.Select(Pack).ToArray();
        var header = new byte[64];
        header[0] = (byte)segments.Length;
        var offset = 64;
        for (var index = 0; index < segments.Length; index++)
        {
            Encoded.UInt32((uint)offset).CopyTo(header, 4 + (4 * index));
            offset += segments[index].Length;
        }
        return [.. header, .. segments.SelectMany(segment => segment)];
    }

    private static byte[] Pack(byte[] plane)
    {
        var packed = new List<byte>();
        for (var at = 0; at < plane.Length;)
        {
            var run = 1;
            while (run < 128 && at + run < plane.Length && plane[at + run] == plane[at])
                run++;
            if (run > 1)
            {
                packed.AddRange([(byte)(257 - run), plane[at]]);
                at += run;
                continue;
            }
            var literal = 1;
            while (literal < 128 && at + literal < plane.Length && plane[at + literal] != plane[at + literal - 1])
                literal++;
            packed.Add((byte)(literal - 1));
            packed.AddRange(plane.AsSpan(at, literal));
            at += literal;
        }
        if (packed.Count % 2 == 1)
            packed.Add(0);
        return [.. packed];
    }
}
