using System.Runtime.CompilerServices;
using JpegLibrary;

namespace MedCloud.Dicom;

/// <summary>JPEG baseline, 8 bits, one component (PS3.5 annex A.4.1; ITU-T T.81).</summary>
internal static class JpegFrameDecoder
{
    /// <summary>A block of 64 samples takes two bits at least, in a baseline scan.</summary>
    private const int MaxRatio = 256;

    public static FrameResult Decode(PixelDescription description, ReadOnlyMemory<byte> frame, CancellationToken cancellationToken)
    {
        if (description.BitsAllocated != 8)
            return new FrameResult.Corrupt($"Bits Allocated is {description.BitsAllocated}, JPEG baseline asks for 8");
        if (description.SamplesPerPixel != 1)
            return new FrameResult.Unsupported("JPEG baseline in colour is not supported yet");
        if ((long)frame.Length * MaxRatio < description.FrameBytes)
            return new FrameResult.Corrupt("the JPEG frame is too short for Rows x Columns");
        try
        {
            var decoder = new JpegDecoder();
            decoder.SetInput(frame);
            decoder.Identify();
            if (decoder.Width != description.Columns || decoder.Height != description.Rows)
                return new FrameResult.Corrupt($"the JPEG frame is {decoder.Height} x {decoder.Width}, Rows x Columns say {description.Rows} x {description.Columns}");
            if (decoder.NumberOfComponents != 1 || decoder.Precision != 8)
                return new FrameResult.Corrupt($"the JPEG frame has {decoder.NumberOfComponents} components of {decoder.Precision} bits, its pixels ask for 1 of 8");
            var pixels = new byte[description.FrameBytes];
            var blocks = new GreyBlocks(pixels, description.Columns, description.Rows, cancellationToken);
            decoder.SetOutputWriter(blocks);
            decoder.Decode();
            return blocks.Complete ? new FrameResult.Decoded(pixels) : new FrameResult.Corrupt("the JPEG frame has no whole scan");
        }
        // What JpegLibrary was seen to throw for damaged input.
        catch (Exception exception) when (exception is InvalidDataException or InvalidOperationException or ArgumentException or ArithmeticException or IndexOutOfRangeException or NotSupportedException)
        {
            return new FrameResult.Corrupt("the JPEG frame is damaged");
        }
    }

    /// <summary>Puts blocks of 8 x 8 samples in their place; blocks hang over the right and lower edge.</summary>
    private sealed class GreyBlocks(byte[] pixels, int width, int height, CancellationToken cancellationToken) : JpegBlockOutputWriter
    {
        private int missing = ((width + 7) / 8) * ((height + 7) / 8);

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
                ref var samples = ref Unsafe.Add(ref blockRef, row * 8);
                var line = pixels.AsSpan(((y + row) * width) + x, columns);
                for (var column = 0; column < line.Length; column++)
                    line[column] = (byte)Math.Clamp(Unsafe.Add(ref samples, column), (short)0, (short)255);
            }
        }
    }
}
