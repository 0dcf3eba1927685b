using CsCheck;
using MedCloud.Inference.Preprocessing;

namespace MedCloud.Inference.Tests.Preprocessing;

public sealed class TriangleFilterTests
{
    // Weights by hand: an output at centre c takes 1 - |x + 0.5 - c| / max(1, scale), divided by their sum.
    public static TheoryData<float[], float[]> Lines => new()
    {
        { [5], [5] },
        { [0, 1], [0, 0.25f, 0.75f, 1] },
        { [7, 14, 21, 28], [12, 23] },
        { [1, 2, 3], [1, 2, 3] },
        { [6, 0, 0, 0, 0, 3], [7 / 6f] },
    };

    [Theory]
    [MemberData(nameof(Lines))]
    public void Resize_Line_HasTheTriangleWeights(float[] source, float[] expected)
    {
        Assert.Equal(expected, Resize(source, 1, source.Length, 1, expected.Length), Near);
        Assert.Equal(expected, Resize(source, source.Length, 1, expected.Length, 1), Near);
    }

    [Fact]
    public void Resize_Image_IsSeparable()
    {
        float[] rows = [7, 14, 21, 28], columns = [0, 1];

        var result = Resize([.. from row in rows from column in columns select row * column], 4, 2, 2, 4);

        Assert.Equal([0, 3, 9, 12, 0, 5.75f, 17.25f, 23], result, Near);
    }

    [Fact]
    public void AFlatImageStaysFlatAndNothingLeavesItsRange() =>
        Gen.Select(Gen.Int[1, 40], Gen.Int[1, 40], Gen.Int[1, 20], Gen.Int[1, 20], Gen.Int).Sample((rows, columns, height, width, seed) =>
        {
            var random = new Random(seed);
            var image = Enumerable.Range(0, rows * columns).Select(_ => random.NextSingle()).ToArray();

            var result = Resize(image, rows, columns, height, width);

            Assert.All(result, value => Assert.InRange(value, image.Min() - 1e-5f, image.Max() + 1e-5f));
            Assert.All(Resize([.. image.Select(_ => 0.5f)], rows, columns, height, width), value => Assert.Equal(0.5f, value, 1e-5f));
        });

    private static bool Near(float left, float right) => Math.Abs(left - right) < 1e-5f;

    private static float[] Resize(float[] source, int rows, int columns, int height, int width)
    {
        var result = new float[height * width];
        TriangleFilter.Resize(source, rows, columns, result, height, width);
        return result;
    }
}
