namespace MedCloud.ModelCatalogue;

/// <summary>What a model card must say before its model is loaded.</summary>
public static class ModelCard
{
    /// <summary>The headings (<c>## ...</c>) that every card has, each with a text of its own.</summary>
    public static IReadOnlyList<string> Headings { get; } =
    [
        "Intended use", "Users", "Out of scope", "Inputs", "Outputs", "Training data", "Test data", "Results", "Results by subgroup",
        "Operating points", "Calibration", "Limits", "Warnings", "Licence", "Regulatory status", "Contact", "Update history",
    ];

    internal static IEnumerable<ModelFault> Check(string card, string file, ModelManifest manifest)
    {
        var lines = card.ReplaceLineEndings("\n").Split('\n').Select(line => line.Trim()).ToList();
        var title = $"# {manifest.Name} {manifest.Version}";
        if (lines[0] != title)
            yield return new ModelFault(file, "", "does not begin with the model's name and version", $"write \"{title}\" as its first line");
        var digest = $"Digest: sha256:{manifest.Sha256}";
        if (!lines.Contains(digest))
            yield return new ModelFault(file, "Digest", "is not that of the manifest", $"write \"{digest}\" below the title");
        foreach (var heading in Headings)
        {
            var at = lines.IndexOf("## " + heading);
            if (at < 0)
                yield return new ModelFault(file, $"\"## {heading}\"", "is missing", "add it with its text");
            else if (lines.Skip(at + 1).TakeWhile(line => !line.StartsWith("## ", StringComparison.Ordinal)).All(string.IsNullOrEmpty))
                yield return new ModelFault(file, $"\"## {heading}\"", "has no text", "write it");
        }
    }
}
