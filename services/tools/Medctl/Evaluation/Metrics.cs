using System.Globalization;
using MedCloud.Results.V1;

namespace MedCloud.Medctl.Evaluation;

/// <summary>A case whose truth is known.</summary>
/// <param name="Truth">0 or 1; where the model estimates a share, such as an intersection over union, that share.</param>
/// <param name="Probability">What the model says, 0 to 1.</param>
internal readonly record struct Judged(double Truth, double Probability)
{
    public Judged(bool positive, double probability)
        : this(positive ? 1 : 0, probability)
    {
    }

    public bool Positive => Truth == 1;
}

/// <summary>The figures of the training tool's <c>metrics.py</c>, by the same formulas. A figure that the images do not allow, such as an AUC without a positive, is NaN.</summary>
internal static class Metrics
{
    private const int Rounds = 1000;
    private const uint Seed = 1;
    private const int Bins = 15;

    /// <summary>"0.989 [0.983, 0.994]": the figure and its 95 % percentile interval by bootstrap over images.</summary>
    /// <param name="count">Images.</param>
    /// <param name="statistic">The figure of these images, of which some may be drawn several times.</param>
    public static string WithInterval(int count, Func<int[], double> statistic)
    {
        var random = new NumpyRandom(Seed);
        var draws = Enumerable.Range(0, Rounds).Select(_ => random.Integers(count, count)).ToArray();
        var values = draws.AsParallel().Select(statistic).Where(value => !double.IsNaN(value)).Order().ToArray();
        return string.Create(CultureInfo.InvariantCulture, $"{statistic([.. Enumerable.Range(0, count)]):0.000} [{Percentile(values, 0.025):0.000}, {Percentile(values, 0.975):0.000}]");
    }

    /// <summary>Three decimals.</summary>
    public static string Format(double value) => value.ToString("0.000", CultureInfo.InvariantCulture);

    /// <summary>Area under the ROC curve; ties count half.</summary>
    public static double Auc(IReadOnlyCollection<Judged> cases)
    {
        var (rank, sum, positives) = (1.0, 0.0, 0);
        foreach (var tie in cases.GroupBy(each => each.Probability).OrderBy(tie => tie.Key))
        {
            var (count, positive) = (tie.Count(), tie.Count(each => each.Positive));
            sum += positive * (rank + ((count - 1) / 2.0));
            rank += count;
            positives += positive;
        }
        return (sum - (positives * (positives + 1.0) / 2)) / ((double)positives * (cases.Count - positives));
    }

    /// <summary>Expected calibration error over 15 bins of equal width.</summary>
    public static double CalibrationError(IReadOnlyCollection<Judged> cases) => cases.GroupBy(Bin).Sum(Distance) / cases.Count;

    /// <summary>Expected calibration error over 15 bins that hold equally many; the first ones one more where it does not come out even.</summary>
    public static double AdaptiveError(IReadOnlyCollection<Judged> cases)
    {
        var ordered = cases.OrderBy(each => each.Probability).ToArray();
        var (bins, sum, at) = (Math.Min(Bins, ordered.Length), 0.0, 0);
        for (var bin = 0; bin < bins; bin++)
        {
            var size = (ordered.Length / bins) + (bin < ordered.Length % bins ? 1 : 0);
            sum += Distance(ordered.AsSpan(at, size).ToArray());
            at += size;
        }
        return sum / ordered.Length;
    }

    /// <summary>Mean squared distance of the probability from the truth.</summary>
    public static double Brier(IReadOnlyCollection<Judged> cases) => cases.Average(each => Math.Pow(each.Probability - each.Truth, 2));

