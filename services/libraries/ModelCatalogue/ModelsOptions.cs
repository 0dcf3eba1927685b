namespace MedCloud.ModelCatalogue;

/// <summary>Where the models lie: section <c>MedCloud:Models</c>.</summary>
public sealed record ModelsOptions
{
    /// <summary>The folder that holds <c>NAME/VERSION/manifest.json</c>. Default: the models that came with the program, beside it.</summary>
    public string Folder { get; init; } = Path.Combine(AppContext.BaseDirectory, "models");
}
