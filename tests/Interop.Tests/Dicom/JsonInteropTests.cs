using System.Text.Json;
using MedCloud.Dicom;
using MedCloud.Tests;

namespace MedCloud.Interop.Tests;

/// <summary>DICOM JSON both ways: what we write is what pydicom writes, and pydicom reads it; what pydicom and DCMTK write, we read.</summary>
public sealed class JsonInteropTests : IDisposable
{
    /// <summary>Larger files are large by their pixels, which are not compared here.</summary>
    private const int MaxBytesForDcmtk = 400_000;

    /// <summary>Files that DCMTK does not read.</summary>
    private static readonly string[] NotForDcmtk = ["025_dcm4che_Tag-0040-A170-VR-CS.dcm"];

    private readonly TemporaryFolder folder = new();

    [Fact]
    public async Task WhatWeWriteIsWhatPydicomWrites()
    {
        var pairs = new List<string>();
        foreach (var file in Corpus.Files)
        {
            await using var source = File.OpenRead(file);
            using var reader = DicomReader.ForPart10(source);
            await reader.ReadUntilAsync(new DicomTag(0x7FE0, 0x0000), TestContext.Current.CancellationToken);
            pairs.Add($"{file}\t{await WriteAsync(reader.DataSet, pairs.Count)}");
        }
        Assert.Equal("", await CompareAsync(pairs));
    }

    [Fact]
    public async Task WhatPydicomWritesIsRead()
    {
        var files = Corpus.Files.Select((file, number) => (File: file, Json: Path.Combine(folder.Path, $"{number}.pydicom.json"))).ToList();
        await Pydicom.JsonAsync("write", files.Select(each => $"{each.File}\t{each.Json}"));
        var pairs = new List<string>();
        foreach (var (file, json) in files)
            pairs.Add($"{file}\t{await WriteAsync(DicomJsonReader.Read(await File.ReadAllBytesAsync(json, TestContext.Current.CancellationToken)), pairs.Count)}");
        Assert.Equal("", await CompareAsync(pairs));
    }

    [Fact]
    public async Task WhatDcmtkWritesIsRead()
    {
        var (pairs, unread) = (new List<string>(), new List<string>());
        foreach (var file in Corpus.Files.Where(file => new FileInfo(file).Length < MaxBytesForDcmtk))
        {
            // DCMTK writes no compressed pixel data
            if ((await Corpus.ReadAsync(file)).Syntax.Encapsulated)
                continue;
            var json = Path.Combine(folder.Path, "dcmtk.json");
            if ((await Tool.TryRunAsync("dcm2json", "-q", file, json)).Code != 0)
            {
                unread.Add(Path.GetFileName(file));
                continue;
            }
            pairs.Add($"{file}\t{await WriteAsync(DicomJsonReader.Read(await File.ReadAllBytesAsync(json, TestContext.Current.CancellationToken)), pairs.Count)}");
        }
        Assert.Equal("", await CompareAsync(pairs));
        Assert.Equal(NotForDcmtk, unread);
        Assert.InRange(pairs.Count, 40, pairs.Count);
    }

    public void Dispose() => folder.Dispose();

    private async Task<string> WriteAsync(DataSet dataSet, int number)
    {
        var path = Path.Combine(folder.Path, $"{number}.json");
        await using var target = File.Create(path);
        await using var writer = new Utf8JsonWriter(target);
        DicomJsonWriter.Write(writer, dataSet);
        return path;
    }

    private static Task<string> CompareAsync(List<string> pairs) => Pydicom.JsonAsync("compare", pairs);
}
