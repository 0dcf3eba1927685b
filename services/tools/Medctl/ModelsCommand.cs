using MedCloud.ModelCatalogue;

namespace MedCloud.Medctl;

/// <summary><c>medctl models validate</c>.</summary>
internal static class ModelsCommand
{
    /// <summary>Prints each whole model, and each fault of the others with what to do about it.</summary>
    public static int Validate(string folder)
    {
        var load = Catalogue.Load(folder);
        foreach (var model in load.Catalogue.Models)
            Console.WriteLine($"{model.Manifest.Name} {model.Manifest.Version}: complete, {model.Digest}");
        foreach (var fault in load.Faults)
            Console.WriteLine(fault);
        return load.Faults.Count == 0 ? CommandLine.Ok : CommandLine.Failed;
    }
}
