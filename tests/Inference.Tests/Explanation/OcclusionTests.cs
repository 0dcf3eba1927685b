namespace MedCloud.Inference.Tests.Explanation;

public sealed class OcclusionTests
{
    private const int Grid = 8;

    [Theory]
    [InlineData(0, 0)]
    [InlineData(1, 5)]
    [InlineData(7, 7)]
    public void Explain_PlantedSquare_IsFoundWhereItIs(int row, int column)
    {
        using var model = TinyModel.Classifier(explanation: null);
        var image = TinyModel.Planted(row, column, value: 64);

        var findings = model.Session.Run(image, TestContext.Current.CancellationToken);
        var map = Assert.Single(model.Session.Explain(image, findings, TestContext.Current.CancellationToken));

        Assert.Equal(("bright", "Bright", Grid, Grid), (map.Code, map.Display, map.Rows, map.Columns));
        // The image's mean is 1: sigmoid(1.5) falls to sigmoid(1.5 / 64), where only the mean is left in the square. Every other place becomes brighter.
        Assert.Equal(Sigmoid(1.5) - Sigmoid(1.5 / 64), map.Values[(row * Grid) + column], 1e-6);
        Assert.Equal(1, map.Values.Count(value => value > 0));
    }

    [Fact]
    public void Explain_Detector_TellsWhatEachLabelsBoxesLose()
    {
        using var model = TinyModel.Detector();
        var image = TinyModel.Planted(row: 3, column: 6, value: 64);

        var findings = model.Session.Run(image, TestContext.Current.CancellationToken);
        var map = Assert.Single(model.Session.Explain(image, findings, TestContext.Current.CancellationToken));

        Assert.Equal(("half", "Right half"), (map.Code, map.Display));
        Assert.Equal(Sigmoid(1) - Sigmoid(1.0 / 64), map.Values[(3 * Grid) + 6], 1e-6);
        Assert.Equal(1, map.Values.Count(value => value > 0));
    }

    [Fact]
    public void Explain_Twice_GivesTheSame()
    {
        using var model = TinyModel.Classifier(explanation: null);
        var random = new Random(7);
        var image = new float[TinyModel.Side * TinyModel.Side];
        for (var i = 0; i < image.Length; i++)
            image[i] = random.NextSingle();
        var findings = model.Session.Run(image, TestContext.Current.CancellationToken);

        var first = model.Session.Explain(image, findings, TestContext.Current.CancellationToken)[0].Values;
        var second = model.Session.Explain(image, findings, TestContext.Current.CancellationToken)[0].Values;

        Assert.Equal(first, second);
        Assert.NotEqual(first[0], first[1]);
    }

    [Fact]
    public void Explain_NothingPositive_GivesNoMap()
    {
        using var model = TinyModel.Detector();
        var image = TinyModel.Planted(3, 6, value: -1024);

        Assert.Empty(model.Session.Explain(image, model.Session.Run(image, TestContext.Current.CancellationToken), TestContext.Current.CancellationToken));
    }

    [Fact]
    public void Explain_Cancelled_IsTerminated()
    {
        using var model = TinyModel.Classifier(explanation: null);
        var image = TinyModel.Planted(1, 5, value: 64);
        var findings = model.Session.Run(image, TestContext.Current.CancellationToken);

        Assert.Throws<OperationCanceledException>(() => model.Session.Explain(image, findings, new CancellationToken(canceled: true)));
    }

    private static double Sigmoid(double value) => 1 / (1 + Math.Exp(-value));
}
