using System.Runtime.InteropServices;
using MedCloud.Dicom;
using MedCloud.Tests;

namespace MedCloud.Interop.Tests;

/// <summary>
/// What a reader of an image sees is what pydicom makes of it: look-up tables, windows, padding, palettes and colour spaces, in every file of the test data and in variants that
/// pydicom made of two of them. Grey within one of 255 levels, colour within two (pydicom rounds between its steps).
/// </summary>
public sealed class SeenInteropTests
{
    private static readonly FrameDecoder Decoder = new();
    private static readonly string[] Lossy = ["1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.51", "1.2.840.10008.1.2.4.53", "1.2.840.10008.1.2.4.55"];

    /// <summary>pydicom does not decode these; PixelInteropTests compares their pixels with another program's.</summary>
    private static readonly string[] WithoutJudge =
    [
        "062_pydicom-data_HTJ2KLossless_08_RGB.dcm", "063_pydicom-data_JLSL_16_15_1_1F.dcm", "075_pydicom-data_liver_j2k.dcm", "076_pydicom-data_liver_nonbyte_aligned_deflate.dcm",
        "077_pydicom-data_liver_nonbyte_aligned_rle.dcm", "084_dicom-test-fil_MR1_JLSL.dcm",
    ];

    /// <summary>pydicom does not know this retired colour space.</summary>
    private const string ForDcmtkAlone = "ybr-partial-422.dcm";

    /// <summary>Colours as a second judge paints them, which does not know palettes in segments; within three levels, since it computes in whole numbers.</summary>
    [Fact]
    public async Task WhatIsSeenInColourIsWhatDcmtkMakesOfIt()
    {
        using var folder = new TemporaryFolder();
        var variants = await Pydicom.VariantsAsync(folder.Path, SharedData.Path("dicom/files/033_dwv_bbmri-53323131.dcm"), SharedData.Path("dicom/files/058_pydicom_examples_rgb_color.dcm"));
        string[] corpus = ["022_cornerstone3D_US-YBR_FULL_422-EVRLE.dcm", "049_pydicom_SC_ybr_full_422_uncompressed.dcm", "058_pydicom_examples_rgb_color.dcm", "070_pydicom-data_SC_ybr_full_uncompressed.dcm"];
        var (painted, differences) = (0, new List<string>());
        foreach (var file in variants.Where(file => !Path.GetFileName(file).StartsWith("palette-segments", StringComparison.Ordinal)).Concat(corpus.Select(name => SharedData.Path($"dicom/files/{name}"))))
        {
            if (await SeenAsync(file) is not (var own, "colour"))
                continue;
            var map = Path.Combine(folder.Path, "painted.ppm");
            await Tool.RunAsync("dcm2pnm", "+op", file, map);
            var their = await File.ReadAllBytesAsync(map, TestContext.Current.CancellationToken);
            var furthest = own!.Zip(their[^own!.Length..], (one, other) => Math.Abs(one - other)).Max();
            if (furthest > 3)
                differences.Add($"{Path.GetFileName(file)}: differs by up to {furthest}");
            painted++;
        }
        Assert.True(differences.Count == 0, string.Join('\n', differences));
        Assert.Equal(10, painted);
    }

    [Fact]
    public async Task WhatIsSeenIsWhatPydicomMakesOfIt()
    {
        using var folder = new TemporaryFolder();
        var grey = SharedData.Path("dicom/files/033_dwv_bbmri-53323131.dcm");
        var colour = SharedData.Path("dicom/files/058_pydicom_examples_rgb_color.dcm");
        var variants = await Pydicom.VariantsAsync(folder.Path, grey, colour);
        Assert.Equal(22, variants.Length);
        var (images, differences) = (new List<(string File, byte[] Seen, bool InColour)>(), new List<string>());
        foreach (var file in variants.Where(file => Path.GetFileName(file) != ForDcmtkAlone).Concat(Corpus.Files.Where(file => !WithoutJudge.Contains(Path.GetFileName(file)))))
        {
            switch (await SeenAsync(file))
            {
                case (null, var refusal):
                    differences.Add($"{Path.GetFileName(file)}: {refusal}");
                    break;
                case ({ } seen, var kind):
                    images.Add((file, seen, kind == "colour"));
                    break;
                default:
                    break;
            }
        }

        foreach (var ((file, own, inColour), their) in images.Zip(await Pydicom.SeenAsync([.. images.Select(image => image.File)])))
        {
            var furthest = own.Length != their.Length ? double.PositiveInfinity : inColour
                ? own.Zip(their, (one, other) => Math.Abs(one - other)).Max()
                : MemoryMarshal.Cast<byte, float>(own.AsSpan()).ToArray().Zip(MemoryMarshal.Cast<byte, float>(their.AsSpan()).ToArray(), (one, other) => 255.0 * Math.Abs(one - other)).Max();
            if (!(furthest <= (inColour ? 2 : 1)))
                differences.Add($"{Path.GetFileName(file)}: {own.Length} bytes of {their.Length}, differing by up to {furthest} of 255");
        }
        Assert.True(differences.Count == 0, string.Join('\n', differences));
        Assert.InRange(images.Count, 100, images.Count);
    }

    /// <summary>The first frame and its kind; null and the refusal; or null and null for a file without pixels.</summary>
    private static async Task<(byte[]? Seen, string? Kind)?> SeenAsync(string file)
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var stream = File.OpenRead(file);
        using var reader = DicomReader.ForPart10(stream);
        await reader.ReadUntilAsync(DicomTags.PixelData, cancellationToken);
        // a window makes much of the one level by which decoders of lossy JPEG differ
        if (Lossy.Contains(reader.Syntax.Uid.Value) || reader.OpenPixelData() is not { } pixelData)
            return null;
        if (PixelDescription.From(reader.DataSet, out var problem) is not { } description)
            return (null, problem);
        await foreach (var encoded in pixelData.ReadFramesAsync(description, cancellationToken))
        {
            var frame = await Decoder.DecodeAsync(description, reader.Syntax, encoded, cancellationToken);
            if (frame is not FrameResult.Decoded decoded)
                return (null, frame.ToString());
            if (GreyImage.Refusal(description) is null)
                return (MemoryMarshal.AsBytes(GreyImage.From(description, decoded.Pixels.Span).AsSpan()).ToArray(), "grey");
            return ColourImage.Refusal(description) is { } refusal ? (null, refusal) : (ColourImage.From(description, decoded), "colour");
        }
        return null;
    }
}
