using System.Buffers.Binary;

namespace MedCloud.Dicom;

/// <summary>RLE Lossless (PS3.5 annex G): a header of 16 words, then one PackBits segment per byte of a pixel, most significant byte first.</summary>
internal static class RleDecoder
{
    private const int HeaderLength = 64;
    private const int MaxSegments = 15;

    /// <summary>Two bytes stand for at most 128.</summary>
    private const int MaxRatio = 64;

    public static FrameResult Decode(PixelDescription description, ReadOnlySpan<byte> frame, CancellationToken cancellationToken)
    {
        // Single bits are packed, and the bytes that hold them are what is coded (PS3.5 section G.2).
        var packed = description.BitsAllocated == 1;
        var (samples, size) = packed ? (1, 1) : (description.SamplesPerPixel, description.SampleBytes);
        var pixels = packed ? (int)description.FrameBytes : description.Rows * description.Columns;
        if (frame.Length < HeaderLength)
            return new FrameResult.Corrupt("the RLE frame ends inside its header");
        var count = BinaryPrimitives.ReadUInt32LittleEndian(frame);
        if (count != samples * size || count > MaxSegments)
            return new FrameResult.Corrupt($"the RLE frame has {count} segments, its pixels ask for {samples * size}");
        if ((long)frame.Length * MaxRatio < (long)pixels * samples * size)
            return new FrameResult.Corrupt("the RLE frame is too short for Rows x Columns");

        var output = new byte[pixels * samples * size];
        for (var segment = 0; segment < count; segment++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var start = SegmentOffset(frame, segment);
            var end = segment + 1 < count ? SegmentOffset(frame, segment + 1) : (uint)frame.Length;
            if (start < HeaderLength || end < start || end > frame.Length)
                return new FrameResult.Corrupt($"RLE segment {segment + 1} lies outside of its frame");
            var (sample, significance) = (segment / size, segment % size);
            var target = output.AsSpan((sample * size) + (size - 1 - significance));
            if (Unpack(frame[(int)start..(int)end], target, samples * size, pixels) is { } problem)
                return new FrameResult.Corrupt($"RLE segment {segment + 1} {problem}");
        }
        return packed ? NativeFrame.Decode(description, output) : new FrameResult.Decoded(output, description.PhotometricInterpretation);
    }

    private static uint SegmentOffset(ReadOnlySpan<byte> frame, int segment) => BinaryPrimitives.ReadUInt32LittleEndian(frame[(4 + (4 * segment))..]);

    /// <summary>PS3.5 section G.3.2. Returns a problem, or null; padding behind the last pixel is not looked at.</summary>
    private static string? Unpack(ReadOnlySpan<byte> packed, Span<byte> target, int stride, int pixels)
    {
        var (read, written) = (0, 0);
        while (written < pixels)
        {
            if (read >= packed.Length)
                return "ends before its last pixel";
            var code = packed[read++];
            if (code == 128)
                continue;
            var literal = code < 128;
            var length = literal ? code + 1 : 257 - code;
            if (read + (literal ? length : 1) > packed.Length)
                return "ends inside a run";
            if (length > pixels - written)
                return "runs past its last pixel";
            if (literal)
            {
                var run = packed.Slice(read, length);
                if (stride == 1)
                    run.CopyTo(target[written..]);
                else
                    Scatter(run, target[(written * stride)..], stride);
                read += length;
            }
            else
            {
                var value = packed[read++];
                if (stride == 1)
                    target.Slice(written, length).Fill(value);
                else
                    Repeat(value, length, target[(written * stride)..], stride);
            }
            written += length;
        }
        return null;
    }

    private static void Scatter(ReadOnlySpan<byte> run, Span<byte> target, int stride)
    {
        for (int index = 0, to = 0; index < run.Length; index++, to += stride)
            target[to] = run[index];
    }

    private static void Repeat(byte value, int length, Span<byte> target, int stride)
    {
        for (int index = 0, to = 0; index < length; index++, to += stride)
            target[to] = value;
    }
}
