using System.Runtime.InteropServices;

namespace MedCloud.Dicom;

/// <summary>What the header of an encoded frame says about it; the attributes of its data set must agree before anything is decoded.</summary>
/// <param name="Codec">Its name in sentences.</param>
/// <param name="Width">In pixels.</param>
/// <param name="Height">In pixels.</param>
/// <param name="Components">Samples of a pixel.</param>
/// <param name="Precision">Bits of a sample. Encoders are known to write more than Bits Stored, never more than Bits Allocated.</param>
internal readonly record struct CodedFrame(string Codec, long Width, long Height, int Components, int Precision)
{
    /// <summary>Where they differ, as a sentence; null if they agree.</summary>
    public string? Mismatch(PixelDescription description)
    {
        if (Width != description.Columns || Height != description.Rows)
            return $"the {Codec} frame is {Height} x {Width}, Rows x Columns say {description.Rows} x {description.Columns}";
        if (Components != description.SamplesPerPixel || Precision < 1 || Precision > description.BitsAllocated)
            return $"the {Codec} frame has {Components} components of {Precision} bits, its pixels ask for {description.SamplesPerPixel} of up to {description.BitsAllocated}";
        return null;
    }

    /// <summary>Makes signed samples of fewer bits than are allocated two's complement in all of them, as native ones are.</summary>
    public void ExtendSign(PixelDescription description, Span<byte> pixels)
    {
        var unused = description.BitsAllocated - Precision;
        if (!description.Signed || unused == 0)
            return;
        if (description.BitsAllocated == 8)
        {
            foreach (ref var sample in MemoryMarshal.Cast<byte, sbyte>(pixels))
                sample = (sbyte)((sbyte)(sample << unused) >> unused);
        }
        else if (description.BitsAllocated == 16)
        {
            foreach (ref var sample in MemoryMarshal.Cast<byte, short>(pixels))
                sample = (short)((short)(sample << unused) >> unused);
        }
        else
        {
            foreach (ref var sample in MemoryMarshal.Cast<byte, int>(pixels))
                sample = sample << unused >> unused;
        }
    }
}
