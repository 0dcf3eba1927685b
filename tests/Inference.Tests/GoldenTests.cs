using System.Runtime.InteropServices;
using System.Text.Json;
using MedCloud.Dicom;
using MedCloud.Inference.Postprocessing;
using MedCloud.Inference.Preprocessing;
using MedCloud.Inference.Runtime;
using MedCloud.Inference.Tests.ModelCatalogue;
using MedCloud.ModelCatalogue;
using MedCloud.Tests;

namespace MedCloud.Inference.Tests;

/// <summary>The C# pipeline against what the training tool computed with PyTorch from the same files and the exported weights.</summary>
public sealed class GoldenTests
{
    // A JPEG frame too: two decoders may differ by a grey level wherever their cosine transforms round differently, and that moves no finding by more.
    private const double Tolerance = 1e-3;

    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    private static readonly string[] Decoded =
    [
        TransferSyntax.ImplicitVrLittleEndian.Uid.Value, TransferSyntax.ExplicitVrLittleEndian.Uid.Value, TransferSyntax.ExplicitVrBigEndian.Uid.Value,
        TransferSyntax.DeflatedExplicitVrLittleEndian.Uid.Value, TransferSyntax.RleLossless.Uid.Value, TransferSyntax.JpegBaseline.Uid.Value,
        "1.2.840.10008.1.2.4.70",
    ];

    public static TheoryData<string, string> Samples => Files(golden => golden.Samples);

    public static TheoryData<string, string> Radiographs => Files(golden => golden.CxrDicom.Where(each => Decoded.Contains(each.TransferSyntaxUid)));

    [Theory]
    [InlineData("cxr-pneumonia")]
    [InlineData("cxr-lungs")]
    public void TheGoldenValuesAreOfTheModelThatShips(string model) => Assert.Equal(ShippedModels.Active(model).Digest, Read(model).Digest);

    [Theory]
    [MemberData(nameof(Samples))]
    public async Task ASampleGivesTheGoldenTensor(string model, string file)
    {
        var expected = MemoryMarshal.Cast<byte, float>(File.ReadAllBytes(Path.Combine(Folder(model), Read(model).Samples.Single(each => each.File == file).Tensor!))).ToArray();

        var tensor = await TensorOf(Sample(file), ShippedModels.Active(model).Manifest.Input);

        Assert.Equal(expected.Length, tensor.Length);
        Assert.True(expected.Zip(tensor).Max(pair => Math.Abs(pair.First - pair.Second)) < 1e-4);
    }

    [Theory]
    [MemberData(nameof(Samples))]
    public async Task ASampleGivesTheGoldenFindings(string model, string file) =>
        AssertFindings(Read(model).Samples.Single(each => each.File == file), await FindingsOf(model, Sample(file)));

    [Theory]
    [MemberData(nameof(Radiographs))]
    public async Task ARadiographGivesTheGoldenFindings(string model, string file)
    {
        var golden = Read(model).CxrDicom.Single(each => each.File == file);

        var found = await FindingsOf(model, SharedData.Path(Path.Combine("cxr_dicom", file)));

        AssertFindings(golden, found);
    }

    private static void AssertFindings(GoldenImage golden, Findings found)
    {
        Assert.Equal(golden.Classifications.Select(each => each.Code), found.Classifications.Select(each => each.Code));
        Assert.All(golden.Classifications.Zip(found.Classifications), pair => Assert.Equal(pair.First.Probability, pair.Second.Probability, Tolerance));

        Assert.Equal(golden.Detections.Select(each => each.Code), found.Detections.Select(each => each.Code));
        Assert.All(golden.Detections.Zip(found.Detections), pair =>
        {
            var box = pair.Second.Box;
            Assert.Equal(pair.First.Score, pair.Second.Score, Tolerance);
            Assert.All(pair.First.Box.Zip([box.XMin, box.YMin, box.XMax, box.YMax]), edge => Assert.Equal(edge.First, edge.Second, Tolerance));
        });
    }

    private static async Task<Findings> FindingsOf(string model, string path)
    {
        var package = ShippedModels.Active(model);
        using var session = ModelSession.Load(package);
        return session.Run(await TensorOf(path, package.Manifest.Input), TestContext.Current.CancellationToken);
    }

    private static async Task<float[]> TensorOf(string path, InputTensor input)
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var file = File.OpenRead(path);
        using var reader = DicomReader.ForPart10(file);
        await reader.ReadUntilAsync(DicomTags.PixelData, cancellationToken);
        var description = PixelDescription.From(reader.DataSet, out _)!;
        await foreach (var frame in reader.OpenPixelData()!.ReadFramesAsync(description, cancellationToken))
        {
            var decoded = Assert.IsType<FrameResult.Decoded>(FrameDecoder.Decode(description, reader.Syntax, frame, cancellationToken));
            var tensor = new float[InputPreparation.Length(input)];
            InputPreparation.Prepare(input, GreyImage.From(description, decoded.Pixels.Span), description.Rows, description.Columns, tensor);
            return tensor;
        }

        throw new InvalidDataException("no frame");
    }

    private static TheoryData<string, string> Files(Func<Golden, IEnumerable<GoldenImage>> images)
    {
        var data = new TheoryData<string, string>();
        foreach (var model in (string[])["cxr-pneumonia", "cxr-lungs"])
        {
            foreach (var image in images(Read(model)))
                data.Add(model, image.File);
        }

        return data;
    }

    private static string Folder(string model) => Path.Combine(SharedData.Repository, "tests", "Inference.Tests", "Golden", model);

    private static string Sample(string file) => Path.Combine(SharedData.Repository, "services", "AllInOne", "samples", file);

    private static Golden Read(string model) => JsonSerializer.Deserialize<Golden>(File.ReadAllText(Path.Combine(Folder(model), "golden.json")), Json)!;

    private sealed record Golden(string Digest, IReadOnlyList<GoldenImage> Samples, IReadOnlyList<GoldenImage> CxrDicom);

    private sealed record GoldenImage(
        string File, string? Tensor, string? TransferSyntaxUid, IReadOnlyList<GoldenLabel> Classifications, IReadOnlyList<GoldenBox> Detections);

    private sealed record GoldenLabel(string Code, double Probability);

    private sealed record GoldenBox(string Code, double Score, double[] Box);
}
