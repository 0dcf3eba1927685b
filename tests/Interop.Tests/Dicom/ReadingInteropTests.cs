namespace MedCloud.Interop.Tests;

/// <summary>What our reader finds in the sound files is what pydicom and DCMTK find.</summary>
public sealed class ReadingInteropTests
{
    /// <summary>Implicit VR, and a code string where the dictionary has a sequence: DCMTK 3.6.7 gives up there.</summary>
    private const string UnreadableByDcmtk = "025_dcm4che_Tag-0040-A170-VR-CS.dcm";

    [Fact]
    public async Task EveryElementEqualsPydicoms()
    {
        var files = Corpus.Files;
        var expected = await Pydicom.ElementsAsync(files);
        var differences = new List<string>();
        var compared = 0;
        foreach (var (file, theirs) in files.Zip(expected))
        {
            var (syntax, dataSet) = await Corpus.ReadAsync(file);
            var ours = FoundElement.In(dataSet).ToList();
            differences.AddRange(Comparison.Of(ours, theirs, syntax.ExplicitVr).Select(difference => $"{Path.GetFileName(file)}: {difference}"));
            compared += ours.Count;
        }
        Assert.Equal(112, files.Count);
        Assert.InRange(compared, 13_000, int.MaxValue);
        Assert.True(differences.Count == 0, string.Join('\n', differences.Take(50)));
    }

    [Fact]
    public async Task EveryElementsPlaceVrAndLengthEqualsDcmtks()
    {
        var differences = new List<string>();
        foreach (var file in Corpus.Files.Where(file => Path.GetFileName(file) != UnreadableByDcmtk))
        {
            var (syntax, dataSet) = await Corpus.ReadAsync(file);
            var theirs = await Dcmdump.ElementsAsync(file);
            // dcmdump shows odd lengths as even
            var ours = FoundElement.In(dataSet).Select(element => element.Padded()).ToList();
            differences.AddRange(Comparison.Of(ours, theirs, syntax.ExplicitVr).Select(difference => $"{Path.GetFileName(file)}: {difference}"));
        }
        Assert.True(differences.Count == 0, string.Join('\n', differences.Take(50)));
    }
}
