namespace MedCloud.Dicom;

/// <summary>A frame as the grey values that a reader of the image sees.</summary>
public static class GreyImage
{
    /// <summary>Why <see cref="From"/> cannot make a grey image of such pixels, as a sentence; null if it can.</summary>
    public static string? Refusal(PixelDescription description) => throw new NotImplementedException();

    /// <summary>
    /// Grey values in [0, 1], 0 black, row-major Rows x Columns: stored value, rescale (PS3.3 section C.11.1), linear window (section C.11.2.1.2) or else the
    /// image's own range, inverted for MONOCHROME1.
    /// </summary>
    /// <param name="description">One sample per pixel, 8 or 16 bits allocated.</param>
    /// <param name="native">One frame as <see cref="FrameResult.Decoded"/> gives it.</param>
    /// <exception cref="ArgumentException">The description is refused, or the pixels are fewer than it asks for.</exception>
    public static float[] From(PixelDescription description, ReadOnlySpan<byte> native) => throw new NotImplementedException();
}
