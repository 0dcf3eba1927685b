using MedCloud.Medctl.Evaluation;
using MedCloud.Results.V1;

namespace MedCloud.Services.Tests.Medctl;

/// <summary>The expected figures are those that the training tool's <c>metrics.py</c> and NumPy 1.24 give for the same numbers.</summary>
public sealed class MetricsTests
{
    private static readonly Judged[] Cases =
        [.. Enumerable.Range(0, 60).Select(i => (Positive: i * 53 % 7 < 3, Spread: i * 37 % 101 / 101.0)).Select(each => new Judged(each.Positive, ((each.Spread * 2) + (each.Positive ? 1 : 0)) / 3))];

    [Fact]
    public void TheDrawsAreNumPys()
    {
        Assert.Equal([473, 511, 755, 950, 34, 144, 822, 948, 249, 311, 869, 423], new NumpyRandom(1).Integers(1000, 12));
        Assert.Equal([3, 3, 5, 6, 0, 1, 5, 6, 1], new NumpyRandom(1).Integers(7, 9));
        Assert.Equal([0, 0, 0], new NumpyRandom(1).Integers(1, 3));
    }

    /// <summary>NumPy keeps the half of 64 bits that a call has left over.</summary>
    [Fact]
    public void TheDrawsGoOnFromOneCallToTheNext()
    {
        var random = new NumpyRandom(1);

        Assert.Equal([332, 359, 530], random.Integers(702, 3));
        Assert.Equal([667, 24, 101, 577], random.Integers(702, 4));
    }

    [Fact]
    public void AClassifiersFiguresAreTheTrainingTools()
    {
        Assert.Equal("0.878 [0.794, 0.954]", Metrics.WithInterval(Cases.Length, rows => Metrics.Auc([.. rows.Select(row => Cases[row])])));
        Assert.Equal(["0.135", "0.130", "0.148"], new[] { Metrics.CalibrationError(Cases), Metrics.AdaptiveError(Cases), Metrics.Brier(Cases) }.Select(Metrics.Format));
    }

    [Fact]
    public void TiesCountHalf()
    {
        Assert.Equal("0.865", Metrics.Format(Metrics.Auc([.. Cases.Select(each => each with { Probability = Math.Floor(each.Probability * 5) / 5 })])));
    }

    [Fact]
    public void TheReliabilityDiagramIsTheTrainingTools()
    {
        var rows = Metrics.Reliability(Cases).ToArray();

        Assert.Equal(15, rows.Length);
        Assert.Equal("| 0.00 to 0.07 | 5 | 0.042 | 0.000 | `.|...................` |", rows[0]);
        Assert.Equal("| 0.33 to 0.40 | 4 | 0.356 | 0.500 | `#######|##...........` |", rows[5]);
        Assert.Equal("| 0.93 to 1.00 | 2 | 0.980 | 1.000 | `####################|` |", rows[14]);
    }

    [Theory]
    [InlineData(0.5, "0.381")]
    [InlineData(0.9, "0.257")]
    public void ADetectorsFiguresAreTheTrainingTools(double overlap, string expected)
    {
        (Detection[] Found, Box[] True)[] images =
        [
            ([Found(0.8, 0.12, 0.1, 0.32, 0.3), Found(0.9, 0.1, 0.1, 0.3, 0.3), Found(0.3, 0.5, 0.5, 0.9, 0.9)], [Edges(0.1, 0.1, 0.32, 0.3), Edges(0.5, 0.5, 0.8, 0.9)]),
            ([Found(0.7, 0, 0, 0.5, 0.5)], [Edges(0.2, 0.2, 0.7, 0.7)]),
            ([], [Edges(0.4, 0.4, 0.6, 0.6)]),
        ];

        Assert.Equal(expected, Metrics.Format(Metrics.AveragePrecision(images.SelectMany(image => Metrics.Match(image.Found, image.True, overlap)), images.Sum(image => image.True.Length))));
    }

    [Fact]
    public void TheFiguresOfABoxForEachImageAreTheTrainingTools()
    {
        var hits = Cases.Select((each, i) => (each.Probability, Hit: i * 29 % 61 / 61.0 >= 0.5));

        Assert.Equal("0.286", Metrics.Format(Metrics.AveragePrecision(hits, Cases.Length)));
    }

    private static Detection Found(double score, double xMin, double yMin, double xMax, double yMax) => new() { Score = score, Box = Edges(xMin, yMin, xMax, yMax) };

    private static Box Edges(double xMin, double yMin, double xMax, double yMax) => new() { XMin = xMin, YMin = yMin, XMax = xMax, YMax = yMax };
}
