using MedCloud.ModelCatalogue;
using MedCloud.Results.Database;
using MedCloud.Results.Rendering;
using MedCloud.Results.V1;
using MedCloud.Tests;

namespace MedCloud.Services.Tests.Results;

public sealed class PictureTextTests
{
    private static readonly Catalogue Catalogue = Catalogue.Load(Path.Combine(SharedData.Repository, "deploy", "models")).Catalogue;

    [Fact]
    public void AConditionalProbabilityNamesItsCondition()
    {
        var analysis = Completed(
            new FindingRow { Position = 0, Code = "233604007", Display = "Pneumonia", Value = 0.02, Positive = false },
            new FindingRow { Position = 1, Code = "53084003", Display = "Bacterial pneumonia", Value = 0.57, Positive = false });

        var text = PictureText.Of(analysis, Catalogue.Find("cxr-pneumonia", "1.1.0")?.Manifest);

        Assert.Equal(["Pneumonia: 2.0 %", "Bacterial pneumonia given Pneumonia: 57.0 %"], text.Lines.Select(line => line.Text));
        Assert.Equal("cxr-pneumonia 1.1.0", text.Model);
        Assert.Empty(text.Boxes);
    }

    [Fact]
    public void BoxesOfOneLabelShareALineAndAColour()
    {
        var analysis = Completed(Cell(0, "41898006", "Red blood cell", 0.91), Cell(1, "16378004", "Platelet", 0.8), Cell(2, "41898006", "Red blood cell", 0.52));

        var text = PictureText.Of(analysis, manifest: null);

        Assert.Equal([("Platelet: 0.80", 0), ("Red blood cell: 2 found, 0.52 to 0.91", 1)], text.Lines.Select(line => (line.Text, line.Kind!.Value)));
        Assert.Equal([("0.91", 1), ("0.80", 0), ("0.52", 1)], text.Boxes.Select(box => (box.Score, box.Kind)));
    }

    [Fact]
    public void NothingFoundIsSaid() => Assert.Equal(["Nothing found"], PictureText.Of(Completed(), manifest: null).Lines.Select(line => line.Text));

    private static FindingRow Cell(int position, string code, string display, double score) =>
        new() { Position = position, Code = code, Display = display, Value = score, XMin = 0.1, YMin = 0.1, XMax = 0.2, YMax = 0.2 };

    private static AnalysisRow Completed(params IReadOnlyList<FindingRow> findings)
    {
        var analysis = new AnalysisRow
        {
            Tenant = "default",
            SopInstanceUid = "1.2.3",
            ModelName = "cxr-pneumonia",
            ModelVersion = "1.1.0",
            State = AnalysisState.Completed,
        };
        analysis.Findings.AddRange(findings);
        return analysis;
    }
}
