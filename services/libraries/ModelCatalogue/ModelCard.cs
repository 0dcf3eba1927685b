namespace MedCloud.ModelCatalogue;

/// <summary>What a model card must say before its model is loaded.</summary>
public static class ModelCard
{
    private const string CodesHeading = "Classes and codes";

    /// <summary>The headings (<c>## ...</c>) that every card has, each with a text of its own.</summary>
    public static IReadOnlyList<string> Headings { get; } =
    [
        "Developer", "Intended use", "Users", "Out of scope", "Inputs", "Outputs", CodesHeading, "Training data", "Test data", "Results", "Results by subgroup",
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
            if (Text(lines, heading) is not { } text)
                yield return new ModelFault(file, $"\"## {heading}\"", "is missing", "add it with its text");
            else if (text.All(string.IsNullOrEmpty))
                yield return new ModelFault(file, $"\"## {heading}\"", "has no text", "write it");
            else if (heading == CodesHeading && Codes(manifest).Where(code => !text.Any(line => line.Contains(code, StringComparison.Ordinal))).ToList() is { Count: > 0 } absent)
                yield return new ModelFault(file, $"\"## {heading}\"", $"does not name {string.Join(", ", absent)}", "name every code of the manifest with its meaning");
        }
    }

    /// <summary>The lines below a heading, or null where there is no such heading.</summary>
    private static List<string>? Text(List<string> lines, string heading) =>
        lines.IndexOf("## " + heading) is >= 0 and var at ? [.. lines.Skip(at + 1).TakeWhile(line => !line.StartsWith("## ", StringComparison.Ordinal))] : null;

    private static IEnumerable<string> Codes(ModelManifest manifest) =>
        [.. (manifest.Classification?.Heads ?? []).SelectMany(head => head.Labels).Select(label => label.Code), .. (manifest.Detection?.Labels ?? []).Select(label => label.Code)];
}
