namespace MedCloud.ModelCatalogue;

/// <summary>The models that MedCloud can run: the whole ones among <c>FOLDER/NAME/VERSION/{manifest.json, card.md, ONNX file}</c>.</summary>
public sealed class Catalogue
{
    /// <summary>A catalogue of <paramref name="models"/>, whose names and versions are unique together.</summary>
    public Catalogue(IEnumerable<ModelPackage> models)
    {
        Models = [.. models.OrderBy(model => model.Manifest.Name, StringComparer.Ordinal).ThenBy(model => Version.Parse(model.Manifest.Version))];
        Active = [.. Models.GroupBy(model => model.Manifest.Name).Select(versions => versions.Last())];
    }

    /// <summary>Every version, by name and then version.</summary>
    public IReadOnlyList<ModelPackage> Models { get; }

    /// <summary>The highest version of each name: the ones that new instances are analysed by.</summary>
    public IReadOnlyList<ModelPackage> Active { get; }

    /// <summary>One version of one model, or null.</summary>
    public ModelPackage? Find(string name, string version) =>
        Models.FirstOrDefault(model => model.Manifest.Name == name && model.Manifest.Version == version);

    /// <summary>Loads every model below <paramref name="folder"/> that has no fault, and tells every fault of the others.</summary>
    public static CatalogueLoad Load(string folder)
    {
        var models = new List<ModelPackage>();
        var faults = new List<ModelFault>();
        foreach (var version in VersionFolders(folder))
        {
            if (PackageReader.Read(folder, version, faults) is { } package)
                models.Add(package);
        }

        if (models.Count == 0 && faults.Count == 0)
            faults.Add(new ModelFault(folder, "", "holds no model", "name the folder that holds NAME/VERSION/manifest.json"));
        return new CatalogueLoad(new Catalogue(models), faults);
    }

    /// <summary>Folders two levels down; names that begin with a dot are the file system's or the mount's own.</summary>
    private static IEnumerable<string> VersionFolders(string folder) =>
        from name in Folders(folder) from version in Folders(name) select version;

    private static IEnumerable<string> Folders(string folder) =>
        Directory.Exists(folder) ? Directory.EnumerateDirectories(folder).Where(each => Path.GetFileName(each)[0] != '.').Order(StringComparer.Ordinal) : [];
}

/// <summary>What <see cref="Catalogue.Load"/> found.</summary>
/// <param name="Catalogue">The models without a fault.</param>
/// <param name="Faults">Every fault of every other model; a host that finds any here does not start.</param>
public sealed record CatalogueLoad(Catalogue Catalogue, IReadOnlyList<ModelFault> Faults);
