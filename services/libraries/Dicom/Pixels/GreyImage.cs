using System.Runtime.InteropServices;

namespace MedCloud.Dicom;

/// <summary>A frame as the grey values that a reader of the image sees.</summary>
public static class GreyImage
{
    /// <summary>Why <see cref="From"/> cannot make a grey image of such pixels, as a sentence; null if it can.</summary>
    public static string? Refusal(PixelDescription description) => description switch
    {
        { SamplesPerPixel: not 1 } => $"{description.SamplesPerPixel} samples per pixel are not supported yet",
        { PhotometricInterpretation: not ("MONOCHROME1" or "MONOCHROME2") } => "a Photometric Interpretation other than MONOCHROME1 and 2 is not supported yet",
        { BitsAllocated: not (8 or 16) } => $"Bits Allocated {description.BitsAllocated} is not supported yet",
        _ => null,
    };

    /// <summary>
    /// Grey values in [0, 1], 0 black, row-major Rows x Columns: stored value, rescale (PS3.3 section C.11.1), linear window (section C.11.2.1.2) or else the
    /// image's own range, inverted for MONOCHROME1.
    /// </summary>
    /// <param name="description">One sample per pixel, 8 or 16 bits allocated.</param>
    /// <param name="native">One frame as <see cref="FrameResult.Decoded"/> gives it.</param>
    /// <exception cref="ArgumentException">The description is refused, or the pixels are fewer than it asks for.</exception>
    public static float[] From(PixelDescription description, ReadOnlySpan<byte> native)
    {
        if (Refusal(description) is { } refusal)
            throw new ArgumentException(refusal, nameof(description));
        var count = description.Rows * description.Columns;
        if (native.Length < description.FrameBytes)
            throw new ArgumentException("fewer pixels than Rows x Columns", nameof(native));

        var image = new float[count];
        if (description.BitsAllocated == 8)
        {
            var table = Table(description, Range(description, native[..count]));
            for (var index = 0; index < image.Length; index++)
                image[index] = table[native[index]];
        }
        else
        {
            var words = MemoryMarshal.Cast<byte, ushort>(native)[..count];
            var table = Table(description, Range(description, words));
            for (var index = 0; index < image.Length; index++)
                image[index] = table[words[index]];
        }
        return image;
    }

    /// <summary>The grey value of each number that a sample can hold.</summary>
    private static float[] Table(PixelDescription description, (int Least, int Greatest) range)
    {
        var (slope, intercept) = (description.Slope, description.Intercept);
        var (first, last) = ((range.Least * slope) + intercept, (range.Greatest * slope) + intercept);
        var (min, max) = (Math.Min(first, last), Math.Max(first, last));
        var inverted = description.PhotometricInterpretation == "MONOCHROME1";
        var table = new float[1 << description.BitsAllocated];
        for (var raw = 0; raw < table.Length; raw++)
        {
            var value = (Stored(description, raw) * slope) + intercept;
            var grey = description is { WindowCenter: { } center, WindowWidth: { } width }
                ? Windowed(value, center, width)
                : max == min ? 0 : Math.Clamp((value - min) / (max - min), 0, 1);
            table[raw] = (float)(inverted ? 1 - grey : grey);
        }
        return table;
    }

    /// <summary>PS3.3 section C.11.2.1.2.1.</summary>
    private static double Windowed(double value, double center, double width)
    {
        if (value <= center - 0.5 - ((width - 1) / 2))
            return 0;
        if (value > center - 0.5 + ((width - 1) / 2))
            return 1;
        return ((value - (center - 0.5)) / (width - 1)) + 0.5;
    }

    /// <summary>Bits Stored bits, the highest of them at High Bit; what lies beside them (overlays, in old files) is dropped.</summary>
    private static int Stored(PixelDescription description, int raw)
    {
        var value = (raw >> (description.HighBit - description.BitsStored + 1)) & ((1 << description.BitsStored) - 1);
        return description.Signed && value >> (description.BitsStored - 1) == 1 ? value - (1 << description.BitsStored) : value;
    }

    private static (int Least, int Greatest) Range<T>(PixelDescription description, ReadOnlySpan<T> samples)
        where T : unmanaged, System.Numerics.IBinaryInteger<T>
    {
        if (description.WindowCenter is not null)
            return default;
        var (least, greatest) = (int.MaxValue, int.MinValue);
        foreach (var sample in samples)
        {
            var value = Stored(description, int.CreateTruncating(sample));
            least = Math.Min(least, value);
            greatest = Math.Max(greatest, value);
        }
        return (least, greatest);
    }
}
