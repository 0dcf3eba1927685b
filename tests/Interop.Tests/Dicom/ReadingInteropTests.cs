using MedCloud.Dicom;

namespace MedCloud.Interop.Tests;

/// <summary>What our reader finds in the sound files is what pydicom and DCMTK find.</summary>
public sealed class ReadingInteropTests
{
    /// <summary>Implicit VR, and a code string where the dictionary has a sequence: DCMTK 3.6.7 gives up there.</summary>
    private const string UnreadableByDcmtk = "025_dcm4che_Tag-0040-A170-VR-CS.dcm";

    private static readonly string[] RefusedOfPydicoms =
    [
        "MR_truncated.dcm: the data ends inside a value at (7FE0,0010), offset 1488",
        "SC_rgb_jpeg.dcm: no VR of the standard where one must stand at (0008,0008), offset 356",
        "meta_missing_tsyntax.dcm: the file meta group has no Transfer Syntax UID at (0002,0010), offset 202",
        "no_meta.dcm: missing DICM after the preamble, offset 128",
        "rtplan_truncated.dcm: the data ends inside a value at (300A,00B0)[0].(300A,0111)[0].(300A,012C), offset 2092",
    ];

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

    /// <summary>pydicom's own test files, read as what is stored is: the values of each, or its refusal.</summary>
    [Fact]
    public async Task EveryElementOfPydicomsOwnFilesEqualsPydicoms()
    {
        var read = new List<(string File, bool ExplicitVr, List<FoundElement> Elements)>();
        var refused = new List<string>();
        foreach (var file in Corpus.PydicomFiles)
        {
            try
            {
                var (syntax, dataSet) = await Corpus.ReadAsync(file, DicomReadLimits.ForStoredInstances);
                read.Add((file, syntax.ExplicitVr, [.. FoundElement.In(dataSet)]));
            }
            catch (DicomFormatException fault)
            {
                refused.Add($"{Path.GetFileName(file)}: {fault.Message}");
            }
        }
        Assert.True(RefusedOfPydicoms.SequenceEqual(refused), string.Join('\n', refused));

        var differences = new List<string>();
        foreach (var ((file, explicitVr, ours), theirs) in read.Zip(await Pydicom.ElementsAsync([.. read.Select(each => each.File)])))
            differences.AddRange(Comparison.Of(ours, theirs, explicitVr).Select(difference => $"{Path.GetFileName(file)}: {difference}"));
        Assert.True(differences.Count == 0, string.Join('\n', differences.Take(50)));
        Assert.InRange(read.Count, 60, read.Count);
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
