using MedCloud.Medctl.Sending;
using MedCloud.Results.V1;

namespace MedCloud.Medctl.Evaluation;

/// <summary>Chest X-rays with a box of each lung.</summary>
internal sealed class LungImages(CocoFile coco) : LabelledImages
{
    private static readonly (string Category, string Code)[] Lungs = [("right_lung", "3341006"), ("left_lung", "44029006")];

    /// <inheritdoc/>
    public override string Code => Lungs[0].Code;

    /// <inheritdoc/>
    public override ImageKind Kind => ImageKind.Chest;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Paths => [.. coco.Images.Select(image => image.Path)];

    /// <inheritdoc/>
    public override IEnumerable<string> Report(IReadOnlyList<Analysis?> results)
    {
        var cases = coco.Images.Zip(results).Where(pair => pair.Second is not null).Select(pair => new Case(pair.First.Source, [.. Lungs.Select(lung => Find(pair.First, pair.Second!, lung))]));
        var populations = ByPopulation(cases, each => each.Source);
        string Figures(string name, Func<Case[], string> figure) => Row([name, .. populations.Select(population => figure(population.Cases))]);

        foreach (var line in Head([.. populations.Select(population => population.Name)]))
            yield return line;
        yield return Figures("images", all => $"{all.Length}");
        yield return Figures("mean IoU", all => Metrics.WithInterval(all.Length, rows => rows.Average(row => all[row].Lungs.Average(lung => lung.Overlap))));
        yield return Figures("mean IoU, right and left lung", all => string.Join(", ", Lungs.Select((_, side) => Metrics.Format(all.Average(each => each.Lungs[side].Overlap)))));
        yield return Figures("least IoU of any lung", all => Metrics.Format(all.Min(each => each.Lungs.Min(lung => lung.Overlap))));
        yield return Figures("AP at 0.50, right and left together", all => Metrics.Format(MeanPrecision(all, 0.5)));
        yield return Figures("AP at 0.75, right and left together", all => Metrics.WithInterval(all.Length, rows => MeanPrecision([.. rows.Select(row => all[row])], 0.75)));
        yield return Figures("AP at 0.50 to 0.95", all => Metrics.Format(Metrics.Overlaps.Average(overlap => MeanPrecision(all, overlap))));
        yield return Figures("images with both lungs above the threshold", all => $"{all.Count(each => each.Lungs.All(lung => lung.Score is not null))} of {all.Length}");
        yield return Figures("mean score", all => Metrics.Format(all.Average(each => each.Lungs.Average(lung => lung.Score ?? 0))));
        yield return Figures("mean distance of the score from the IoU", all => Metrics.Format(all.Average(each => each.Lungs.Average(lung => Math.Abs((lung.Score ?? 0) - lung.Overlap)))));
        yield return Figures("expected calibration error, 15 bins", all => Metrics.Format(Metrics.CalibrationError(Judge(all))));
        yield return Figures("adaptive (15 bins of equally many)", all => Metrics.Format(Metrics.AdaptiveError(Judge(all))));
        foreach (var (name, all) in populations)
        {
            yield return "";
            yield return $"Reliability, {name}:";
            yield return "";
            foreach (var line in Reliability("score", "lungs", "IoU", Judge(all)))
                yield return line;
        }
    }

    /// <summary>The lungs that were found: their score estimates the overlap.</summary>
    private static Judged[] Judge(Case[] cases) => [.. cases.SelectMany(each => each.Lungs).Where(lung => lung.Score is not null).Select(lung => new Judged(lung.Overlap, lung.Score ?? 0))];

    private static double MeanPrecision(Case[] cases, double overlap) =>
        Lungs.Select((_, side) => Metrics.AveragePrecision(
            from each in cases
            let lung = each.Lungs[side]
            where lung.Score is not null
            select (lung.Score ?? 0, lung.Overlap >= overlap),
            cases.Length)).Average();

    private static Lung Find(CocoImage image, Analysis result, (string Category, string Code) lung) =>
        result.Detections.FirstOrDefault(detection => detection.Code == lung.Code) is { } found
            ? new Lung(found.Score, Metrics.Iou(found.Box, image.Boxes[lung.Category].Single()))
            : new Lung(null, 0);

    /// <param name="Score">Null where the lung was not found.</param>
    /// <param name="Overlap">Intersection over union with the true box.</param>
    private readonly record struct Lung(double? Score, double Overlap);

    private sealed record Case(string Source, Lung[] Lungs);
}
