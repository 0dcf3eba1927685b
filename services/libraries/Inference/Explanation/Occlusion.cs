using System.Buffers;
using MedCloud.Inference.Postprocessing;
using MedCloud.Inference.Preprocessing;
using MedCloud.ModelCatalogue;

namespace MedCloud.Inference.Explanation;

/// <summary>Maps of a model that gives no evidence: the places of a grid are replaced by the image's mean one after the other, and a place is worth what the finding then loses
/// (Zeiler and Fergus, Visualizing and Understanding Convolutional Networks, ECCV 2014; for boxes the similarity of D-RISE, Petsiuk et al., CVPR 2021).</summary>
internal static class Occlusion
{
    /// <summary>Rows and columns of the grid; the price of a map is their product in runs.</summary>
    public const int Grid = 8;

    /// <summary>Images of one run: bounds the memory.</summary>
    private const int Batch = Grid;

    /// <summary>The labels that have a map, some of them more than once.</summary>
    public static IEnumerable<(string Code, string Display)> Labels(Findings findings) =>
        findings.Classifications.Where(label => label.Positive).Select(label => (label.Code, label.Display)).Concat(findings.Detections.Select(box => (box.Code, box.Display)));

    /// <summary>A map for each label that is positive; for a detector each label that has a box. Of more than <see cref="ModelExplanation.MaxMaps"/> the first in the manifest's order.</summary>
    /// <param name="input">The manifest's declaration.</param>
    /// <param name="image"><c>float32[channels, height, width]</c></param>
    /// <param name="findings">What the model says of it.</param>
    /// <param name="run">Runs the model on as many images as are asked for.</param>
    public static IReadOnlyList<HeatMap> Explain(InputTensor input, ReadOnlySpan<float> image, Findings findings, Func<Memory<float>, int, IReadOnlyList<Findings>> run)
    {
        var labels = Labels(findings).Distinct().Take(ModelExplanation.MaxMaps).ToList();
        var means = Means(input, image);
        var whole = labels.ConvertAll(label => Strength(findings, findings, label.Code));
        var losses = labels.ConvertAll(_ => new float[Grid * Grid]);
        var pooled = ArrayPool<float>.Shared.Rent(Batch * image.Length);
        try
        {
            var hidden = pooled.AsMemory(0, Batch * image.Length);
            for (var first = 0; first < Grid * Grid; first += Batch)
            {
                for (var i = 0; i < Batch; i++)
                {
                    var copy = hidden.Span.Slice(i * image.Length, image.Length);
                    image.CopyTo(copy);
                    Hide(input, means, copy, (first + i) / Grid, (first + i) % Grid);
                }

                foreach (var (i, left) in run(hidden, Batch).Index())
                {
                    for (var label = 0; label < labels.Count; label++)
                        losses[label][first + i] = (float)Math.Max(0, whole[label] - Strength(findings, left, labels[label].Code));
                }
            }
        }
        finally
        {
            ArrayPool<float>.Shared.Return(pooled);
        }

        return [.. labels.Zip(losses, (label, values) => new HeatMap(label.Code, label.Display, Grid, Grid, values))];
    }

    /// <summary>How sure <paramref name="now"/> is of what was <paramref name="said"/>: the label's probability, or the mean over its boxes of the best score times overlap.</summary>
    private static double Strength(Findings said, Findings now, string code)
    {
        if (now.Classifications.FirstOrDefault(label => label.Code == code) is { } classification)
            return classification.Probability;
        var left = now.Detections.Where(box => box.Code == code).ToList();
        return said.Detections.Where(box => box.Code == code).Average(box => left.Select(other => other.Score * other.Box.Iou(box.Box)).DefaultIfEmpty().Max());
    }

    /// <summary>The mean of each channel.</summary>
    private static float[] Means(InputTensor input, ReadOnlySpan<float> image)
    {
        var plane = input.Height * input.Width;
        var means = new float[input.Channels];
        for (var channel = 0; channel < input.Channels; channel++)
        {
            var sum = 0.0;
            foreach (var value in image.Slice(channel * plane, plane))
                sum += value;
            means[channel] = (float)(sum / plane);
        }

        return means;
    }

    /// <summary>Replaces a place by the mean of each channel.</summary>
    private static void Hide(InputTensor input, float[] means, Span<float> image, int row, int column)
    {
        var plane = input.Height * input.Width;
        var (left, right) = (column * input.Width / Grid, (column + 1) * input.Width / Grid);
        for (var channel = 0; channel < input.Channels; channel++)
        {
            var values = image.Slice(channel * plane, plane);
            for (var y = row * input.Height / Grid; y < (row + 1) * input.Height / Grid; y++)
                values[((y * input.Width) + left)..((y * input.Width) + right)].Fill(means[channel]);
        }
    }
}
