using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using JpegLibrary;

namespace MedCloud.Dicom;

/// <summary>JPEG with a cosine transform, sequential and progressive, 8 or 12 bits, grey or colour (PS3.5 annex A.4.1; ITU-T T.81 processes 1 to 12).</summary>
internal static class JpegFrameDecoder
{
    /// <summary>A block of 64 samples takes two bits at least.</summary>
    private const int MaxSamplesPerByte = 256;

    public static FrameResult Decode(PixelDescription description, TransferSyntax syntax, ReadOnlyMemory<byte> frame, CancellationToken cancellationToken)
    {
        if (syntax == TransferSyntax.JpegBaseline && description.BitsAllocated != 8)
            return new FrameResult.Corrupt($"Bits Allocated is {description.BitsAllocated}, JPEG baseline asks for 8");
        if (description.SamplesPerPixel is not (1 or 3) || description.BitsAllocated is not (8 or 16))
            return new FrameResult.Unsupported($"lossy JPEG of {description.SamplesPerPixel} samples of {description.BitsAllocated} bits allocated is not supported");
        if ((long)frame.Length * MaxSamplesPerByte < (long)description.Rows * description.Columns)
            return new FrameResult.Corrupt("the JPEG frame is too short for Rows x Columns");
        try
        {
            var decoder = new JpegDecoder();
            decoder.SetInput(frame);
            decoder.Identify();
            if (decoder.StartOfFrame == JpegMarker.StartOfFrame3)
                return new FrameResult.Corrupt("the JPEG frame is lossless, its transfer syntax is not");
            if (decoder.StartOfFrame is not (JpegMarker.StartOfFrame0 or JpegMarker.StartOfFrame1 or JpegMarker.StartOfFrame2))
                return new FrameResult.Corrupt("the JPEG frame is neither sequential nor progressive with Huffman codes");
            var coded = new CodedFrame("JPEG", decoder.Width, decoder.Height, decoder.NumberOfComponents, decoder.Precision);
            if (coded.Mismatch(description) is { } mismatch)
                return new FrameResult.Corrupt(mismatch);
            var pixels = new byte[description.DecodedBytes];
            var blocks = new Blocks(pixels, description, Math.Min(coded.Precision, description.BitsStored), cancellationToken);
            decoder.SetOutputWriter(blocks);
            decoder.Decode();
            if (!blocks.Complete)
                return new FrameResult.Corrupt("the JPEG frame has no whole scan");
            return new FrameResult.Decoded(pixels, ColourModel(description, frame.Span));
        }
        // What JpegLibrary was seen to throw for damaged input; the last where a progressive frame has no quantisation table.
        catch (Exception exception) when (exception is InvalidDataException or InvalidOperationException or ArgumentException or ArithmeticException or IndexOutOfRangeException or NotSupportedException or NullReferenceException)
        {
            return new FrameResult.Corrupt("the JPEG frame is damaged");
        }
    }

    /// <summary>
    /// Whether three components are RGB or YCbCr. The frame itself knows better than the data set, which is often left as it was before compression: Adobe's segment says so
    /// (ITU-T T.872 section 6.5.3), JFIF allows YCbCr alone, components may be named R, G and B, and only YCbCr has some of fewer samples; else Photometric Interpretation decides.
    /// </summary>
    private static string ColourModel(PixelDescription description, ReadOnlySpan<byte> frame)
    {
        if (description.SamplesPerPixel == 1)
            return description.PhotometricInterpretation;
        var segments = new JpegSegments(frame);
        var (jfif, subsampled) = (false, false);
        while (segments.MoveNext())
        {
            var content = segments.Content;
            switch (segments.Marker)
            {
                case 0xE0 when content.StartsWith("JFIF\0"u8):
                    jfif = true;
                    break;
                case 0xEE when content.Length >= 12 && content.StartsWith("Adobe"u8):
                    return content[11] == 0 ? "RGB" : "YBR_FULL";
                case >= 0xC0 and <= 0xC2 when content.Length >= 15:
                    if (content[6] == 'R' && content[9] == 'G' && content[12] == 'B')
                        return "RGB";
                    subsampled = content[7] != content[10];
                    break;
                default:
                    break;
            }
        }
        return jfif || subsampled || description.PhotometricInterpretation.StartsWith("YBR", StringComparison.Ordinal) ? "YBR_FULL" : description.PhotometricInterpretation;
    }

    /// <summary>Puts blocks of 8 x 8 samples in their place; blocks hang over the right and lower edge.</summary>
    private sealed class Blocks(byte[] pixels, PixelDescription description, int bits, CancellationToken cancellationToken) : JpegBlockOutputWriter
    {
        private readonly int width = description.Columns;
        private readonly int height = description.Rows;
        private readonly int samples = description.SamplesPerPixel;
        private readonly int greatest = (1 << bits) - 1;
        private readonly bool words = description.BitsAllocated == 16;
        private int missing = ((description.Columns + 7) / 8) * ((description.Rows + 7) / 8) * description.SamplesPerPixel;

        /// <summary>The decoder ends in peace where a frame has no scan.</summary>
        public bool Complete => missing <= 0;

        public override void WriteBlock(ref short blockRef, int componentIndex, int x, int y)
        {
            if (x == 0)
                cancellationToken.ThrowIfCancellationRequested();
            if (x >= width || y >= height || componentIndex >= samples)
                return;
            missing--;
            var columns = Math.Min(8, width - x);
            var rows = Math.Min(8, height - y);
            for (var row = 0; row < rows; row++)
            {
                ref var values = ref Unsafe.Add(ref blockRef, row * 8);
                var at = ((((y + row) * width) + x) * samples) + componentIndex;
                for (var column = 0; column < columns; column++, at += samples)
                {
                    // Rounding leaves some a little outside of their range, and what is above Bits Stored would be dropped.
                    var sample = (ushort)Math.Clamp((int)Unsafe.Add(ref values, column), 0, greatest);
                    if (words)
                        BinaryPrimitives.WriteUInt16LittleEndian(pixels.AsSpan(2 * at), sample);
                    else
                        pixels[at] = (byte)sample;
                }
            }
        }
    }
}
