using Azure.Identity;
using Azure.Storage.Blobs;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace MedCloud.Storage;

/// <summary>Adds the blob store to a host.</summary>
public static class StorageModule
{
    /// <summary>Registers the one <see cref="IBlobStore"/> of the process; every module that reads or writes blobs calls it, the first call counts.</summary>
    public static IHostApplicationBuilder AddBlobStore(this IHostApplicationBuilder builder)
    {
        if (builder.Services.Any(service => service.ServiceType == typeof(IBlobStore)))
            return builder;
        builder.Services.AddOptions<StorageOptions>().BindConfiguration("MedCloud:Storage").ValidateDataAnnotations().ValidateOnStart();
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(services => Open(services, services.GetRequiredService<IOptions<StorageOptions>>().Value));
        return builder;
    }

    private static IBlobStore Open(IServiceProvider services, StorageOptions options) =>
        options.Folder.Length > 0
            ? new FileSystemBlobStore(options.Folder, services.GetRequiredService<ILogger<FileSystemBlobStore>>(), services.GetRequiredService<TimeProvider>())
            : new AzureBlobStore(Account(options).GetBlobContainerClient(options.Container), services.GetRequiredService<ILogger<AzureBlobStore>>());

    private static BlobServiceClient Account(StorageOptions options) =>
        options.ConnectionString.Length > 0
            ? new BlobServiceClient(options.ConnectionString, AzureBlobStore.ClientOptions)
            : new BlobServiceClient(new Uri(options.AccountUrl), new DefaultAzureCredential(), AzureBlobStore.ClientOptions);
}
