using System.Buffers.Binary;

namespace MedCloud.Dicom;

/// <summary>
/// JPEG lossless with Huffman codes (PS3.5 annex A.4.1; ITU-T T.81 process 14, annex H): components of one size, in one scan together or in one each.
/// JpegLibrary is not asked: it reverses the predictors 1 and 4 alone.
/// </summary>
internal ref struct JpegLosslessDecoder
{
    /// <summary>A sample takes a bit at least.</summary>
    private const int MaxSamplesPerByte = 8;
    private const int MaxComponents = 4;

    private readonly PixelDescription description;
    private readonly ReadOnlySpan<byte> frame;
    private readonly CancellationToken cancellationToken;
    private readonly JpegHuffmanTable?[] tables = new JpegHuffmanTable?[4];
    private CodedFrame? coded;
    private byte[] componentIds = [];
    private byte[] pixels = [];
    private int restartInterval;
    private int decodedComponents;
    private int at;

    private JpegLosslessDecoder(PixelDescription description, ReadOnlySpan<byte> frame, CancellationToken cancellationToken)
    {
        this.description = description;
        this.frame = frame;
        this.cancellationToken = cancellationToken;
    }

    public static FrameResult Decode(PixelDescription description, ReadOnlySpan<byte> frame, CancellationToken cancellationToken)
    {
        if ((long)frame.Length * MaxSamplesPerByte < (long)description.Rows * description.Columns * description.SamplesPerPixel)
            return new FrameResult.Corrupt("the JPEG frame is too short for Rows x Columns");
        var decoder = new JpegLosslessDecoder(description, frame, cancellationToken);
        return decoder.ReadSegments() is { } problem ? new FrameResult.Corrupt(problem) : new FrameResult.Decoded(decoder.pixels, description.PhotometricInterpretation);
    }

    /// <summary>T.81 annex B.2: returns a problem, or null when every component is decoded.</summary>
    private string? ReadSegments()
    {
        if (frame is not [0xFF, 0xD8, ..])
            return "the JPEG frame does not begin with a JPEG image";
        at = 2;
        while (coded is null || decodedComponents < coded.Value.Components)
        {
            // fill bytes may stand before a marker
            while (at + 1 < frame.Length && frame[at] == 0xFF && frame[at + 1] == 0xFF)
                at++;
            if (at + 4 > frame.Length || frame[at] != 0xFF)
                return "the JPEG frame has no whole scan";
            var marker = frame[at + 1];
            var length = BinaryPrimitives.ReadUInt16BigEndian(frame[(at + 2)..]);
            if (marker == 0xD9 || length < 2 || at + 2 + length > frame.Length)
                return "the JPEG frame has no whole scan";
            var segment = frame.Slice(at + 4, length - 2);
            at += 2 + length;
            var problem = marker switch
            {
                0xC3 => ReadFrameHeader(segment),
                0xC4 => ReadHuffmanTables(segment),
                >= 0xC0 and <= 0xCF and not 0xC8 => "the JPEG frame is not lossless, its transfer syntax is",
                0xDD => ReadRestartInterval(segment),
                0xDA => ReadScan(segment),
                _ => null,
            };
            if (problem is not null)
                return problem;
        }
        coded.Value.ExtendSign(description, pixels);
        return null;
    }

    private string? ReadFrameHeader(ReadOnlySpan<byte> segment)
    {
        if (coded is not null || segment.Length < 6 || segment.Length != 6 + (3 * segment[5]) || segment[5] > MaxComponents)
            return "the JPEG frame header is damaged";
        var found = new CodedFrame("JPEG", BinaryPrimitives.ReadUInt16BigEndian(segment[3..]), BinaryPrimitives.ReadUInt16BigEndian(segment[1..]), segment[5], segment[0]);
        if (found.Mismatch(description) is { } mismatch)
            return mismatch;
        var ids = new byte[found.Components];
        for (var component = 0; component < ids.Length; component++)
        {
            ids[component] = segment[6 + (3 * component)];
            if (found.Components > 1 && segment[7 + (3 * component)] != 0x11)
                return "the JPEG frame has components of different size";
        }
        (coded, componentIds, pixels) = (found, ids, new byte[description.DecodedBytes]);
        return null;
    }

    private readonly string? ReadHuffmanTables(ReadOnlySpan<byte> segment)
    {
        while (segment.Length > 0)
        {
            if (JpegHuffmanTable.Read(segment, out var length) is not { } table || segment[0] > 3)
                return "a Huffman table of the JPEG frame is damaged";
            tables[segment[0]] = table;
            segment = segment[length..];
        }
        return null;
    }

    private string? ReadRestartInterval(ReadOnlySpan<byte> segment)
    {
        if (segment.Length != 2)
            return "the restart interval of the JPEG frame is damaged";
        restartInterval = BinaryPrimitives.ReadUInt16BigEndian(segment);
        // T.81 section H.1.1: prediction begins anew with a line
        return restartInterval % description.Columns == 0 ? null : "the restart interval of the JPEG frame is not whole lines";
    }

    /// <summary>T.81 annex H.1.2: one scan, of one component or of all.</summary>
    private string? ReadScan(ReadOnlySpan<byte> segment)
    {
        if (coded is not { } header || segment.Length < 1 || segment.Length != 4 + (2 * segment[0]))
            return "a scan header of the JPEG frame is damaged";
        var count = segment[0];
        var (predictor, shift) = (segment[^3], segment[^1] & 15);
        if (count == 0 || decodedComponents + count > header.Components || predictor is < 1 or > 7 || shift >= header.Precision)
            return "a scan header of the JPEG frame is damaged";
        var components = new Component[count];
        for (var index = 0; index < count; index++)
        {
            var position = componentIds.IndexOf(segment[1 + (2 * index)]);
            var selector = segment[2 + (2 * index)] >> 4;
            if (position < 0 || selector > 3 || tables[selector] is not { } table)
                return "a scan header of the JPEG frame is damaged";
            components[index] = new Component(position, table, new ushort[description.Columns], new ushort[description.Columns]);
        }
        decodedComponents += count;
        return DecodeLines(components, predictor, shift, header.Precision);
    }

    private string? DecodeLines(Component[] components, int predictor, int shift, int precision)
    {
        var bits = new JpegBits(frame, at);
        var columns = description.Columns;
        var linesToRestart = restartInterval / columns;
        var first = 1 << (precision - shift - 1);
        for (var row = 0; row < description.Rows; row++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var beginning = row == 0;
            if (linesToRestart > 0 && row > 0 && row % linesToRestart == 0)
            {
                if (!bits.Restart())
                    return "a restart marker of the JPEG frame is missing";
                beginning = true;
            }
            for (var index = 0; index < components.Length; index++)
                components[index] = components[index] with { Above = components[index].Line, Line = components[index].Above };
            for (var column = 0; column < columns; column++)
            {
                foreach (var (_, table, above, line) in components)
                {
                    if (bits.ReadDifference(table) is not { } difference)
                        return "a code of the JPEG frame is in no Huffman table";
                    var prediction = beginning
                        ? column == 0 ? first : line[column - 1]
                        : column == 0 ? above[0] : Predict(predictor, line[column - 1], above[column], above[column - 1]);
                    line[column] = (ushort)(prediction + difference);
                }
            }
            if (bits.Overrun)
                return "the JPEG frame ends before its last line";
            foreach (var component in components)
                Store(component, row, shift);
        }
        at = bits.Position;
        return null;
    }

    /// <summary>T.81 table H.1: the neighbours to the left, above, and above to the left.</summary>
    private static int Predict(int predictor, int left, int above, int corner) => predictor switch
    {
        1 => left,
        2 => above,
        3 => corner,
        4 => left + above - corner,
        5 => left + ((above - corner) >> 1),
        6 => above + ((left - corner) >> 1),
        _ => (left + above) >> 1,
    };

    private readonly void Store(Component component, int row, int shift)
    {
        var samples = description.SamplesPerPixel;
        var target = (row * description.Columns * samples) + component.Position;
        foreach (var value in component.Line)
        {
            if (description.BitsAllocated == 8)
                pixels[target] = (byte)(value << shift);
            else
                BinaryPrimitives.WriteUInt16LittleEndian(pixels.AsSpan(2 * target), (ushort)(value << shift));
            target += samples;
        }
    }

    private readonly record struct Component(int Position, JpegHuffmanTable Table, ushort[] Above, ushort[] Line);
}
