using MedCloud.ModelCatalogue;
using MedCloud.Tests;

namespace MedCloud.Inference.Tests.ModelCatalogue;

/// <summary>The models of the checkout.</summary>
internal static class ShippedModels
{
    public static string Folder { get; } = Path.Combine(SharedData.Repository, "deploy", "models");

    public static CatalogueLoad Load { get; } = Catalogue.Load(Folder);

    public static ModelPackage Active(string name) => Load.Catalogue.Active.Single(model => model.Manifest.Name == name);
}
