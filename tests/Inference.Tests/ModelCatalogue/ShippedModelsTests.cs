namespace MedCloud.Inference.Tests.ModelCatalogue;

public sealed class ShippedModelsTests
{
    [Fact]
    public void TheModelsThatShipAreWhole()
    {
        Assert.Empty(ShippedModels.Load.Faults);
        Assert.Equal(["blood-cells", "cxr-lungs", "cxr-pneumonia"], ShippedModels.Load.Catalogue.Active.Select(model => model.Manifest.Name));
    }
}
