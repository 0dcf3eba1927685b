using MedCloud.ModelCatalogue;

namespace MedCloud.Services.Tests.Ingest;

/// <summary>Models as the catalogue has them; nothing here runs one.</summary>
internal static class Models
{
    public static Catalogue Catalogue(params ModelPackage[] models) => new(models);

    /// <summary>A model of chest X-rays: CR or DX, 64 to 4096 rows.</summary>
    public static ModelPackage Chest(string name) => Model(name, new ModelScope
    {
        Modality = new AllowedValues { Allowed = ["CR", "DX"], Required = true },
        Rows = new AllowedRange { Min = 64, Max = 4096 },
    });

    public static ModelPackage Model(string name, ModelScope scope) => new()
    {
        Manifest = new ModelManifest
        {
            Name = name,
            Version = "1.0.0",
            Task = ModelTask.Classification,
            File = "model.onnx",
            Sha256 = new string('0', 64),
            Input = new InputTensor { Name = "image", Channels = 1, Height = 128, Width = 128, Resize = ResizeMethod.StretchTriangle, Normalise = NormaliseMethod.Standardise },
            Scope = scope,
        },
        Digest = "sha256:" + new string('0', 64),
        ModelPath = "model.onnx",
        Card = "",
    };
}
