using MedCloud.Inference.Postprocessing;
using MedCloud.ModelCatalogue;

namespace MedCloud.Inference.Explanation;

/// <summary>Maps from evidence that a classifier gives beside its logits: no second pass (Zhou et al., Learning Deep Features for Discriminative Localization, CVPR 2016).</summary>
internal static class ClassActivation
{
    /// <summary>One map for each of <paramref name="maps"/>: the positive part of its channel less the one that it is set against.</summary>
    /// <param name="maps">The manifest's declaration.</param>
    /// <param name="classifications">Of the same image; they give the labels' meanings.</param>
    /// <param name="evidence"><c>float32[C, rows, columns]</c></param>
    /// <param name="shape">The output's shape, of which the last two are rows and columns.</param>
    /// <exception cref="InvalidDataException">The model computed something that is no evidence.</exception>
    public static IReadOnlyList<HeatMap> Read(IReadOnlyList<ActivationMap> maps, IReadOnlyList<Classification> classifications, ReadOnlySpan<float> evidence, ReadOnlySpan<long> shape)
    {
        var (rows, columns) = ((int)shape[^2], (int)shape[^1]);
        var found = new List<HeatMap>(maps.Count);
        foreach (var map in maps)
        {
            var values = evidence.Slice(map.Channel * rows * columns, rows * columns).ToArray();
            if (map.Against is { } against)
            {
                var other = evidence.Slice(against * rows * columns, rows * columns);
                for (var i = 0; i < values.Length; i++)
                    values[i] -= other[i];
            }

            for (var i = 0; i < values.Length; i++)
                values[i] = float.IsFinite(values[i]) ? Math.Max(0, values[i]) : throw new InvalidDataException("the model's evidence is not a number");
            found.Add(new HeatMap(map.Code, classifications.First(label => label.Code == map.Code).Display, rows, columns, values));
        }

        return found;
    }
}
