using System.Buffers.Binary;

namespace MedCloud.Dicom;

/// <summary>A frame as the colours that a reader of the image sees.</summary>
public static class ColourImage
{
    /// <summary>Why <see cref="From"/> cannot make a colour image of such pixels, as a sentence; null if it can.</summary>
    public static string? Refusal(PixelDescription description) => description switch
    {
        { PhotometricInterpretation: "PALETTE COLOR", SamplesPerPixel: 1, Palette: not null, BitsAllocated: 8 or 16 } => null,
        { SamplesPerPixel: not 3 } => $"{description.SamplesPerPixel} samples per pixel of such a Photometric Interpretation are no colours",
        { PhotometricInterpretation: not ("RGB" or "YBR_FULL" or "YBR_FULL_422" or "YBR_PARTIAL_422" or "YBR_RCT" or "YBR_ICT") } => "its Photometric Interpretation is not supported",
        { BitsAllocated: not (8 or 16 or 32) } => $"colours of {description.BitsAllocated} bits allocated are not supported",
        _ => null,
    };

    /// <summary>Red, green and blue of each pixel, 8 bits each, row-major Rows x Columns x 3.</summary>
    /// <param name="description">Three samples per pixel, or one and a palette.</param>
    /// <param name="frame">One of its frames.</param>
    /// <exception cref="ArgumentException">The description is refused, or the pixels are fewer than it asks for.</exception>
    public static byte[] From(PixelDescription description, FrameResult.Decoded frame)
    {
        if (Refusal(description) is { } refusal)
            throw new ArgumentException(refusal, nameof(description));
        if (frame.Pixels.Length < description.DecodedBytes)
            throw new ArgumentException("fewer pixels than Rows x Columns", nameof(frame));
        var samples = frame.Pixels.Span[..(int)description.DecodedBytes];
        if (description.Palette is { } palette)
            return Painted(description, palette, samples);
        var colours = EightBits(description, samples);
        if (frame.ColourModel != "RGB")
            ToRgb(colours, partial: frame.ColourModel == "YBR_PARTIAL");
        return colours;
    }

    /// <summary>The eight highest of the stored bits.</summary>
    private static byte[] EightBits(PixelDescription description, ReadOnlySpan<byte> samples)
    {
        if (description is { BitsAllocated: 8, BitsStored: 8 })
            return samples.ToArray();
        var eight = new byte[samples.Length / description.SampleBytes];
        for (var index = 0; index < eight.Length; index++)
        {
            var raw = Sample(samples, index, description.SampleBytes) >> (description.HighBit - description.BitsStored + 1);
            eight[index] = (byte)(description.BitsStored > 8 ? raw >> (description.BitsStored - 8) : raw << (8 - description.BitsStored));
        }
        return eight;
    }

    /// <summary>PS3.3 section C.7.6.3.1.2: ITU-R BT.601 in the full range or, partial, with 16 to 235 for brightness and 16 to 240 for colour.</summary>
    private static void ToRgb(Span<byte> colours, bool partial)
    {
        var (black, brightness, colour) = partial ? (16, 255.0 / 219, 255.0 / 224) : (0, 1.0, 1.0);
        for (var at = 0; at < colours.Length; at += 3)
        {
            var (y, cb, cr) = ((colours[at] - black) * brightness, (colours[at + 1] - 128) * colour, (colours[at + 2] - 128) * colour);
            colours[at] = Level(y + (1.402 * cr));
            colours[at + 1] = Level(y - (0.344136 * cb) - (0.714136 * cr));
            colours[at + 2] = Level(y + (1.772 * cb));
        }

        static byte Level(double value) => (byte)Math.Clamp(value + 0.5, 0, 255);
    }

    private static byte[] Painted(PixelDescription description, Palette palette, ReadOnlySpan<byte> samples)
    {
        var colours = new byte[3 * (samples.Length / description.SampleBytes)];
        var kinds = new byte[3 << description.BitsStored];
        for (var raw = 0; raw < kinds.Length / 3; raw++)
        {
            var value = description.Signed && raw >> (description.BitsStored - 1) == 1 ? raw - (1 << description.BitsStored) : raw;
            LookupTable[] tables = [palette.Red, palette.Green, palette.Blue];
            for (var colour = 0; colour < 3; colour++)
                kinds[(3 * raw) + colour] = (byte)(tables[colour][value] >> (tables[colour].Bits - 8));
        }
        var mask = (1 << description.BitsStored) - 1;
        for (var index = 0; 3 * index < colours.Length; index++)
        {
            var raw = (int)(Sample(samples, index, description.SampleBytes) >> (description.HighBit - description.BitsStored + 1)) & mask;
            kinds.AsSpan(3 * raw, 3).CopyTo(colours.AsSpan(3 * index));
        }
        return colours;
    }

    private static uint Sample(ReadOnlySpan<byte> samples, int index, int size) => size switch
    {
        1 => samples[index],
        2 => BinaryPrimitives.ReadUInt16LittleEndian(samples[(2 * index)..]),
        _ => BinaryPrimitives.ReadUInt32LittleEndian(samples[(4 * index)..]),
    };
}
