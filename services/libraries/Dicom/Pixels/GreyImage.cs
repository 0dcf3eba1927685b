using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace MedCloud.Dicom;

/// <summary>A frame as the grey values that a reader of the image sees.</summary>
public static class GreyImage
{
    /// <summary>Why <see cref="From"/> cannot make a grey image of such pixels, as a sentence; null if it can.</summary>
    public static string? Refusal(PixelDescription description) => description switch
    {
        { SamplesPerPixel: not 1 } => $"an image of {description.SamplesPerPixel} samples per pixel is not grey",
        { PhotometricInterpretation: not ("MONOCHROME1" or "MONOCHROME2") } => "its Photometric Interpretation is not one of grey pixels",
        { BitsAllocated: not (1 or 8 or 16 or 32) } => $"Bits Allocated {description.BitsAllocated} is not supported",
        _ => null,
    };

    /// <summary>
    /// Grey values in [0, 1], 0 black, row-major Rows x Columns: stored value, Modality LUT or rescale (PS3.3 section C.11.1), VOI LUT or window (section C.11.2), or else the
    /// image's own range; inverted for MONOCHROME1, of which Presentation LUT Shape says the same again; padding is black.
    /// </summary>
    /// <param name="description">One sample per pixel.</param>
    /// <param name="decoded">One frame as <see cref="FrameResult.Decoded"/> gives it.</param>
    /// <exception cref="ArgumentException">The description is refused, or the pixels are fewer than it asks for.</exception>
    public static float[] From(PixelDescription description, ReadOnlySpan<byte> decoded)
    {
        if (Refusal(description) is { } refusal)
            throw new ArgumentException(refusal, nameof(description));
        if (decoded.Length < description.DecodedBytes)
            throw new ArgumentException("fewer pixels than Rows x Columns", nameof(decoded));
        decoded = decoded[..(int)description.DecodedBytes];

        var image = new float[description.Rows * description.Columns];
        switch (description.SampleBytes)
        {
            case 1:
                Map(description, decoded, image);
                break;
            case 2:
                Map(description, MemoryMarshal.Cast<byte, ushort>(decoded), image);
                break;
            default:
                MapWide(description, decoded, image);
                break;
        }
        return image;
    }

    /// <summary>By a table of what each number that a sample can hold becomes.</summary>
    private static void Map<T>(PixelDescription description, ReadOnlySpan<T> samples, float[] image)
        where T : unmanaged, System.Numerics.IBinaryInteger<T>
    {
        var values = new double[1 << (8 * description.SampleBytes)];
        for (var raw = 0; raw < values.Length; raw++)
            values[raw] = Modality(description, Stored(description, (uint)raw));

        var range = (Least: double.PositiveInfinity, Greatest: double.NegativeInfinity);
        if (NeedsRange(description))
        {
            foreach (var sample in samples)
            {
                var value = values[int.CreateTruncating(sample)];
                if (!double.IsNaN(value))
                    range = (Math.Min(range.Least, value), Math.Max(range.Greatest, value));
            }
        }

        var table = new float[values.Length];
        for (var raw = 0; raw < table.Length; raw++)
            table[raw] = Grey(description, values[raw], range);
        for (var index = 0; index < image.Length; index++)
            image[index] = table[int.CreateTruncating(samples[index])];
    }

    /// <summary>Samples of 32 bits, one by one.</summary>
    private static void MapWide(PixelDescription description, ReadOnlySpan<byte> samples, float[] image)
    {
        var range = (Least: double.PositiveInfinity, Greatest: double.NegativeInfinity);
        for (var index = 0; NeedsRange(description) && index < image.Length; index++)
        {
            var value = Value(samples, index);
            if (!double.IsNaN(value))
                range = (Math.Min(range.Least, value), Math.Max(range.Greatest, value));
        }
        for (var index = 0; index < image.Length; index++)
            image[index] = Grey(description, Value(samples, index), range);

        double Value(ReadOnlySpan<byte> all, int index) => Modality(description, Stored(description, BinaryPrimitives.ReadUInt32LittleEndian(all[(4 * index)..])));
    }

    private static bool NeedsRange(PixelDescription description) => description is { WindowCenter: null, VoiLut: null };

    /// <summary>Bits Stored bits, the highest of them at High Bit; what lies beside them (overlays, in old files) is dropped.</summary>
    private static long Stored(PixelDescription description, uint raw)
    {
        var value = (raw >> (description.HighBit - description.BitsStored + 1)) & ((1L << description.BitsStored) - 1);
        return description.Signed && value >> (description.BitsStored - 1) == 1 ? value - (1L << description.BitsStored) : value;
    }

    /// <summary>In the unit that Rescale Type or Modality LUT Type names; not a number for padding.</summary>
    private static double Modality(PixelDescription description, long stored)
    {
        if (description.Padding is var (least, greatest) && stored >= least && stored <= greatest)
            return double.NaN;
        return description.ModalityLut is { } lut ? lut[stored] : (stored * description.Slope) + description.Intercept;
    }

    private static float Grey(PixelDescription description, double value, (double Least, double Greatest) range)
    {
        if (double.IsNaN(value))
            return 0;
        var grey = description switch
        {
            { VoiLut: { } lut } => Math.Min(1, (double)lut[value] / ((1 << lut.Bits) - 1)),
            { WindowCenter: { } center, WindowWidth: { } width } => Windowed(description.VoiLutFunction, value, center, width),
            _ => range.Greatest > range.Least ? Math.Clamp((value - range.Least) / (range.Greatest - range.Least), 0, 1) : 0,
        };
        return (float)(description.PhotometricInterpretation == "MONOCHROME1" ? 1 - grey : grey);
    }

    /// <summary>PS3.3 sections C.11.2.1.2.1 and C.11.2.1.3.</summary>
    private static double Windowed(VoiLutFunction function, double value, double center, double width)
    {
        switch (function)
        {
            case VoiLutFunction.Sigmoid:
                return 1 / (1 + Math.Exp(-4 * (value - center) / width));
            case VoiLutFunction.LinearExact:
                return Math.Clamp(((value - center) / width) + 0.5, 0, 1);
            default:
                if (value <= center - 0.5 - ((width - 1) / 2))
                    return 0;
                if (value > center - 0.5 + ((width - 1) / 2))
                    return 1;
                return ((value - (center - 0.5)) / (width - 1)) + 0.5;
        }
    }
}
