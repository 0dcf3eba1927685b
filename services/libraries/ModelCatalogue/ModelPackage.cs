using System.Security.Cryptography;

namespace MedCloud.ModelCatalogue;

/// <summary>A model version that is whole: its manifest, its card, and a file whose hash is the manifest's.</summary>
public sealed record ModelPackage
{
    /// <summary>What the model is.</summary>
    public required ModelManifest Manifest { get; init; }

    /// <summary>"sha256:" and the hash of the ONNX file in lower-case hexadecimal.</summary>
    public required string Digest { get; init; }

    /// <summary>Full path of the ONNX file.</summary>
    public required string ModelPath { get; init; }

    /// <summary>Full path of the image gate's ONNX file; null where the manifest names none.</summary>
    public string? GatePath { get; init; }

    /// <summary>The model card, Markdown.</summary>
    public required string Card { get; init; }

    /// <summary>Reads the ONNX file whole; what is returned is what was hashed.</summary>
    /// <exception cref="InvalidDataException">The file is no longer the one that the manifest names.</exception>
    public byte[] ReadModel() => Read(ModelPath, Digest);

    /// <summary>Reads the image gate's ONNX file whole, likewise; null where there is none.</summary>
    /// <exception cref="InvalidDataException">The file is no longer the one that the manifest names.</exception>
    public byte[]? ReadGate() => Manifest.ImageGate is { } gate && GatePath is { } path ? Read(path, "sha256:" + gate.Sha256) : null;

    private static byte[] Read(string path, string digest)
    {
        var bytes = File.ReadAllBytes(path);
        return DigestOf(bytes) == digest
            ? bytes
            : throw new InvalidDataException($"{path} has changed since it was checked: it is {DigestOf(bytes)}, not {digest}");
    }

    internal static string DigestOf(ReadOnlySpan<byte> model) => "sha256:" + Convert.ToHexStringLower(SHA256.HashData(model));
}
