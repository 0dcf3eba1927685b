using MedCloud.Medctl.Sending;
using MedCloud.Results.V1;
using Microsoft.VisualBasic.FileIO;

namespace MedCloud.Medctl.Evaluation;

/// <summary>Chest X-rays with and without pneumonia: <c>labels.csv</c> with file, label (pneumonia or normal), subtype (bacterial, viral or another), source and, where there are several, split.</summary>
internal sealed class PneumoniaImages : LabelledImages
{
    private const string Viral = "75570004";

    private readonly List<Labelled> images;

    private PneumoniaImages(List<Labelled> images) => this.images = images;

    /// <inheritdoc/>
    public override string Code => "233604007";

    /// <inheritdoc/>
    public override ImageKind Kind => ImageKind.Chest;

    /// <inheritdoc/>
    public override IReadOnlyList<string> Paths => [.. images.Select(image => image.Path)];

    public static PneumoniaImages Read(string folder, string labels, string split)
    {
        using var parser = new TextFieldParser(labels) { Delimiters = [","] };
        var columns = parser.ReadFields() ?? [];
        foreach (var required in new[] { "file", "label", "subtype", "source" })
        {
            if (!columns.Contains(required))
                throw new InvalidDataException($"'{labels}' has no column \"{required}\"");
        }

        var images = new List<Labelled>();
        while (parser.ReadFields() is { } fields)
        {
            var row = columns.Zip(fields).ToDictionary(pair => pair.First, pair => pair.Second);
            if (row.GetValueOrDefault("split", split) == split)
                images.Add(new Labelled(Path.Combine(folder, row["file"]), row["source"], row["label"] == "pneumonia", row["subtype"] switch { "viral" => true, "bacterial" => false, _ => null }));
        }
        return images.Count > 0 ? new PneumoniaImages(images) : throw new InvalidDataException($"'{labels}' has no image of the split \"{split}\"");
    }

    /// <inheritdoc/>
    public override IEnumerable<string> Report(IReadOnlyList<Analysis?> results)
    {
        var cases = images.Zip(results).Where(pair => pair.Second is not null).Select(pair => new Case(pair.First, pair.Second!)).ToArray();
        var populations = ByPopulation(cases, each => each.Image.Source).Select(population => (population.Name, population.Cases, Judged: population.Cases.Select(each => each.Judged).ToArray())).ToArray();
        string Figures(string name, Func<Judged[], string> figure) => Row([name, .. populations.Select(population => figure(population.Judged))]);

        foreach (var line in Head([.. populations.Select(population => population.Name)]))
            yield return line;
        yield return Figures("images", judged => $"{judged.Length}");
        yield return Figures("with pneumonia", judged => $"{judged.Count(each => each.Positive)}");
        yield return Figures("AUC, pneumonia", judged => Metrics.WithInterval(judged.Length, rows => Metrics.Auc([.. rows.Select(row => judged[row])])));
        foreach (var (name, truth) in new[] { ("sensitivity", true), ("specificity", false) })
            yield return Row([$"{name} at the threshold", .. populations.Select(population => Metrics.WithInterval(population.Cases.Length, rows => Rate(rows.Select(row => population.Cases[row]), truth)))]);
        yield return Figures("expected calibration error, 15 bins", judged => Metrics.Format(Metrics.CalibrationError(judged)));
        yield return Figures("adaptive (15 bins of equally many)", judged => Metrics.Format(Metrics.AdaptiveError(judged)));
        yield return Figures("Brier score", judged => Metrics.Format(Metrics.Brier(judged)));

        var kinds = cases.Where(each => each.Image.Viral is not null).Select(each => new Judged(each.Image.Viral == true, Probability(each.Result, Viral))).ToArray();
        if (kinds.Length > 0)
        {
            yield return "";
            yield return $"Viral against bacterial, {kinds.Length} with pneumonia: AUC {Metrics.WithInterval(kinds.Length, rows => Metrics.Auc([.. rows.Select(row => kinds[row])]))}, "
                + $"right {Metrics.WithInterval(kinds.Length, rows => rows.Average(row => kinds[row].Probability >= 0.5 == kinds[row].Positive ? 1.0 : 0))}; "
                + $"expected calibration error, given pneumonia: {Metrics.Format(Metrics.CalibrationError(kinds))}.";
        }
        foreach (var (name, _, judged) in populations)
        {
            yield return "";
            yield return $"Reliability, {name}:";
            yield return "";
            foreach (var line in Reliability("probability", "images", "share", judged))
                yield return line;
        }
    }

    /// <summary>Of those with (or without) pneumonia, the share that the product calls so at its operating point.</summary>
    private static double Rate(IEnumerable<Case> cases, bool truth)
    {
        var (count, right) = (0, 0);
        foreach (var each in cases.Where(each => each.Image.Pneumonia == truth))
        {
            count++;
            right += each.Called == truth ? 1 : 0;
        }
        return (double)right / count;
    }

    private static double Probability(Analysis result, string code) => result.Classifications.Single(finding => finding.Code == code).Probability;

    /// <param name="Viral">Null where it is unknown or there is no pneumonia.</param>
    private sealed record Labelled(string Path, string Source, bool Pneumonia, bool? Viral);

    private sealed class Case(Labelled image, Analysis result)
    {
        private readonly Classification pneumonia = result.Classifications.Single(finding => finding.Code == "233604007");

        public Labelled Image => image;

        public Analysis Result => result;

        public bool Called => pneumonia.Positive;

        public Judged Judged => new(image.Pneumonia, pneumonia.Probability);
    }
}
