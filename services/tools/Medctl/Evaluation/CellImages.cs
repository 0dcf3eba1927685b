using MedCloud.Medctl.Sending;
using MedCloud.Results.V1;

namespace MedCloud.Medctl.Evaluation;

/// <summary>Fields of blood smears with a box of each cell.</summary>
internal sealed class CellImages(CocoFile coco) : LabelledImages
{
    private const double Right = 0.5;

    private static readonly (string Name, string Category, string Code)[] Kinds = [("red cells", "RBC", "41898006"), ("white cells", "WBC", "52501007"), ("platelets", "Platelets", "16378004")];

    /// <inheritdoc/>
    public override string Code => Kinds[0].Code;

    /// <inheritdoc/>
    public override ImageKind Kind => ImageKind.Microscopy;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Paths => [.. coco.Images.Select(image => image.Path)];

    /// <inheritdoc/>
    public override IEnumerable<string> Report(IReadOnlyList<Analysis?> results)
    {
        var cases = coco.Images.Zip(results).Where(pair => pair.Second is not null).Select(pair => (Image: pair.First, Result: pair.Second!)).ToArray();
        var matched = Match(Right);
        int[] images = [.. Enumerable.Range(0, cases.Length)], every = [0, 1, 2];

        foreach (var line in Head("cells", "AP at 0.5", "found", "right"))
            yield return line;
        for (var kind = 0; kind < Kinds.Length; kind++)
        {
            var (hits, boxes) = (matched[kind].Sum(image => image.Found.Count(box => box.Hit)), matched[kind].Sum(image => image.Found.Length));
            var total = matched[kind].Sum(image => image.Total);
            int[] own = [kind];
            yield return Row(Kinds[kind].Name, $"{total}", Spread(own), Metrics.Format((double)hits / total), Metrics.Format((double)hits / boxes));
        }
        yield return Row("mean", "", Spread(every), "", "");
        yield return "";
        yield return $"Mean AP at 0.75: {Metrics.Format(Precision(Match(0.75), every, images))}; at 0.50 to 0.95: {Metrics.Format(Metrics.Overlaps.Average(overlap => Precision(Match(overlap), every, images)))}.";

        var judged = matched.SelectMany(kind => kind).SelectMany(image => image.Found).Select(box => new Judged(box.Hit, box.Score)).ToArray();
        yield return "";
        yield return $"Expected calibration error over 15 bins of the boxes: {Metrics.Format(Metrics.CalibrationError(judged))}.";
        yield return "";
        foreach (var line in Reliability("score", "boxes", "share", judged))
            yield return line;

        string Spread(int[] kinds) => Metrics.WithInterval(cases.Length, rows => Precision(matched, kinds, rows));

        // By kind and then image.
        Matched[][] Match(double overlap) =>
        [
            .. Kinds.Select(kind => cases.Select(each =>
            {
                Box[] truth = [.. each.Image.Boxes[kind.Category]];
                return new Matched([.. Metrics.Match(each.Result.Detections.Where(found => found.Code == kind.Code), truth, overlap)], truth.Length);
            }).ToArray()),
        ];
    }

    /// <summary>The mean AP of some kinds over some images.</summary>
    private static double Precision(Matched[][] matched, int[] kinds, int[] images) =>
        kinds.Average(kind => Metrics.AveragePrecision(images.SelectMany(image => matched[kind][image].Found), images.Sum(image => matched[kind][image].Total)));

    /// <param name="Found">The boxes of one kind in one image.</param>
    /// <param name="Total">The true ones.</param>
    private sealed record Matched((double Score, bool Hit)[] Found, int Total);
}
