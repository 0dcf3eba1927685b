using MedCloud.Dicom.Web;

namespace MedCloud.Dicom.Tests.Web;

/// <summary>Thousands of damaged multipart bodies, in any chunks: each gives parts or a fault.</summary>
[Collection(nameof(Mutants))]
public sealed class MultipartMutationTests
{
    [Fact]
    public async Task DamagedBodies_GivePartsOrAFault()
    {
        var seed = MultipartReaderTests.Body("mutate", [[.. Enumerable.Range(0, 200).Select(i => (byte)i)], [], "\r\n--mutat"u8.ToArray()]);
        var random = new Random(20261123);
        var faults = 0;

        await Mutants.EachAsync(Mutants.OfAParser, seed, 0, async mutant =>
        {
            try
            {
                var read = await MultipartReaderTests.ContentsAsync(new ChunkedStream(mutant, random.Next(1, 100), random.Next(1, 100)), "mutate");
                Assert.True(read.Sum(part => part.Length) <= mutant.Length);
            }
            catch (MultipartException)
            {
                faults++;
            }
        });

        Assert.InRange(faults, Mutants.OfAParser / 20, Mutants.OfAParser - 1);
    }
}
