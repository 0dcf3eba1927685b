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

    public static TheoryData<string, string> Samples => Files(golden => golden.Samples);

    public static TheoryData<string, string> Radiographs => Files(golden => golden.CxrDicom);

    [Theory]
    [InlineData("cxr-pneumonia")]
    [InlineData("cxr-lungs")]
    [InlineData("blood-cells")]
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

    [Fact]
    public async Task ASmearInColourGivesTheGoldenFindings()
    {
        var golden = Read("blood-cells").Samples.Single();

        var found = await FindingsOf("blood-cells", Path.Combine(Folder("blood-cells"), golden.File));

        Assert.True(golden.Detections.Count > 5);
        AssertFindings(golden, found);
    }

    [Theory]
    [MemberData(nameof(Radiographs))]
    public async Task ARadiographGivesTheGoldenFindings(string model, string file)
    {
        var golden = Read(model).CxrDicom.Single(each => each.File == file);

        var found = await FindingsOf(model, SharedData.Path(Path.Combine("cxr_dicom", file)));

        AssertFindings(golden, found);
    }

    [Theory]
    [MemberData(nameof(Samples))]
    public async Task ASamplePassesTheImageGateWithTheGoldenScore(string model, string file) =>
        await AssertPassesAsync(model, Read(model).Samples.Single(each => each.File == file), Sample(file));

    [Theory]
    [MemberData(nameof(Radiographs))]
    public async Task ARadiographPassesTheImageGateWithTheGoldenScore(string model, string file) =>
        await AssertPassesAsync(model, Read(model).CxrDicom.Single(each => each.File == file), SharedData.Path(Path.Combine("cxr_dicom", file)));

    [Fact]
    public async Task ASmearInColourPassesTheImageGateWithTheGoldenScore()
    {
        var golden = Read("blood-cells").Samples.Single();
        await AssertPassesAsync("blood-cells", golden, Path.Combine(Folder("blood-cells"), golden.File));
    }

    /// <summary>The same X-ray as the data sets have it, 8 bits and 224 x 224, through JPEG baseline: whatever bits, transfer syntax and polarity it came in, it is judged alike.</summary>
    [Theory]
    [MemberData(nameof(Twins))]
    public async Task ARadiographHasTheProbabilityOfItsEightBitTwin(string file, string twin)
    {
        var package = ShippedModels.Active("cxr-pneumonia");
        using var session = ModelSession.Load(package);
        var jpeg = await File.ReadAllBytesAsync(SharedData.Path(twin), TestContext.Current.CancellationToken);
        var description = new PixelDescription
        {
            Rows = 224,
            Columns = 224,
            SamplesPerPixel = 1,
            BitsAllocated = 8,
            BitsStored = 8,
            HighBit = 7,
            Signed = false,
            PhotometricInterpretation = "MONOCHROME2",
            WindowCenter = 128,
            WindowWidth = 256,
        };

        var own = session.Run(await TensorOf(SharedData.Path(Path.Combine("cxr_dicom", file)), package.Manifest.Input), TestContext.Current.CancellationToken);
        var other = session.Run(await TensorOf(description, TransferSyntax.JpegBaseline, jpeg, package.Manifest.Input), TestContext.Current.CancellationToken);

        Assert.Equal(other.Classifications[0].Probability, own.Classifications[0].Probability, 0.02);
    }

    public static TheoryData<string, string> Twins
    {
        get
        {
            var data = new TheoryData<string, string>();
            foreach (var row in File.ReadLines(SharedData.Path("cxr_dicom/labels.csv")).Skip(1))
                data.Add(row.Split(',')[0], row.Split(',')[5]);
            return data;
        }
    }

    private static async Task AssertPassesAsync(string model, GoldenImage golden, string path)
    {
        var package = ShippedModels.Active(model);
        using var session = ModelSession.Load(package);

        var score = session.ScoreImage(await TensorOf(path, package.Manifest.Input), TestContext.Current.CancellationToken);

        Assert.Equal(golden.GateScore, score!.Value, Tolerance);
        Assert.True(score >= package.Manifest.ImageGate!.Threshold);
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

    private static readonly FrameDecoder Decoder = new();

    private static async Task<float[]> TensorOf(string path, InputTensor input)
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var file = File.OpenRead(path);
        using var reader = DicomReader.ForPart10(file);
        await reader.ReadUntilAsync(DicomTags.PixelData, cancellationToken);
        var description = PixelDescription.From(reader.DataSet, out _)!;
        await foreach (var frame in reader.OpenPixelData()!.ReadFramesAsync(description, cancellationToken))
            return await TensorOf(description, reader.Syntax, frame, input);

        throw new InvalidDataException("no frame");
    }

    private static async Task<float[]> TensorOf(PixelDescription description, TransferSyntax syntax, ReadOnlyMemory<byte> frame, InputTensor input)
    {
        var decoded = Assert.IsType<FrameResult.Decoded>(await Decoder.DecodeAsync(description, syntax, frame, TestContext.Current.CancellationToken));
        var tensor = new float[InputPreparation.Length(input)];
        if (GreyImage.Refusal(description) is null)
            InputPreparation.Prepare(input, GreyImage.From(description, decoded.Pixels.Span), description.Rows, description.Columns, tensor);
        else
            InputPreparation.Prepare(input, ColourImage.From(description, decoded), description.Rows, description.Columns, tensor);
        return tensor;
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
        string File, string? Tensor, string? TransferSyntaxUid, double GateScore, IReadOnlyList<GoldenLabel> Classifications, IReadOnlyList<GoldenBox> Detections);

    private sealed record GoldenLabel(string Code, double Probability);

    private sealed record GoldenBox(string Code, double Score, double[] Box);
}
