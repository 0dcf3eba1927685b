using MedCloud.Storage;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace MedCloud.Services.Tests.Storage;

public sealed class StorageOptionsTests
{
    private const string ConnectionString = "DefaultEndpointsProtocol=https;AccountName=a;AccountKey=AAAA;EndpointSuffix=core.windows.net";

    [Fact]
    public void AFolderIsAFileStore()
    {
        using var folder = new MedCloud.Tests.TemporaryFolder();

        Assert.IsType<FileSystemBlobStore>(Open(("Folder", folder.Path)));
    }

    [Fact]
    public void AConnectionStringIsAnAzureStore() => Assert.IsType<AzureBlobStore>(Open(("ConnectionString", ConnectionString)));

    [Fact]
    public void AnAccountUrlIsAnAzureStore() => Assert.IsType<AzureBlobStore>(Open(("AccountUrl", "https://a.blob.core.windows.net")));

    [Fact]
    public void EveryFaultIsNamedTogetherWithItsSetting()
    {
        var fault = Assert.Throws<OptionsValidationException>(() =>
            Open(("Folder", "/tmp"), ("ConnectionString", "nonsense"), ("AccountUrl", "http://a.example"), ("Container", "Med_Cloud")));

        Assert.Equal(4, fault.Failures.Count());
        Assert.Contains(fault.Failures, each => each.Contains("exclude each other", StringComparison.Ordinal));
        foreach (var setting in new[] { "ConnectionString is not", "AccountUrl must", "Container must" })
            Assert.Contains(fault.Failures, each => each.Contains("MedCloud:Storage:" + setting, StringComparison.Ordinal));
    }

    [Fact]
    public void NoStoreAtAllIsAFault()
    {
        var fault = Assert.Throws<OptionsValidationException>(() => Open());

        Assert.Contains("MedCloud:Storage:AccountUrl are missing", fault.Message, StringComparison.Ordinal);
    }

    private static IBlobStore Open(params (string Name, string Value)[] settings)
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(settings.ToDictionary(each => $"MedCloud:Storage:{each.Name}", each => (string?)each.Value));
        builder.Services.AddLogging();
        builder.AddBlobStore();
        using var host = builder.Build();
        return host.Services.GetRequiredService<IBlobStore>();
    }
}
