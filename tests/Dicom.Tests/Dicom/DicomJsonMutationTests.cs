using System.Text.Json;

namespace MedCloud.Dicom.Tests;

/// <summary>Thousands of damaged JSON texts: each is read or refused with its place.</summary>
[Collection(nameof(Mutants))]
public sealed class DicomJsonMutationTests
{
    [Fact]
    public async Task DamagedJson_IsReadOrRefused()
    {
        using var seed = new MemoryStream();
        await using (var writer = new Utf8JsonWriter(seed))
            DicomJsonWriter.Write(writer, await Reading.FileAsync(MutationSeeds.Nested(TransferSyntax.ExplicitVrLittleEndian)), element => element.Segment is null ? null : "http://here/1");
        var (read, refused) = (0, 0);

        await Mutants.EachAsync(Mutants.OfAParser, seed.ToArray(), 0, mutant =>
        {
            try
            {
                DicomJsonReader.Read(mutant, bulkData: _ => new byte[] { 1, 2 });
                read++;
            }
            catch (DicomFormatException fault)
            {
                Assert.True(fault.Problem.Length <= 64 && fault.Problem.All(char.IsAscii), fault.Problem);
                Assert.InRange(fault.Offset, 0, mutant.Length);
                refused++;
            }
            return Task.CompletedTask;
        });

        Assert.True(read > Mutants.OfAParser / 100 && refused > Mutants.OfAParser / 10, $"{read} read, {refused} refused: the mutants test little");
    }
}
