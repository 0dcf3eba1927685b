using System.ComponentModel.DataAnnotations;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace MedCloud.Storage;

/// <summary>Where blobs are kept: section <c>MedCloud:Storage</c>.</summary>
public sealed record StorageOptions
{
    /// <summary>The folder that holds the blobs; made when missing. Required.</summary>
    [Required(ErrorMessage = "MedCloud:Storage:Folder is missing; name the folder that keeps the images, e.g. /var/lib/medcloud/blobs")]
    public string Folder { get; init; } = "";
}

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
        builder.Services.AddSingleton<IBlobStore>(services => new FileSystemBlobStore(
            services.GetRequiredService<IOptions<StorageOptions>>().Value.Folder,
            services.GetRequiredService<ILogger<FileSystemBlobStore>>(),
            services.GetRequiredService<TimeProvider>()));
        return builder;
    }
}
