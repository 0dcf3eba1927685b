using MedCloud.ModelCatalogue;
using MedCloud.Tests;

namespace MedCloud.Inference.Tests.ModelCatalogue;

public sealed class ManifestSchemaTests
{
    [Fact]
    public void TheCommittedSchemaIsTheOneOfTheRecords()
    {
        var committed = Path.Combine(SharedData.Repository, "deploy", "models", "manifest.schema.json");
        var generated = Path.Combine(AppContext.BaseDirectory, "manifest.schema.json");

        File.WriteAllText(generated, ManifestJson.Schema());

        Assert.True(File.Exists(committed) && File.ReadAllText(committed) == File.ReadAllText(generated), $"the records have changed: copy {generated} to {committed}");
    }
}
