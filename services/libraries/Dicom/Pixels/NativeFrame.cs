namespace MedCloud.Dicom;

/// <summary>Frames of native pixel data (PS3.5 section 8.1, PS3.3 section C.7.6.3.1).</summary>
internal static class NativeFrame
{
    /// <summary>Brings little endian pixels to the form of <see cref="FrameResult.Decoded"/>.</summary>
    public static FrameResult Decode(PixelDescription description, ReadOnlyMemory<byte> pixels)
    {
        if (pixels.Length < description.FrameBytes)
            return new FrameResult.Corrupt($"pixel data is {pixels.Length} bytes, Rows x Columns ask for {description.FrameBytes}");
        pixels = pixels[..(int)description.FrameBytes];
        return description switch
        {
            { BitsAllocated: 1 } => new FrameResult.Decoded(Unpack(description, pixels.Span), description.PhotometricInterpretation),
            { SharesColours: true } => Spread(description, pixels.Span),
            { SamplesPerPixel: > 1, PlanarConfiguration: 1 } => new FrameResult.Decoded(Interleave(description, pixels.Span), description.PhotometricInterpretation),
            _ => new FrameResult.Decoded(pixels, description.PhotometricInterpretation),
        };
    }

    /// <summary>PS3.5 section 8.1.1: the first pixel is the least significant bit.</summary>
    private static byte[] Unpack(PixelDescription description, ReadOnlySpan<byte> packed)
    {
        var samples = new byte[description.DecodedBytes];
        for (var index = 0; index < samples.Length; index++)
            samples[index] = (byte)((packed[index >> 3] >> (index & 7)) & 1);
        return samples;
    }

    /// <summary>Two pixels beside each other are Y1, Y2, and the Cb and Cr of both.</summary>
    private static FrameResult Spread(PixelDescription description, ReadOnlySpan<byte> pairs)
    {
        if (description.BitsAllocated != 8 || description.Columns % 2 != 0)
            return new FrameResult.Unsupported("colours shared by two pixels, of other than 8 bits and an even number of columns is not supported");
        var spread = new byte[description.DecodedBytes];
        for (int from = 0, to = 0; from < pairs.Length; from += 4, to += 6)
        {
            (spread[to], spread[to + 1], spread[to + 2]) = (pairs[from], pairs[from + 2], pairs[from + 3]);
            (spread[to + 3], spread[to + 4], spread[to + 5]) = (pairs[from + 1], pairs[from + 2], pairs[from + 3]);
        }
        return new FrameResult.Decoded(spread, description.PhotometricInterpretation[..^"_422".Length]);
    }

    private static byte[] Interleave(PixelDescription description, ReadOnlySpan<byte> planes)
    {
        var (samples, size) = (description.SamplesPerPixel, description.SampleBytes);
        var interleaved = new byte[planes.Length];
        var plane = planes.Length / samples;
        for (var sample = 0; sample < samples; sample++)
        {
            var source = planes.Slice(sample * plane, plane);
            for (var from = 0; from < plane; from += size)
                source.Slice(from, size).CopyTo(interleaved.AsSpan((from * samples) + (sample * size)));
        }
        return interleaved;
    }
}
