namespace MedCloud.Dicom;

/// <summary>The bits of an entropy-coded segment (ITU-T T.81 section F.2.2.5), zeros behind its end.</summary>
internal ref struct JpegBits(ReadOnlySpan<byte> frame, int position)
{
    private readonly ReadOnlySpan<byte> frame = frame;
    private ulong window;
    private int count;
    private int invented;

    /// <summary>Where the next byte is.</summary>
    public int Position { get; private set; } = position;

    /// <summary>More bits were read than there are.</summary>
    public readonly bool Overrun => count < invented;

    /// <summary>The next difference; null where the bits are no code.</summary>
    public int? ReadDifference(JpegHuffmanTable table)
    {
        Fill();
        var (codeLength, length) = table.Find((uint)(window >> (count - 16)) & 0xFFFF);
        if (codeLength == 0)
            return null;
        count -= codeLength;
        switch (length)
        {
            case 0:
                return 0;
            case 16:
                return 32768;
            default:
                count -= length;
                var value = (int)(window >> count) & ((1 << length) - 1);
                return value >> (length - 1) == 1 ? value : value - (1 << length) + 1;
        }
    }

    /// <summary>Goes behind the restart marker that must come now.</summary>
    public bool Restart()
    {
        if (Overrun)
            return false;
        (window, count, invented) = (0, 0, 0);
        while (Position + 1 < frame.Length && frame[Position] == 0xFF && frame[Position + 1] == 0xFF)
            Position++;
        if (Position + 1 >= frame.Length || frame[Position] != 0xFF || frame[Position + 1] is < 0xD0 or > 0xD7)
            return false;
        Position += 2;
        return true;
    }

    private void Fill()
    {
        while (count <= 48)
        {
            var next = Position < frame.Length ? frame[Position] : (byte)0xFF;
            if (next != 0xFF)
            {
                Position++;
            }
            else if (Position + 1 < frame.Length && frame[Position + 1] == 0)
            {
                Position += 2;
            }
            else
            {
                next = 0;
                invented = Math.Min(invented + 8, 1 << 20);
            }
            window = (window << 8) | next;
            count += 8;
        }
    }
}