    /// <summary>A reliability diagram as rows of a Markdown table: probabilities, cases, mean probability, share that is positive (mean truth), and a bar of that share.</summary>
    public static IEnumerable<string> Reliability(IEnumerable<Judged> cases) =>
        from bin in cases.GroupBy(Bin)
        orderby bin.Key
        let said = bin.Average(each => each.Probability)
        let right = Share(bin)
        let bar = string.Concat(Enumerable.Range(0, 21).Select(at => at == (int)Math.Round(said * 20) ? '|' : at < (int)Math.Round(right * 20) ? '#' : '.'))
        select string.Create(CultureInfo.InvariantCulture, $"| {(double)bin.Key / Bins:0.00} to {(bin.Key + 1.0) / Bins:0.00} | {bin.Count()} | {said:0.000} | {right:0.000} | `{bar}` |");

    /// <summary>Intersection over union.</summary>
    public static double Iou(Box a, Box b)
    {
        var inner = Math.Max(0, Math.Min(a.XMax, b.XMax) - Math.Max(a.XMin, b.XMin)) * Math.Max(0, Math.Min(a.YMax, b.YMax) - Math.Max(a.YMin, b.YMin));
        return inner / (Area(a) + Area(b) - inner);

        static double Area(Box box) => (box.XMax - box.XMin) * (box.YMax - box.YMin);
    }

    /// <summary>AP of one label by 101-point interpolation as COCO's.</summary>
    /// <param name="detections">Each one's score, and whether it found a true box that no better one had found.</param>
    /// <param name="total">True boxes; 0 gives NaN.</param>
    public static double AveragePrecision(IEnumerable<(double Score, bool Hit)> detections, int total)
    {
        if (total == 0)
            return double.NaN;
        var ordered = detections.OrderByDescending(detection => detection.Score).ToArray();
        var (recall, precision) = (new double[ordered.Length], new double[ordered.Length]);
        for (var (at, hits) = (0, 0); at < ordered.Length; at++)
        {
            hits += ordered[at].Hit ? 1 : 0;
            (recall[at], precision[at]) = ((double)hits / total, hits / (at + 1.0));
        }
        for (var at = ordered.Length - 2; at >= 0; at--)
            precision[at] = Math.Max(precision[at], precision[at + 1]);
        var (sum, place) = (0.0, 0);
        for (var level = 0; level <= 100; level++)
        {
            while (place < ordered.Length && recall[place] < level * 0.01)
                place++;
            sum += place < ordered.Length ? precision[place] : 0;
        }
        return sum / 101;
    }

    /// <summary>Which detections of one label in one image find a true box: the best first, each true box once.</summary>
    /// <param name="detections">In any order.</param>
    /// <param name="truth">The true boxes of the label.</param>
    /// <param name="overlap">The intersection over union from which on a box is found.</param>
    public static IEnumerable<(double Score, bool Hit)> Match(IEnumerable<Detection> detections, IReadOnlyList<Box> truth, double overlap)
    {
        var free = truth.ToList();
        foreach (var detection in detections.OrderByDescending(detection => detection.Score))
        {
            var best = free.MaxBy(box => Iou(box, detection.Box));
            var hit = best is not null && Iou(best, detection.Box) >= overlap;
            if (hit)
                free.Remove(best!);
            yield return (detection.Score, hit);
        }
    }

    /// <summary>0.50, 0.55, ... 0.95.</summary>
    public static IEnumerable<double> Overlaps => Enumerable.Range(0, 10).Select(step => 0.5 + (step * 0.05));

    private static int Bin(Judged each) => Math.Min((int)(each.Probability * Bins), Bins - 1);

    private static double Share(IEnumerable<Judged> cases) => cases.Average(each => each.Truth);

    private static double Distance(IEnumerable<Judged> cases) => cases.Count() * Math.Abs(Share(cases) - cases.Average(each => each.Probability));

    /// <summary>Between the two nearest values in proportion.</summary>
    private static double Percentile(double[] ordered, double fraction)
    {
        if (ordered.Length == 0)
            return double.NaN;
        var at = fraction * (ordered.Length - 1);
        var below = (int)at;
        return ordered[below] + ((at - below) * (ordered[Math.Min(below + 1, ordered.Length - 1)] - ordered[below]));
    }
}
