using CsCheck;
using MedCloud.Inference.Postprocessing;
using MedCloud.ModelCatalogue;

namespace MedCloud.Inference.Tests.Postprocessing;

public sealed class DetectorTests
{
    private const float Never = -100;

    private static readonly DetectionOutput Output = new()
    {
        Boxes = "boxes",
        Scores = "scores",
        Scale = 1,
        Bias = 0,
        ScoreThreshold = 0.5,
        NmsIou = 0.5,
        MaxDetections = 200,
        Labels = [new() { Code = "A", Display = "a" }, new() { Code = "B", Display = "b" }],
    };

    [Theory]
    [InlineData(0, 0, 1, 1, 0, 0, 1, 1, 1)]
    [InlineData(0, 0, 0.5, 1, 0.5, 0, 1, 1, 0)]
    [InlineData(0, 0, 0.75, 1, 0.25, 0, 1, 1, 0.5)]
    [InlineData(0, 0, 1, 1, 0.25, 0.25, 0.75, 0.75, 0.25)]
    [InlineData(0, 0, 0, 0, 0, 0, 0, 0, 0)]
    public void Iou_IsIntersectionOverUnion(double l1, double t1, double r1, double b1, double l2, double t2, double r2, double b2, double expected)
    {
        Assert.Equal(expected, new Box(l1, t1, r1, b1).Iou(new Box(l2, t2, r2, b2)), 1e-12);
        Assert.Equal(expected, new Box(l2, t2, r2, b2).Iou(new Box(l1, t1, r1, b1)), 1e-12);
    }

    [Fact]
    public void Read_Score_IsTheSigmoidOfTheCalibratedLogit()
    {
        var found = Detector.Read(Output with { Scale = 2, Bias = 1 }, [0.1f, 0.2f, 0.3f, 0.4f], [0.5f, Never]);

        var only = Assert.Single(found);
        Assert.Equal(("A", "a"), (only.Code, only.Display));
        Assert.Equal(1 / (1 + Math.Exp(-2)), only.Score, 1e-12);
        Assert.Equal(new Box(0.1f, 0.2f, 0.3f, 0.4f), only.Box);
    }

    [Theory]
    [InlineData(0f, 1)]
    [InlineData(-0.001f, 0)]
    [InlineData(float.NaN, 0)]
    public void Read_Score_IsReportedFromTheThresholdOn(float logit, int count) =>
        Assert.Equal(count, Detector.Read(Output, [0, 0, 1, 1], [logit, Never]).Count);

    [Fact]
    public void Read_OverlappingBoxes_TheBestOfEachLabelStays()
    {
        float[] boxes = [0, 0, 1, 1, 0, 0, 1, 0.9f, 0, 0, 0.4f, 0.4f, 0, 0, 1, 0.95f];
        float[] scores = [1, Never, 2, Never, 0.5f, Never, Never, 0.1f];

        var found = Detector.Read(Output, boxes, scores);

        Assert.Equal([("A", 0.9f), ("A", 0.4f), ("B", 0.95f)], found.Select(each => (each.Code, (float)each.Box.YMax)));
    }

    [Fact]
    public void Read_MoreThanAllowed_TheBestOfAllLabelsStay()
    {
        float[] boxes = [0, 0, 0.1f, 0.1f, 0.2f, 0.2f, 0.3f, 0.3f, 0.4f, 0.4f, 0.5f, 0.5f];
        float[] scores = [1, Never, 3, Never, Never, 2];

        var found = Detector.Read(Output with { MaxDetections = 2 }, boxes, scores);

        Assert.Equal([("A", 0.2f), ("B", 0.4f)], found.Select(each => (each.Code, (float)each.Box.XMin)));
    }

    [Fact]
    public void Read_BoxBeyondTheImage_IsClipped() =>
        Assert.Equal(new Box(0, 0, 1, 1), Assert.Single(Detector.Read(Output, [-0.5f, -1, 1.5f, float.PositiveInfinity], [1, Never])).Box);

    [Theory]
    [InlineData(0.5f, 0.1f, 0.5f, 0.9f)]
    [InlineData(0.6f, 0.1f, 0.5f, 0.9f)]
    [InlineData(1.1f, 0.1f, 1.5f, 0.9f)]
    [InlineData(float.NaN, 0.1f, 0.5f, 0.9f)]
    [InlineData(0.1f, 0.1f, 0.5f, float.NaN)]
    public void Read_BoxWithoutAnArea_IsDropped(float xMin, float yMin, float xMax, float yMax) =>
        Assert.Empty(Detector.Read(Output, [xMin, yMin, xMax, yMax], [1, Never]));

    [Fact]
    public void NoTwoBoxesOfALabelOverlapMoreThanAllowedAndTheOrderOfTheQueriesDoesNotMatter()
    {
        var query = Gen.Select(Gen.Float[0, 1], Gen.Float[0, 1], Gen.Float[0, 1], Gen.Float[0, 1], Gen.Int[-2, 2], Gen.Int[-2, 2]);
        Gen.Select(query.Array[0, 40], Gen.Int).Sample((queries, seed) =>
        {
            var found = Read(queries);

            foreach (var label in found.GroupBy(each => each.Code))
            {
                var boxes = label.Select(each => each.Box).ToList();
                Assert.All(boxes.SelectMany((box, i) => boxes.Skip(i + 1).Select(box.Iou)), iou => Assert.True(iou <= Output.NmsIou));
            }

            var shuffled = queries.ToArray();
            new Random(seed).Shuffle(shuffled);
            Assert.Equal(found, Read(shuffled));
        });
    }

    private static IReadOnlyList<Detection> Read((float X, float Y, float Right, float Bottom, int A, int B)[] queries) =>
        Detector.Read(Output, [.. queries.SelectMany(q => new[] { q.X, q.Y, q.Right, q.Bottom })], [.. queries.SelectMany(q => new float[] { q.A, q.B })]);
}
