using System.Buffers;
using MedCloud.ModelCatalogue;

namespace MedCloud.Inference.Preprocessing;

/// <summary>From an image to what a model's manifest declares as its input.</summary>
public static class InputPreparation
{
    /// <summary>Below this deviation an image counts as flat and is not stretched further.</summary>
    private const double LeastDeviation = 1e-3;

    /// <summary>Values of one input tensor of one image.</summary>
    public static int Length(InputTensor input) => input.Channels * input.Height * input.Width;

    /// <summary>Resizes and normalises one image.</summary>
    /// <param name="input">The manifest's declaration.</param>
    /// <param name="grey">Row-major, <paramref name="rows"/> x <paramref name="columns"/>, 0 to 1.</param>
    /// <param name="rows">Rows of the image.</param>
    /// <param name="columns">Columns of the image.</param>
    /// <param name="tensor">Becomes <c>float32[channels, height, width]</c>; <see cref="Length"/> values.</param>
    public static void Prepare(InputTensor input, ReadOnlySpan<float> grey, int rows, int columns, Span<float> tensor)
    {
        var plane = input.Height * input.Width;
        Resize(input, grey, rows, columns, tensor[..plane]);
        for (var channel = 1; channel < input.Channels; channel++)
            tensor[..plane].CopyTo(tensor[(channel * plane)..]);
        Normalise(input, tensor);
    }

    /// <summary>Resizes and normalises one image in colour, for a model of three channels.</summary>
    /// <param name="input">The manifest's declaration.</param>
    /// <param name="colours">Red, green and blue of each pixel, row-major, <paramref name="rows"/> x <paramref name="columns"/> x 3.</param>
    /// <param name="rows">Rows of the image.</param>
    /// <param name="columns">Columns of the image.</param>
    /// <param name="tensor">Becomes <c>float32[channels, height, width]</c>; <see cref="Length"/> values.</param>
    public static void Prepare(InputTensor input, ReadOnlySpan<byte> colours, int rows, int columns, Span<float> tensor)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(input.Channels, 3);
        var plane = input.Height * input.Width;
        var pooled = ArrayPool<float>.Shared.Rent(rows * columns);
        try
        {
            var image = pooled.AsSpan(0, rows * columns);
            for (var channel = 0; channel < 3; channel++)
            {
                for (var pixel = 0; pixel < image.Length; pixel++)
                    image[pixel] = colours[(3 * pixel) + channel] / 255f;
                Resize(input, image, rows, columns, tensor.Slice(channel * plane, plane));
            }
        }
        finally
        {
            ArrayPool<float>.Shared.Return(pooled);
        }
        Normalise(input, tensor);
    }

    private static void Resize(InputTensor input, ReadOnlySpan<float> image, int rows, int columns, Span<float> plane)
    {
        switch (input.Resize)
        {
            case ResizeMethod.StretchTriangle:
                TriangleFilter.Resize(image, rows, columns, plane, input.Height, input.Width);
                break;
        }
    }

    private static void Normalise(InputTensor input, Span<float> tensor)
    {
        switch (input.Normalise)
        {
            case NormaliseMethod.Standardise:
                Standardise(tensor);
                break;
        }
    }

    private static void Standardise(Span<float> values)
    {
        // Summed in double, as the training does: in float the deviation of a nearly flat image would drown in rounding.
        var sum = 0.0;
        foreach (var value in values)
            sum += value;
        var mean = sum / values.Length;
        var squares = 0.0;
        foreach (var value in values)
            squares += (value - mean) * (value - mean);
        var deviation = Math.Max(Math.Sqrt(squares / values.Length), LeastDeviation);
        for (var i = 0; i < values.Length; i++)
            values[i] = (float)((values[i] - mean) / deviation);
    }
}
