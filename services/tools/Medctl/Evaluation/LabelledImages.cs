using MedCloud.Medctl.Sending;
using MedCloud.Results.V1;

namespace MedCloud.Medctl.Evaluation;

/// <summary>A folder of images whose truth is known, and the figures that are asked of it.</summary>
internal abstract class LabelledImages
{
    /// <summary>Reads the folder: <c>labels.csv</c>, else <c>SPLIT.json</c>.</summary>
    /// <exception cref="InvalidDataException">It is not laid out so, or has no image of this split.</exception>
    public static LabelledImages Read(string folder, string split)
    {
        var labels = Path.Combine(folder, "labels.csv");
        if (File.Exists(labels))
            return PneumoniaImages.Read(folder, labels, split);
        var boxes = Path.Combine(folder, $"{split}.json");
        if (!File.Exists(boxes))
            throw new InvalidDataException($"'{folder}' has neither labels.csv nor {split}.json");
        var coco = CocoFile.Read(folder, boxes);
        return coco.Categories.Contains("WBC") ? new CellImages(coco) : coco.Categories.Contains("right_lung") ? new LungImages(coco)
            : throw new InvalidDataException($"'{boxes}' has neither the category \"right_lung\" nor \"WBC\"");
    }

    /// <summary>The code of a label that the model to be measured has.</summary>
    public abstract string Code { get; }

    /// <summary>What pictures are wrapped as.</summary>
    public abstract ImageKind Kind { get; }

    /// <summary>The files.</summary>
    public abstract IReadOnlyList<string> Paths { get; }

    /// <summary>The figures as Markdown, as they stand on the model's card.</summary>
    /// <param name="results">The completed analysis of each of <see cref="Paths"/>, or null where there is none.</param>
    public abstract IEnumerable<string> Report(IReadOnlyList<Analysis?> results);

    /// <summary>Children and adults apart: sources that can be told from the pixels would flatter together. Those without an image are left out.</summary>
    protected static (string Name, T[] Cases)[] ByPopulation<T>(IEnumerable<T> cases, Func<T, string> source) =>
    [
        .. from each in cases
           group each by source(each).StartsWith("kermany", StringComparison.Ordinal) ? "children" : "adults" into population
           orderby population.Key descending
           select (population.Key, population.ToArray()),
    ];

    /// <summary>A row of a Markdown table.</summary>
    protected static string Row(params IEnumerable<string> cells) => "|" + string.Concat(cells.Select(cell => cell.Length == 0 ? " |" : $" {cell} |"));

    /// <summary>The first two rows of a Markdown table, whose first column has no name.</summary>
    protected static string[] Head(params string[] columns) => [Row(["", .. columns]), Row(Enumerable.Repeat("---", columns.Length + 1))];

    /// <summary>A table of reliability below its head.</summary>
    protected static IEnumerable<string> Reliability(string score, string cases, string truth, IEnumerable<Judged> judged) =>
        [$"| {score} | {cases} | mean | {truth} | |", "| --- | --- | --- | --- | --- |", .. Metrics.Reliability(judged)];
}
