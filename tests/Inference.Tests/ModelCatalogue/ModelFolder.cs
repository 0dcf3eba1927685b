using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using MedCloud.ModelCatalogue;

namespace MedCloud.Inference.Tests.ModelCatalogue;

/// <summary>A folder of models on disk; its models are whole until a test spoils them.</summary>
internal sealed class ModelFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("medcloud-models-").FullName;

    public static JsonObject Manifest(string name, string version, byte[] model) => JsonNode.Parse($$"""
        {
          "name": "{{name}}", "version": "{{version}}", "task": "classification", "file": "model.onnx",
          "sha256": "{{Convert.ToHexStringLower(SHA256.HashData(model))}}",
          "input": { "name": "image", "channels": 1, "height": 128, "width": 128, "resize": "stretch-triangle", "normalise": "standardise" },
          "classification": {
            "output": "logits",
            "heads": [
              { "activation": "sigmoid", "logits": [0], "scale": 1.5, "bias": [-0.5],
                "labels": [ { "logit": 0, "code": "233604007", "display": "Pneumonia", "threshold": 0.4 } ] },
              { "activation": "softmax", "logits": [1, 2], "scale": 1, "bias": [0, 0], "given": "233604007",
                "labels": [ { "logit": 1, "code": "53084003", "display": "Bacterial pneumonia", "threshold": 0.5 } ] }
            ]
          },
          "scope": { "modality": { "allowed": ["CR", "DX"], "required": true }, "rows": { "min": 64, "max": 4096 } }
        }
        """)!.AsObject();

    public static JsonObject Gate(byte[] gate) => JsonNode.Parse($$"""
        { "file": "gate.onnx", "sha256": "{{Convert.ToHexStringLower(SHA256.HashData(gate))}}", "output": "score", "threshold": 0.25, "sentence": "It looks like none." }
        """)!.AsObject();

    public static JsonObject Detection() => JsonNode.Parse("""
        { "boxes": "boxes", "scores": "scores", "scale": 1, "bias": 0, "scoreThreshold": 0.5, "nmsIou": 0.5, "maxDetections": 10,
          "labels": [ { "code": "3341006", "display": "Right lung" } ] }
        """)!.AsObject();

    public static string Card(string name, string version, byte[] model) =>
        $"# {name} {version}\n\nBy the tests.\n\nDigest: sha256:{Convert.ToHexStringLower(SHA256.HashData(model))}\n\n"
        + string.Concat(ModelCard.Headings.Select(heading => $"## {heading}\n\nText with every code: 233604007, 53084003, 3341006.\n\n"));

    /// <summary>Adds a model with an image gate, changed by the arguments given.</summary>
    public ModelFolder Add(string name = "cxr-test", string version = "1.0.0", Action<JsonObject>? manifest = null, Func<string, string>? card = null)
    {
        var model = Encoding.ASCII.GetBytes($"weights of {name} {version}");
        var gate = Encoding.ASCII.GetBytes($"gate of {name} {version}");
        var folder = Directory.CreateDirectory(System.IO.Path.Combine(Path, name, version)).FullName;
        var json = Manifest(name, version, model);
        json["imageGate"] = Gate(gate);
        manifest?.Invoke(json);
        System.IO.File.WriteAllBytes(System.IO.Path.Combine(folder, "model.onnx"), model);
        System.IO.File.WriteAllBytes(System.IO.Path.Combine(folder, "gate.onnx"), gate);
        System.IO.File.WriteAllText(System.IO.Path.Combine(folder, "manifest.json"), json.ToJsonString());
        System.IO.File.WriteAllText(System.IO.Path.Combine(folder, "card.md"), (card ?? (text => text))(Card(name, version, model)));
        return this;
    }

    public string File(string relative) => System.IO.Path.Combine(Path, relative);

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
