using System.Text.Json;
using MedCloud.Tests;

namespace MedCloud.Interop.Tests;

/// <summary>pydicom and GDCM, through <c>pydicom_dump.py</c>.</summary>
internal static class Pydicom
{
    /// <summary>The elements of each file, in the order of the data set.</summary>
    public static Task<List<IReadOnlyList<FoundElement>>> ElementsAsync(IReadOnlyList<string> files) => ReadAsync(files, "elements", "json", path =>
    {
        using var document = JsonDocument.Parse(File.ReadAllBytes(path));
        return (IReadOnlyList<FoundElement>)[.. document.RootElement.EnumerateArray().Select(Element)];
    });

    /// <summary>The pixels of each file: all frames, little endian, the samples of a pixel together.</summary>
    public static Task<List<byte[]>> PixelsAsync(IReadOnlyList<string> files) => ReadAsync(files, "pixels", "raw", File.ReadAllBytes);

    /// <summary>The first frame of each file as a reader sees it: grey as float32 from 0 to 1, colour as red, green and blue bytes.</summary>
    public static Task<List<byte[]>> SeenAsync(IReadOnlyList<string> files) => ReadAsync(files, "seen", "raw", File.ReadAllBytes);

    /// <summary>Files made of others by <c>pydicom_variants.py</c>, with look-up tables, windows and palettes of every kind.</summary>
    public static async Task<string[]> VariantsAsync(string folder, string grey, string colour)
    {
        var script = Path.Combine(SharedData.Repository, "tests", "Interop.Tests", "Dicom", "pydicom_variants.py");
        await ExternalTool.RunAsync(Python, "python3-pydicom", [script, folder, grey, colour]);
        return Directory.GetFiles(folder, "*.dcm");
    }

    /// <summary>Images in native form, <c>IMAGE.dcm</c>, and as each encoder at hand writes them, <c>IMAGE.ENCODING.dcm</c>, by <c>pydicom_encodings.py</c>.</summary>
    public static async Task<string[]> EncodingsAsync(string folder)
    {
        var script = Path.Combine(SharedData.Repository, "tests", "Interop.Tests", "Dicom", "pydicom_encodings.py");
        await ExternalTool.RunAsync(Python, "python3-pydicom, dcmtk, libgdcm-tools, libopenjp2-tools and openjph-tools", [script, folder]);
        return Directory.GetFiles(folder, "*.*.dcm");
    }

    /// <summary>Has <c>pydicom_json_compare.py</c> write or compare pairs of a DICOM and a JSON file, separated by a tab; the differences.</summary>
    public static Task<string> JsonAsync(string what, IEnumerable<string> pairs)
    {
        var script = Path.Combine(SharedData.Repository, "tests", "Interop.Tests", "Dicom", "pydicom_json_compare.py");
        return ExternalTool.RunAsync(Python, "python3-pydicom", ["-W", "ignore", script, what], string.Join('\n', pairs));
    }

    /// <summary>The system's Python, which sees Debian's packages; another one may come first on PATH.</summary>
    private const string Python = "/usr/bin/python3";

    private static async Task<List<T>> ReadAsync<T>(IReadOnlyList<string> files, string what, string extension, Func<string, T> read)
    {
        var output = Directory.CreateTempSubdirectory("pydicom");
        try
        {
            var script = Path.Combine(SharedData.Repository, "tests", "Interop.Tests", "Dicom", "pydicom_dump.py");
            await ExternalTool.RunAsync(Python, "python3-pydicom and python3-gdcm", [script, output.FullName, what], string.Join('\n', files));
            return [.. files.Select((file, number) =>
            {
                var error = Path.Combine(output.FullName, $"{number}.error");
                Assert.False(File.Exists(error), $"pydicom on {Path.GetFileName(file)}: {(File.Exists(error) ? File.ReadAllText(error) : "")}");
                return read(Path.Combine(output.FullName, $"{number}.{extension}"));
            })];
        }
        finally
        {
            output.Delete(recursive: true);
        }
    }

    private static FoundElement Element(JsonElement row) => new(
        row[0].GetString() ?? "",
        row[1].GetString() ?? "",
        row[2].ValueKind == JsonValueKind.Null ? null : row[2].GetInt64(),
        row[3].GetString() ?? "",
        row[4].ValueKind == JsonValueKind.Null ? null : [.. row[4].EnumerateArray().Select(value => value.GetString() ?? "")],
        row[5].ValueKind == JsonValueKind.Null ? null : [.. row[5].EnumerateArray().Select(value => value.GetDouble())]);
}
