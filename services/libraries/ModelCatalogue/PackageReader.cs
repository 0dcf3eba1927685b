namespace MedCloud.ModelCatalogue;

/// <summary>Reads one model version's folder and gathers everything that is wrong with it.</summary>
internal static class PackageReader
{
    /// <summary>The package in <paramref name="folder"/>, or null with its faults added to <paramref name="faults"/>.</summary>
    public static ModelPackage? Read(string root, string folder, List<ModelFault> faults)
    {
        var before = faults.Count;
        var manifestFile = Path.Combine(folder, "manifest.json");
        var manifestName = Path.GetRelativePath(root, manifestFile);
        if (ReadFile(manifestFile, manifestName, "add it; the schema is manifest.schema.json", faults) is not { } json)
            return null;
        var manifest = ManifestJson.Read(json, manifestName, out var shape);
        faults.AddRange(shape);
        if (manifest is null)
            return null;
        faults.AddRange(ManifestRules.Check(manifest, manifestName, Path.GetFileName(Path.GetDirectoryName(folder) ?? ""), Path.GetFileName(folder)));

        var (modelPath, digest) = Hashed(manifest.File, manifest.Sha256, "");
        var gatePath = manifest.ImageGate is { } gate ? Hashed(gate.File, gate.Sha256, "imageGate.").Path : null;

        var cardFile = Path.Combine(folder, "card.md");
        var cardName = Path.GetRelativePath(root, cardFile);
        var card = ReadFile(cardFile, cardName, "write the model card", faults) is { } text ? System.Text.Encoding.UTF8.GetString(text) : null;
        if (card is not null)
            faults.AddRange(ModelCard.Check(card, cardName, manifest));

        return faults.Count == before && card is not null && digest is not null
            ? new ModelPackage { Manifest = manifest, Digest = digest, ModelPath = modelPath, GatePath = gatePath, Card = card }
            : null;

        (string Path, string? Digest) Hashed(string file, string sha256, string member)
        {
            var path = Path.Combine(folder, Path.GetFileName(file));
            var found = ReadFile(path, Path.GetRelativePath(root, path), $"put it there, or correct \"{member}file\" of {manifestName}", faults) is { } bytes ? ModelPackage.DigestOf(bytes) : null;
            if (found is not null && found != "sha256:" + sha256)
                faults.Add(new ModelFault(manifestName, $"{member}sha256", $"is {sha256}, but {file} is {found["sha256:".Length..]}", "restore the file that was released, or release a new version"));
            return (Path.GetFullPath(path), found);
        }
    }

    private static byte[]? ReadFile(string path, string name, string remedy, List<ModelFault> faults)
    {
        try
        {
            return File.ReadAllBytes(path);
        }
        catch (Exception fault) when (fault is FileNotFoundException or DirectoryNotFoundException)
        {
            faults.Add(new ModelFault(name, "", "is missing", remedy));
        }
        catch (Exception fault) when (fault is IOException or UnauthorizedAccessException)
        {
            faults.Add(new ModelFault(name, "", $"cannot be read: {fault.Message}", "make it readable for this process"));
        }

        return null;
    }
}
