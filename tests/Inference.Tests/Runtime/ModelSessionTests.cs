using MedCloud.Inference.Preprocessing;
using MedCloud.Inference.Runtime;
using MedCloud.Inference.Tests.ModelCatalogue;
using MedCloud.ModelCatalogue;

namespace MedCloud.Inference.Tests.Runtime;

public sealed class ModelSessionTests
{
    private static readonly ModelPackage Classifier = ShippedModels.Active("cxr-pneumonia");
    private static readonly ModelPackage Detector = ShippedModels.Active("cxr-lungs");

    [Fact]
    public void Load_TellsTheProviderInUse()
    {
        using var session = ModelSession.Load(Classifier);

        Assert.Equal("CPUExecutionProvider", session.ExecutionProvider);
    }

    [Fact]
    public void Load_WithoutCuda_TakesTheCpuAndSaysWhy()
    {
        using var session = ModelSession.Load(Classifier, ModelSession.Cuda, ModelSession.Cpu);

        Assert.Equal("CPUExecutionProvider", session.ExecutionProvider);
        Assert.StartsWith("CUDAExecutionProvider: ", session.Fallback, StringComparison.Ordinal);
        Assert.Equal(3, session.Run(Noise(0), CancellationToken.None).Classifications.Count);
    }

    [Fact]
    public async Task Run_ManyAtOnce_GiveTheSameAsOneAfterTheOther()
    {
        using var session = ModelSession.Load(Classifier);
        var inputs = Enumerable.Range(0, 8).Select(Noise).ToList();
        var expected = inputs.Select(input => session.Run(input, CancellationToken.None).Classifications).ToList();

        var results = await Task.WhenAll(inputs.Select(input => Task.Run(() => session.Run(input, CancellationToken.None).Classifications)));

        Assert.Equal(expected, results);
        Assert.NotEqual(expected[0], expected[1]);
    }

    [Fact]
    public void Run_Cancelled_IsTerminated()
    {
        using var session = ModelSession.Load(Classifier);

        Assert.Throws<OperationCanceledException>(() => session.Run(Noise(0), new CancellationToken(canceled: true)));
        Assert.Equal(3, session.Run(Noise(0), CancellationToken.None).Classifications.Count);
    }

    public static TheoryData<string, string> Mismatches => new()
    {
        { "input name", "it has no input \"picture\"" },
        { "input height", "not Single[batch, 1, 64, 128]" },
        { "output name", "it has no output \"scores\"" },
        { "logits", "not Single[batch, 4 or more]" },
        { "evidence", "it has no output \"heat\"" },
        { "channels", "not Single[batch, 4 or more, 1 to 64, 1 to 64]" },
        { "boxes", "not Single[batch, boxes, 4]" },
        { "labels", "not Single[batch, boxes, 1]" },
        { "gate output", "gate.onnx is not what its manifest says: it has no output \"logit\"" },
    };

    [Theory]
    [MemberData(nameof(Mismatches))]
    public void Load_GraphThatIsNotTheManifests_SaysWhatDiffers(string member, string difference)
    {
        var (classifier, detector) = (Classifier.Manifest, Detector.Manifest);
        var manifest = member switch
        {
            "input name" => classifier with { Input = classifier.Input with { Name = "picture" } },
            "input height" => classifier with { Input = classifier.Input with { Height = 64 } },
            "output name" => classifier with { Classification = classifier.Classification! with { Output = "scores" } },
            "logits" => classifier with { Classification = classifier.Classification! with { Heads = [classifier.Classification.Heads[0] with { Logits = [3] }] } },
            "evidence" => classifier with { Explanation = Activation("heat", 0) },
            "channels" => classifier with { Explanation = Activation("evidence", 3) },
            "gate output" => classifier with { ImageGate = classifier.ImageGate! with { Output = "logit" } },
            "boxes" => detector with { Detection = detector.Detection! with { Boxes = detector.Detection.Scores } },
            _ => detector with { Detection = detector.Detection! with { Labels = [detector.Detection.Labels[0]] } },
        };
        var model = (manifest.Detection is null ? Classifier : Detector) with { Manifest = manifest };

        Assert.Contains(difference, Assert.Throws<InvalidDataException>(() => ModelSession.Load(model)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_FileThatIsNoModel_SaysSo()
    {
        using var folder = new ModelFolder();
        folder.Add();

        var fault = Assert.Throws<InvalidDataException>(() => ModelSession.Load(Catalogue.Load(folder.Path).Catalogue.Models[0]));

        Assert.Contains("is not a model that ONNX Runtime can run", fault.Message, StringComparison.Ordinal);
    }

    private static ModelExplanation Activation(string output, int channel) =>
        new() { Method = MapMethod.ClassActivation, Output = output, Maps = [new ActivationMap { Code = "233604007", Channel = channel }] };

    private static float[] Noise(int seed)
    {
        var random = new Random(seed);
        return [.. Enumerable.Range(0, InputPreparation.Length(Classifier.Manifest.Input)).Select(_ => (random.NextSingle() * 2) - 1)];
    }
}
