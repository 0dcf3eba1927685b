using System.ComponentModel.DataAnnotations;

namespace MedCloud.ModelCatalogue;

/// <summary>Where the models lie: section <c>MedCloud:Models</c>.</summary>
public sealed record ModelsOptions
{
    /// <summary>The folder that holds <c>NAME/VERSION/manifest.json</c>. Required.</summary>
    [Required(ErrorMessage = "MedCloud:Models:Folder is missing; name the folder that holds the models, e.g. /usr/share/medcloud/models")]
    public string Folder { get; init; } = "";
}
