using System.Text.Json.Nodes;
using MedCloud.Dicom;
using MedCloud.Tests;

namespace MedCloud.Interop.Tests.Product;

/// <summary>One of the labelled X-rays in DICOM, with what the training tool computed for it.</summary>
internal sealed record Xray(string Path, string TransferSyntax, string Study, string Series, string Instance, IReadOnlyDictionary<string, JsonNode> Expected)
{
    /// <summary>Decoders of lossy JPEG may differ by one grey level; all else is exact.</summary>
    public double Tolerance => TransferSyntax == "1.2.840.10008.1.2.4.50" ? 0.01 : 0.001;

    public static async Task<IReadOnlyList<Xray>> AllAsync()
    {
        var xrays = new List<Xray>();
        string[] models = ["cxr-pneumonia", "cxr-lungs"];
        var golden = models.ToDictionary(
            model => model,
            model => JsonNode.Parse(File.ReadAllText(System.IO.Path.Combine(SharedData.Repository, "tests", "Inference.Tests", "Golden", model, "golden.json")))!["cxrDicom"]!.AsArray());
        foreach (var entry in golden[models[0]])
        {
            var file = (string)entry!["file"]!;
            var path = SharedData.Path(System.IO.Path.Combine("cxr_dicom", file));
            await using var stream = File.OpenRead(path);
            using var reader = DicomReader.ForPart10(stream);
            await reader.ReadUntilAsync(DicomTags.PixelData, TestContext.Current.CancellationToken);
            xrays.Add(new Xray(
                path,
                (string)entry["transferSyntaxUid"]!,
                reader.DataSet.GetString(DicomTags.StudyInstanceUid)!,
                reader.DataSet.GetString(DicomTags.SeriesInstanceUid)!,
                reader.DataSet.GetString(DicomTags.SopInstanceUid)!,
                models.ToDictionary(model => model, model => golden[model].Single(row => (string)row!["file"]! == file)!)));
        }
        return xrays;
    }
}
