using System.Buffers.Binary;
using System.Runtime.CompilerServices;
using JpegLibrary;

namespace MedCloud.Dicom;

/// <summary>JPEG baseline and extended, 8 or 12 bits, one component (PS3.5 annex A.4.1; ITU-T T.81 processes 1, 2 and 4).</summary>
internal static class JpegFrameDecoder
{
    /// <summary>A block of 64 samples takes two bits at least.</summary>
    private const int MaxSamplesPerByte = 256;

    public static FrameResult Decode(PixelDescription description, TransferSyntax syntax, ReadOnlyMemory<byte> frame, CancellationToken cancellationToken)
    {
        if (syntax == TransferSyntax.JpegBaseline && description.BitsAllocated != 8)
            return new FrameResult.Corrupt($"Bits Allocated is {description.BitsAllocated}, JPEG baseline asks for 8");
        if (description.SamplesPerPixel != 1)
            return new FrameResult.Unsupported("lossy JPEG in colour is not supported yet");
        if ((long)frame.Length * MaxSamplesPerByte < (long)description.Rows * description.Columns)
            return new FrameResult.Corrupt("the JPEG frame is too short for Rows x Columns");
        try
        {
            var decoder = new JpegDecoder();
            decoder.SetInput(frame);
            decoder.Identify();
            if (decoder.StartOfFrame == JpegMarker.StartOfFrame3)
                return new FrameResult.Corrupt("the JPEG frame is lossless, its transfer syntax is not");
            var coded = new CodedFrame("JPEG", decoder.Width, decoder.Height, decoder.NumberOfComponents, decoder.Precision);
            if (coded.Mismatch(description) is { } mismatch)
                return new FrameResult.Corrupt(mismatch);
            var pixels = new byte[description.FrameBytes];
            var blocks = new Blocks(pixels, description, Math.Min(coded.Precision, description.BitsStored), cancellationToken);
            decoder.SetOutputWriter(blocks);
            decoder.Decode();
            if (!blocks.Complete)
                return new FrameResult.Corrupt("the JPEG frame has no whole scan");
            return new FrameResult.Decoded(pixels);
        }
        // What JpegLibrary was seen to throw for damaged input.
        catch (Exception exception) when (exception is InvalidDataException or InvalidOperationException or ArgumentException or ArithmeticException or IndexOutOfRangeException or NotSupportedException)
        {
            return new FrameResult.Corrupt("the JPEG frame is damaged");
        }
    }

    /// <summary>Puts blocks of 8 x 8 samples in their place; blocks hang over the right and lower edge.</summary>
    private sealed class Blocks(byte[] pixels, PixelDescription description, int bits, CancellationToken cancellationToken) : JpegBlockOutputWriter
    {
        private readonly int width = description.Columns;
        private readonly int height = description.Rows;
        private readonly int greatest = (1 << bits) - 1;
        private readonly bool words = description.BitsAllocated == 16;
        private int missing = ((description.Columns + 7) / 8) * ((description.Rows + 7) / 8);

        /// <summary>The decoder ends in peace where a frame has no scan.</summary>
        public bool Complete => missing <= 0;

        public override void WriteBlock(ref short blockRef, int componentIndex, int x, int y)
        {
            if (x == 0)
                cancellationToken.ThrowIfCancellationRequested();
            if (x >= width || y >= height || componentIndex != 0)
                return;
            missing--;
            var columns = Math.Min(8, width - x);
            var rows = Math.Min(8, height - y);
            for (var row = 0; row < rows; row++)
            {
                ref var values = ref Unsafe.Add(ref blockRef, row * 8);
                var at = ((y + row) * width) + x;
                for (var column = 0; column < columns; column++, at++)
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
