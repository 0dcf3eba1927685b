using MedCloud.ModelCatalogue;

namespace MedCloud.Inference.Tests.Explanation;

public sealed class ClassActivationTests
{
    [Fact]
    public void Run_EvidenceNamed_GivesItsPositivePartLessThatOfTheLabelThatExcludesIt()
    {
        using var model = TinyModel.Classifier(new ModelExplanation
        {
            Method = MapMethod.ClassActivation,
            Output = "evidence",
            Maps = [new ActivationMap { Code = "dark", Channel = 1, Against = 0 }, new ActivationMap { Code = "bright", Channel = 0 }],
        });
        var image = TinyModel.Planted(row: 1, column: 5, value: 4);
        image[0] = -2;

        var findings = model.Session.Run(image, TestContext.Current.CancellationToken);
        var maps = model.Session.Explain(image, findings, TestContext.Current.CancellationToken);

        Assert.Equal([("dark", "Dark", 16, 16), ("bright", "Bright", 16, 16)], maps.Select(map => (map.Code, map.Display, map.Rows, map.Columns)));
        // Dark: -0.5 x - x, so 3 where x is -2 and nothing where it is 4. Bright: x.
        Assert.Equal(3, maps[0].Values[0]);
        Assert.All(maps[0].Values.Skip(1), value => Assert.Equal(0, value));
        Assert.Equal(image.Select(value => Math.Max(0, value)), maps[1].Values);
    }

    [Fact]
    public void Run_MethodNone_GivesNoMap()
    {
        using var model = TinyModel.Classifier(new ModelExplanation { Method = MapMethod.None });
        var image = TinyModel.Planted(1, 5, 4);

        Assert.Empty(model.Session.Explain(image, model.Session.Run(image, TestContext.Current.CancellationToken), TestContext.Current.CancellationToken));
    }

    [Fact]
    public void Run_EvidenceThatIsNoNumber_IsAFault()
    {
        using var model = TinyModel.Classifier(new ModelExplanation { Method = MapMethod.ClassActivation, Output = "evidence", Maps = [new ActivationMap { Code = "bright", Channel = 0 }] });
        var image = TinyModel.Planted(1, 5, float.NaN);

        Assert.Throws<InvalidDataException>(() => model.Session.Run(image, TestContext.Current.CancellationToken));
    }
}
