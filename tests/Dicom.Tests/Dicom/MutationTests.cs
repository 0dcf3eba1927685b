namespace MedCloud.Dicom.Tests;

/// <summary>Thousands of damaged files of each kind: each is read or refused, within bounds of time and memory.</summary>
[Collection(nameof(Mutants))]
public sealed class MutationTests
{
    private const int PreambleBytes = 132;
    private static readonly CancellationToken Token = TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("1.2.840.10008.1.2")]
    [InlineData("1.2.840.10008.1.2.1")]
    [InlineData("1.2.840.10008.1.2.2")]
    [InlineData("1.2.840.10008.1.2.1.99")]
    [InlineData("1.2.840.10008.1.2.5")]
    public async Task DamagedFiles_AreReadOrRefused(string syntax)
    {
        var seed = MutationSeeds.Nested(TransferSyntax.Find(syntax)!);
        var limits = new DicomReadLimits { MaxInflatedBytes = 16 * 1024 * 1024 };
        var (read, refused) = (0, 0);
        await Mutants.EachAsync(Mutants.OfAParser, seed, PreambleBytes, async mutant =>
        {
            try
            {
                await Reading.FileAsync(mutant, limits with { Lenient = (read + refused) % 2 == 0 });
                await DecodeAsync(mutant, limits);
                read++;
            }
            catch (DicomFormatException fault)
            {
                Assert.True(fault.Problem.Length <= 64 && fault.Problem.All(char.IsAscii), fault.Problem);
                refused++;
            }
        });
        Assert.True(read > 0 && refused > Mutants.OfAParser / 10, $"{read} read, {refused} refused: the mutants test little");
    }

    private static async Task DecodeAsync(byte[] file, DicomReadLimits limits)
    {
        using var reader = DicomReader.ForPart10(new MemoryStream(file), limits);
        await reader.ReadUntilAsync(DicomTags.PixelData, Token);
        if (reader.OpenPixelData() is not { } pixelData || PixelDescription.From(reader.DataSet, out _) is not { } description)
            return;
        await foreach (var frame in pixelData.ReadFramesAsync(description, Token))
        {
            if (await Decoding.DecodeAsync(description, reader.Syntax, frame.ToArray()) is FrameResult.Decoded decoded && GreyImage.Refusal(description) is null)
                Assert.Equal(description.Rows * description.Columns, GreyImage.From(description, decoded.Pixels.Span).Length);
        }
    }
}
