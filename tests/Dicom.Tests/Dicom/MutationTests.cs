using System.Diagnostics;

namespace MedCloud.Dicom.Tests;

/// <summary>Thousands of damaged inputs per parser: each is read or refused, within bounds of time and memory.</summary>
public sealed class MutationTests
{
    private static readonly int Mutants = Environment.GetEnvironmentVariable("MEDCLOUD_TEST_LONG") == "1" ? 10_000 : 3000;
    private static readonly CancellationToken Token = TestContext.Current.CancellationToken;

    /// <summary>Bytes that a mutant may make the parsers allocate, far above what its few hundred bytes hold.</summary>
    private const long MaxAllocated = 8 * 1024 * 1024;

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
        await EachMutantAsync(seed, async mutant =>
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
        Assert.True(read > 0 && refused > Mutants / 10, $"{read} read, {refused} refused: the mutants test little");
    }

    [Fact]
    public async Task DamagedRleFrames_AreDecodedOrCorrupt()
    {
        var description = FrameDecoderTests.Grey(16, 16) with { BitsAllocated = 16, BitsStored = 16, HighBit = 15 };
        var seed = RleEncoder.Encode(FrameDecoderTests.Gradient(16, 16), [.. FrameDecoderTests.Gradient(16, 16).Select(value => (byte)(value / 7))]);
        await DecodeMutantsAsync(seed, description, TransferSyntax.RleLossless);
    }

    [Fact]
    public async Task DamagedJpegFrames_AreDecodedOrCorrupt() =>
        await DecodeMutantsAsync(FrameDecoderTests.Jpeg(FrameDecoderTests.Gradient(40, 40), 40, 40), FrameDecoderTests.Grey(40, 40), TransferSyntax.JpegBaseline);

    [Theory]
    [MemberData(nameof(CompressedFrameTests.Encoded), MemberType = typeof(CompressedFrameTests))]
    public async Task DamagedCompressedFrames_AreDecodedOrCorrupt(string name, string syntax, byte[] frame, int stored, int taken, int tolerance)
    {
        _ = (name, tolerance);
        await DecodeMutantsAsync(frame, CompressedFrameTests.Description(stored, taken > 0), TransferSyntax.Find(syntax)!);
    }

    private static async Task DecodeMutantsAsync(byte[] seed, PixelDescription description, TransferSyntax syntax)
    {
        var (decoded, corrupt) = (0, 0);
        await EachMutantAsync(seed, mutant =>
        {
            var result = FrameDecoder.Decode(description, syntax, mutant, Token);
            if (result is FrameResult.Decoded { Pixels.Length: var length })
            {
                Assert.Equal(description.FrameBytes, length);
                decoded++;
            }
            else
            {
                Assert.IsType<FrameResult.Corrupt>(result);
                corrupt++;
            }
            return Task.CompletedTask;
        });
        Assert.True(decoded > 0 && corrupt > Mutants / 10, $"{decoded} decoded, {corrupt} corrupt: the mutants test little");
    }

    private static async Task DecodeAsync(byte[] file, DicomReadLimits limits)
    {
        using var reader = DicomReader.ForPart10(new MemoryStream(file), limits);
        await reader.ReadUntilAsync(DicomTags.PixelData, Token);
        if (reader.OpenPixelData() is not { } pixelData || PixelDescription.From(reader.DataSet, out _) is not { } description)
            return;
        await foreach (var frame in pixelData.ReadFramesAsync(description, Token))
        {
            if (FrameDecoder.Decode(description, reader.Syntax, frame, Token) is FrameResult.Decoded decoded && GreyImage.Refusal(description) is null)
                Assert.Equal(description.Rows * description.Columns, GreyImage.From(description, decoded.Pixels.Span).Length);
        }
    }

    private static async Task EachMutantAsync(byte[] seed, Func<byte[], Task> test)
    {
        for (var number = 0; number < Mutants; number++)
        {
            var mutant = Mutate(seed, new Random(number));
            var before = GC.GetAllocatedBytesForCurrentThread();
            var watch = Stopwatch.StartNew();
            try
            {
                await test(mutant);
            }
            catch (Exception exception)
            {
                throw new InvalidOperationException($"mutant {number}: {exception.Message}", exception);
            }
            Assert.True(watch.Elapsed < TimeSpan.FromSeconds(5), $"mutant {number} took {watch.Elapsed}");
            Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < MaxAllocated, $"mutant {number} allocated too much");
        }
    }

    /// <summary>Bytes changed, bits turned, lengths made huge, parts cut, doubled or swapped in.</summary>
    private static byte[] Mutate(byte[] seed, Random random)
    {
        var bytes = seed.ToList();
        for (var change = random.Next(1, 5); change > 0 && bytes.Count > 8; change--)
        {
            // the preamble says nothing
            var at = bytes.Count > 140 ? random.Next(132, bytes.Count - 4) : random.Next(bytes.Count - 4);
            switch (random.Next(7))
            {
                case 0:
                    bytes[at] = (byte)random.Next(256);
                    break;
                case 1:
                    bytes[at] ^= (byte)(1 << random.Next(8));
                    break;
                case 2:
                    for (var index = 0; index < 4; index++)
                        bytes[at + index] = random.Next(2) == 0 ? (byte)0xFF : (byte)0x7F;
                    break;
                case 3:
                    bytes.RemoveRange(at, Math.Min(random.Next(1, 16), bytes.Count - at));
                    break;
                case 4:
                    bytes.InsertRange(at, bytes.GetRange(at, Math.Min(random.Next(1, 64), bytes.Count - at)));
                    break;
                case 5:
                    bytes[at] = 0;
                    bytes[at + 1] = 0;
                    break;
                default:
                    if (random.Next(4) == 0)
                        bytes.RemoveRange(at, bytes.Count - at);
                    break;
            }
        }
        return [.. bytes];
    }
}
