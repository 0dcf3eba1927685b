using MedCloud.Dicom;
using MedCloud.Tests;

namespace MedCloud.Interop.Tests;

/// <summary>The test data's DICOM files, found by path.</summary>
internal static class Corpus
{
    private static readonly FrameDecoder Decoder = new();

    /// <summary>The sound files: 96 of all kinds and 16 chest X-rays.</summary>
    public static IReadOnlyList<string> Files =>
        [.. Directory.GetFiles(SharedData.Path("dicom/files"), "*.dcm").Concat(Directory.GetFiles(SharedData.Path("cxr_dicom/files"), "*.dcm")).Order(StringComparer.Ordinal)];

    /// <summary>pydicom's own test files, of Debian's python3-pydicom: sound ones and faulty ones.</summary>
    public static IReadOnlyList<string> PydicomFiles =>
        [.. Directory.GetFiles("/usr/lib/python3/dist-packages/pydicom/data/test_files", "*.dcm").Order(StringComparer.Ordinal)];

    /// <summary>The faulty files, by name.</summary>
    public static IReadOnlyList<string> Malformed => [.. Directory.GetFiles(SharedData.Path("dicom/malformed")).Order(StringComparer.Ordinal)];

    /// <summary>Reads a whole file as our reader does.</summary>
    public static async Task<(TransferSyntax Syntax, DataSet DataSet)> ReadAsync(string file, DicomReadLimits? limits = null)
    {
        await using var stream = File.OpenRead(file);
        return await ReadAsync(stream, limits);
    }

    /// <summary>Reads a whole file as our reader does; synchronously if it lies in memory.</summary>
    public static async Task<(TransferSyntax Syntax, DataSet DataSet)> ReadAsync(Stream file, DicomReadLimits? limits = null)
    {
        using var reader = DicomReader.ForPart10(file, limits);
        await reader.ReadToEndAsync(TestContext.Current.CancellationToken);
        return (reader.Syntax, reader.DataSet);
    }

    /// <summary>The decoded frames, one after the other, or the first result that is none; null without pixel data.</summary>
    public static async Task<(FrameResult Result, PixelDescription Description, TransferSyntax Syntax)?> DecodeAsync(string file)
    {
        await using var stream = File.OpenRead(file);
        using var reader = DicomReader.ForPart10(stream, DicomReadLimits.ForStoredInstances);
        await reader.ReadUntilAsync(DicomTags.PixelData, TestContext.Current.CancellationToken);
        if (reader.OpenPixelData() is not { } pixelData)
            return null;
        var description = PixelDescription.From(reader.DataSet, out _);
        if (description is null)
            return null;
        using var pixels = new MemoryStream();
        var colourModel = "";
        await foreach (var frame in pixelData.ReadFramesAsync(description, TestContext.Current.CancellationToken))
        {
            var result = await Decoder.DecodeAsync(description, reader.Syntax, frame, TestContext.Current.CancellationToken);
            if (result is not FrameResult.Decoded decoded)
                return (result, description, reader.Syntax);
            colourModel = decoded.ColourModel;
            await pixels.WriteAsync(decoded.Pixels, TestContext.Current.CancellationToken);
        }
        return (new FrameResult.Decoded(pixels.ToArray(), colourModel), description, reader.Syntax);
    }
}
