using MedCloud.ModelCatalogue;

namespace MedCloud.Inference.Preprocessing;

/// <summary>From a grey image to what a model's manifest declares as its input.</summary>
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
        switch (input.Resize)
        {
            case ResizeMethod.StretchTriangle:
                TriangleFilter.Resize(grey, rows, columns, tensor, input.Height, input.Width);
                break;
        }

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
