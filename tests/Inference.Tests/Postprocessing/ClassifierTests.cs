using MedCloud.Inference.Postprocessing;
using MedCloud.ModelCatalogue;

namespace MedCloud.Inference.Tests.Postprocessing;

public sealed class ClassifierTests
{
    [Fact]
    public void Read_Sigmoid_AppliesScaleAndBiasBeforeTheActivation()
    {
        var output = Output(Head(Activation.Sigmoid, [1], 2, [-1], null, Label(1, "A", 0.5)));

        var found = Classifier.Read(output, [99, 1.5f]);

        Assert.Equal(1 / (1 + Math.Exp(-2)), Assert.Single(found).Probability, 1e-12);
    }

    [Fact]
    public void Read_Softmax_IsOverTheLogitsOfTheHeadAlone()
    {
        var output = Output(Head(Activation.Softmax, [2, 0], 1, [0, Math.Log(2)], null, Label(0, "A", 0.5), Label(2, "B", 0.5)));

        var found = Classifier.Read(output, [0, 50, 0]);

        Assert.Equal(["A", "B"], found.Select(label => label.Code));
        Assert.Equal(2.0 / 3, found[0].Probability, 1e-12);
        Assert.Equal(1.0 / 3, found[1].Probability, 1e-12);
    }

    [Theory]
    [InlineData(1000f, 1, 0)]
    [InlineData(-1000f, 0, 1)]
    public void Read_ExtremeLogits_StayProbabilities(float logit, double first, double second)
    {
        var output = Output(Head(Activation.Softmax, [0, 1], 1, [0, 0], null, Label(0, "A", 0.5), Label(1, "B", 0.5)));

        Assert.Equal([first, second], Classifier.Read(output, [logit, 0]).Select(label => label.Probability));
    }

    [Theory]
    [InlineData(0.5, true)]
    [InlineData(0.5000001, false)]
    public void Read_Probability_IsPositiveFromTheThresholdOn(double threshold, bool positive) =>
        Assert.Equal(positive, Classifier.Read(Output(Head(Activation.Sigmoid, [0], 1, [0], null, Label(0, "A", threshold))), [0])[0].Positive);

    [Theory]
    [InlineData(-3, false)]
    [InlineData(3, true)]
    public void Read_LabelGivenAnother_IsPositiveOnlyWithIt(float givenLogit, bool positive)
    {
        var output = Output(
            Head(Activation.Sigmoid, [0], 1, [0], null, Label(0, "disease", 0.5)),
            Head(Activation.Softmax, [1, 2], 1, [0, 0], "disease", Label(1, "kind", 0.5)));

        var kind = Classifier.Read(output, [givenLogit, 2, 0])[1];

        Assert.Equal(positive, kind.Positive);
        Assert.Equal(1 / (1 + Math.Exp(-2)), kind.Probability, 1e-12);
    }

    [Fact]
    public void Read_NotANumber_Throws() =>
        Assert.Throws<InvalidDataException>(() => Classifier.Read(Output(Head(Activation.Sigmoid, [0], 1, [0], null, Label(0, "A", 0.5))), [float.NaN]));

    private static ClassificationOutput Output(params ClassificationHead[] heads) => new() { Output = "logits", Heads = heads };

    private static ClassificationHead Head(Activation activation, int[] logits, double scale, double[] bias, string? given, params ClassificationLabel[] labels) =>
        new() { Activation = activation, Logits = logits, Scale = scale, Bias = bias, Given = given, Labels = labels };

    private static ClassificationLabel Label(int logit, string code, double threshold) => new() { Logit = logit, Code = code, Display = code, Threshold = threshold };
}
