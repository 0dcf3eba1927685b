using MedCloud.Tests;
using SkiaSharp;

namespace MedCloud.Interop.Tests.Medctl;

/// <summary>What <c>medctl send</c> makes of a picture, as dicom3tools and pydicom see it.</summary>
public sealed class WrappedPictureTests(Servers servers) : ProductTest(Configuration.OneProcess, servers)
{
    /// <summary>What a picture does not know, and is not invented.</summary>
    private static readonly Dictionary<string, string[]> Unknown = new()
    {
        ["DX"] = ["ImagerPixelSpacing"],
        ["GM"] = [],
        ["SM"] = ["ContainerIdentifier", "IssuerOfTheContainerIdentifierSequence", "ContainerTypeCodeSequence", "SpecimenDescriptionSequence"],
        ["XC"] = [],
    };

    [Theory]
    [InlineData("DX", SKEncodedImageFormat.Png)]
    [InlineData("DX", SKEncodedImageFormat.Jpeg)]
    [InlineData("GM", SKEncodedImageFormat.Png)]
    [InlineData("SM", SKEncodedImageFormat.Jpeg)]
    [InlineData("XC", SKEncodedImageFormat.Png)]
    public async Task AWrappedPictureLacksOnlyWhatItCannotKnowAndHasThePicturesPixels(string modality, SKEncodedImageFormat format)
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        using var folder = new TemporaryFolder();
        var picture = Path.Combine(folder.Path, "picture");
        var pixels = Draw(picture, format, modality == "DX");
        await using var medctl = new ProductProcess("medctl", null, "send", picture, "--modality", modality, "--url", Product.HttpUrl);
        Assert.Equal(0, await medctl.ExitAsync());
        var study = await Client.StudyAsync(medctl.Output.First().Split(' ')[^1], found => found["analyses"]!.AsArray().Count > 0, cancellationToken);
        var analysis = study["analyses"]![0]!;
        var wrapped = Path.Combine(folder.Path, "wrapped.dcm");
        await File.WriteAllBytesAsync(
            wrapped, (await Client.RetrieveAsync((string)study["studyInstanceUid"]!, (string)analysis["seriesInstanceUid"]!, (string)analysis["sopInstanceUid"]!, cancellationToken))!, cancellationToken);

        var errors = (await Tool.TryRunAsync("dciodvfy", wrapped)).Output.Split('\n').Where(line => line.StartsWith("Error", StringComparison.Ordinal)).ToArray();
        Assert.Equal(Unknown[modality].Order(), errors.Select(error => error.Split("Element=<")[^1].Split('>')[0]).Order());
        Assert.Equal(pixels, Assert.Single(await Pydicom.PixelsAsync([wrapped])));
        await Tool.RunAsync("dcm2pnm", "--write-png", wrapped, Path.Combine(folder.Path, "again.png"));
    }

    /// <summary>Draws a picture, in grey for a chest X-ray; its pixels as the file has them.</summary>
    private static byte[] Draw(string path, SKEncodedImageFormat format, bool grey)
    {
        using var bitmap = new SKBitmap(200, 160);
        for (var y = 0; y < bitmap.Height; y++)
        {
            for (var x = 0; x < bitmap.Width; x++)
                bitmap.SetPixel(x, y, grey ? new SKColor((byte)(x ^ y), (byte)(x ^ y), (byte)(x ^ y)) : new SKColor((byte)x, (byte)y, (byte)(x + y)));
        }
        using (var file = File.Create(path))
            bitmap.Encode(file, format, 90);
        using var read = SKBitmap.Decode(path);
        return [.. read.Pixels.SelectMany(pixel => grey ? new[] { pixel.Red } : [pixel.Red, pixel.Green, pixel.Blue])];
    }
}
