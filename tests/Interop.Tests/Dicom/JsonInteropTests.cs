using System.Text.Json;
using MedCloud.Dicom;
using MedCloud.Tests;

namespace MedCloud.Interop.Tests;

/// <summary>DICOM JSON against pydicom's of the same files.</summary>
public sealed class JsonInteropTests
{
    [Fact]
    public async Task EachCorpusFileBelowItsPixels_IsTheJsonThatPydicomWrites()
    {
        var folder = Directory.CreateTempSubdirectory("json");
        try
        {
            var pairs = new List<string>();
            foreach (var file in Corpus.Files)
            {
                var written = Path.Combine(folder.FullName, $"{pairs.Count}.json");
                await WriteAsync(file, written);
                pairs.Add($"{file}\t{written}");
            }
            var script = Path.Combine(SharedData.Repository, "tests", "Interop.Tests", "Dicom", "pydicom_json_compare.py");

            var differences = await ExternalTool.RunAsync("/usr/bin/python3", "python3-pydicom", [script], string.Join('\n', pairs));

            Assert.Equal("", differences);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task WriteAsync(string file, string json)
    {
        await using var source = File.OpenRead(file);
        using var reader = DicomReader.ForPart10(source);
        await reader.ReadUntilAsync(new DicomTag(0x7FE0, 0x0000), TestContext.Current.CancellationToken);
        await using var target = File.Create(json);
        await using var writer = new Utf8JsonWriter(target);
        DicomJsonWriter.Write(writer, reader.DataSet);
    }
}
