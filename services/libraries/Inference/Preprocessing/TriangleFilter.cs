using System.Buffers;
using System.Numerics.Tensors;

namespace MedCloud.Inference.Preprocessing;

/// <summary>Resizes by a separable triangle filter whose support grows with the reduction, so that every source pixel counts:
/// what PyTorch's <c>interpolate(mode="bilinear", antialias=True, align_corners=False)</c> and PIL's BILINEAR compute.</summary>
public static class TriangleFilter
{
    /// <summary>Stretches an image to another size; the aspect is not kept.</summary>
    /// <param name="source">Row-major, <paramref name="rows"/> x <paramref name="columns"/>.</param>
    /// <param name="rows">Rows of the source, at least 1.</param>
    /// <param name="columns">Columns of the source, at least 1.</param>
    /// <param name="destination">Row-major, <paramref name="height"/> x <paramref name="width"/>.</param>
    /// <param name="height">Rows of the result, at least 1.</param>
    /// <param name="width">Columns of the result, at least 1.</param>
    public static void Resize(ReadOnlySpan<float> source, int rows, int columns, Span<float> destination, int height, int width)
    {
        var vertical = Taps.Of(rows, height);
        var horizontal = Taps.Of(columns, width);
        var pooled = ArrayPool<float>.Shared.Rent(columns);
        try
        {
            // Columns are combined first, a whole row at a time: the long direction is then the one that vectorises,
            // and a single row is all the memory in between. The two directions commute but for rounding.
            var row = pooled.AsSpan(0, columns);
            for (var y = 0; y < height; y++)
            {
                row.Clear();
                var weights = vertical.Weights(y);
                for (var tap = 0; tap < weights.Length; tap++)
                    TensorPrimitives.MultiplyAdd(source.Slice((vertical.First(y) + tap) * columns, columns), weights[tap], row, row);
                for (var x = 0; x < width; x++)
                {
                    var across = horizontal.Weights(x);
                    destination[(y * width) + x] = TensorPrimitives.Dot(across, row.Slice(horizontal.First(x), across.Length));
                }
            }
        }
        finally
        {
            ArrayPool<float>.Shared.Return(pooled);
        }
    }

    /// <summary>For each output position, the source positions that it is made of and their weights, whose sum is 1.</summary>
    private sealed class Taps(int[] firsts, int[] counts, float[] weights, int stride)
    {
        public static Taps Of(int length, int outputs)
        {
            var scale = (double)length / outputs;
            var support = Math.Max(1.0, scale);
            var stride = ((int)Math.Ceiling(support) * 2) + 1;
            var firsts = new int[outputs];
            var counts = new int[outputs];
            var weights = new float[outputs * stride];
            for (var i = 0; i < outputs; i++)
            {
                var centre = (i + 0.5) * scale;
                firsts[i] = Math.Max((int)(centre - support + 0.5), 0);
                counts[i] = Math.Min((int)(centre + support + 0.5), length) - firsts[i];
                var total = 0.0;
                for (var tap = 0; tap < counts[i]; tap++)
                    total += Triangle(i, tap);
                for (var tap = 0; tap < counts[i]; tap++)
                    weights[(i * stride) + tap] = (float)(Triangle(i, tap) / total);

                double Triangle(int output, int tap) => Math.Max(0, 1 - Math.Abs((firsts[output] + tap - centre + 0.5) / support));
            }

            return new Taps(firsts, counts, weights, stride);
        }

        public int First(int output) => firsts[output];

        public ReadOnlySpan<float> Weights(int output) => weights.AsSpan(output * stride, counts[output]);
    }
}
