using MedCloud.Inference.Preprocessing;
using MedCloud.ModelCatalogue;

namespace MedCloud.Inference.Tests.Preprocessing;

public sealed class InputPreparationTests
{
    private static readonly InputTensor Input = new()
    {
        Name = "image",
        Channels = 1,
        Height = 2,
        Width = 2,
        Resize = ResizeMethod.StretchTriangle,
        Normalise = NormaliseMethod.Standardise,
    };

    [Fact]
    public void Prepare_Image_HasZeroMeanAndUnitPopulationDeviation()
    {
        var tensor = new float[InputPreparation.Length(Input)];

        InputPreparation.Prepare(Input, [0, 0, 0.4f, 0.4f], 2, 2, tensor);

        Assert.Equal([-1f, -1f, 1f, 1f], tensor, (left, right) => Math.Abs(left - right) < 1e-6f);
    }

    [Fact]
    public void Prepare_NearlyFlatImage_IsNotStretchedBeyondTheLeastDeviation()
    {
        var tensor = new float[InputPreparation.Length(Input)];

        InputPreparation.Prepare(Input, [0, 0, 0.0002f, 0.0002f], 2, 2, tensor);

        Assert.Equal([-0.1f, -0.1f, 0.1f, 0.1f], tensor, (left, right) => Math.Abs(left - right) < 1e-6f);
    }

    [Fact]
    public void Prepare_Colours_AreThreePlanesNormalisedTogether()
    {
        var tensor = new float[12];

        InputPreparation.Prepare(Input with { Channels = 3 }, (ReadOnlySpan<byte>)[255, 0, 0, 255, 0, 0, 255, 0, 255, 255, 0, 255], 2, 2, tensor);

        // Six of twelve values are 1: mean and deviation are one half.
        Assert.Equal([1f, 1f, 1f, 1f, -1f, -1f, -1f, -1f, -1f, -1f, 1f, 1f], tensor, (left, right) => Math.Abs(left - right) < 1e-6f);
    }

    [Fact]
    public void Prepare_GreyImageForAModelOfColours_IsThreeEqualPlanes()
    {
        var tensor = new float[12];

        InputPreparation.Prepare(Input with { Channels = 3 }, (ReadOnlySpan<float>)[0, 0, 0.4f, 0.4f], 2, 2, tensor);

        Assert.Equal([-1f, -1f, 1f, 1f, -1f, -1f, 1f, 1f, -1f, -1f, 1f, 1f], tensor, (left, right) => Math.Abs(left - right) < 1e-6f);
    }

    [Fact]
    public void Prepare_FlatImage_IsZero()
    {
        var tensor = new float[InputPreparation.Length(Input)];

        InputPreparation.Prepare(Input, [0.7f, 0.7f, 0.7f, 0.7f], 2, 2, tensor);

        Assert.Equal([0f, 0f, 0f, 0f], tensor);
    }
}
