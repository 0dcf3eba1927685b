using System.Globalization;
using MedCloud.ModelCatalogue;
using MedCloud.Results.Database;
using MedCloud.Results.V1;

namespace MedCloud.Results.Rendering;

/// <summary>A box to draw: its label, its score, and its edges as fractions of the image.</summary>
/// <param name="Kind">Boxes of one kind share a colour: 0 for the first label, and so on.</param>
/// <param name="Label">What it is.</param>
/// <param name="Score">0 to 1, as text.</param>
internal sealed record PictureBox(int Kind, string Label, string Score, double XMin, double YMin, double XMax, double YMax);

/// <summary>A line below the image.</summary>
/// <param name="Text">What it says.</param>
/// <param name="Kind">The colour of its mark, as of <see cref="PictureBox"/>; null: no mark.</param>
/// <param name="Strong">Whether it is to be seen first.</param>
internal sealed record PictureLine(string Text, int? Kind, bool Strong);

/// <summary>What a picture says about an analysis; nothing of it tells the patient.</summary>
internal sealed record PictureText(string Model, IReadOnlyList<PictureLine> Lines, IReadOnlyList<PictureBox> Boxes)
{
    /// <param name="analysis">With its findings.</param>
    /// <param name="manifest">Of the model version that made it, if the catalogue still has it.</param>
    public static PictureText Of(AnalysisRow analysis, ModelManifest? manifest) => new(
        $"{analysis.ModelName} {analysis.ModelVersion}".TrimEnd(),
        analysis.State switch
        {
            AnalysisState.Completed => Findings(analysis.Findings, manifest),
            AnalysisState.Refused => [new PictureLine($"Refused: {analysis.ReasonText}", null, Strong: true)],
            AnalysisState.Failed => [new PictureLine($"Failed: {analysis.ReasonText}", null, Strong: true)],
            AnalysisState.Pending or AnalysisState.Unspecified => [new PictureLine("Pending: there is no outcome yet", null, Strong: true)],
        },
        [.. PlaceBoxes(analysis)]);

    /// <summary>Of the picture with one label's map.</summary>
    /// <param name="analysis">With its findings.</param>
    /// <param name="manifest">Of the model version that made it, if the catalogue still has it.</param>
    /// <param name="map">The map.</param>
    public static PictureText Of(AnalysisRow analysis, ModelManifest? manifest, MapRow map)
    {
        var method = map.Method == ExplanationMethod.ClassActivation ? "class activation" : "hiding one place after the other";
        return new(
            $"{analysis.ModelName} {analysis.ModelVersion}".TrimEnd(),
            [
                .. Findings(analysis.Findings.FindAll(finding => finding.Code == map.Code), manifest),
                new PictureLine($"The warmer the colour, the more of \"{map.Display}\" comes from there, by {method}; fainter where it is less probable. A hint where to look, not an outline.", null, Strong: false),
            ],
            []);
    }

    private static IReadOnlyList<PictureLine> Findings(IReadOnlyList<FindingRow> findings, ModelManifest? manifest) => [.. Labels(findings, manifest), .. Legend(findings)];

    private static IEnumerable<PictureLine> Labels(IReadOnlyList<FindingRow> findings, ModelManifest? manifest) =>
        from finding in findings
        where finding.Positive is not null
        orderby finding.Position
        let condition = Condition(finding.Code, manifest?.Classification) is { } given ? $" given {given}" : ""
        let positive = finding.Positive == true
        select new PictureLine(
            string.Create(CultureInfo.InvariantCulture, $"{finding.Display}{condition}: {finding.Value * 100:0.0} %{(positive ? ", positive" : "")}"),
            null,
            positive);

    /// <summary>The label under whose condition another one's probability holds: without it, "viral: 40 %" would frighten where pneumonia is at 2 %.</summary>
    private static string? Condition(string code, ClassificationOutput? output) =>
        output?.Heads.FirstOrDefault(head => head.Labels.Any(label => label.Code == code))?.Given is { } given
            ? output.Heads.SelectMany(head => head.Labels).FirstOrDefault(label => label.Code == given)?.Display
            : null;

    private static IEnumerable<PictureLine> Legend(IReadOnlyList<FindingRow> all)
    {
        var kinds = Kinds(all);
        foreach (var (kind, findings) in kinds.Index())
        {
            var (least, most) = (Score(findings.Min(each => each.Value)), Score(findings.Max(each => each.Value)));
            var scores = least == most ? least : $"{least} to {most}";
            yield return new PictureLine(
                findings.Count == 1 ? $"{findings[0].Display}: {scores}" : $"{findings[0].Display}: {findings.Count} found, {scores}", kind, Strong: true);
        }

        if (all.Count == 0)
            yield return new PictureLine("Nothing found", null, Strong: false);
    }

    private static IEnumerable<PictureBox> PlaceBoxes(AnalysisRow analysis) =>
        from kind in Kinds(analysis.Findings).Index()
        from finding in kind.Item
        orderby finding.Position
        select new PictureBox(
            kind.Index, finding.Display, Score(finding.Value), finding.XMin ?? 0, finding.YMin ?? 0, finding.XMax ?? 1, finding.YMax ?? 1);

    /// <summary>The boxes of each label; a label keeps its colour whichever box scores best.</summary>
    private static IEnumerable<List<FindingRow>> Kinds(IReadOnlyList<FindingRow> findings) =>
        findings.Where(finding => finding.XMin is not null)
            .GroupBy(finding => finding.Code)
            .OrderBy(kind => kind.Key, StringComparer.Ordinal)
            .Select(kind => kind.ToList());

    private static string Score(double value) => value.ToString("0.00", CultureInfo.InvariantCulture);
}
