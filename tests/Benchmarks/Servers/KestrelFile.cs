using System.Buffers;
using System.Security.Cryptography;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace MedCloud.Benchmarks.Servers;

/// <summary>The limit that STOW-RS is measured against: a bare Kestrel that hashes each body (SHA-256) while it goes to a file, and synchronises the file before it answers.</summary>
internal static class KestrelFile
{
    public static async Task RunAsync(int port, string folder)
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.Limits.MaxRequestBodySize = null;
            kestrel.ListenLocalhost(port);
        });
        var app = builder.Build();
        app.MapPost("/", request => StoreAsync(request, Path.Combine(folder, Path.GetRandomFileName())));
        await app.RunAsync();
    }

    private static async Task StoreAsync(HttpContext context, string path)
    {
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        await using var file = new FileStream(path, FileMode.CreateNew, FileAccess.Write, FileShare.None, bufferSize: 0, useAsync: true);
        var buffer = ArrayPool<byte>.Shared.Rent(128 * 1024);
        int read;
        while ((read = await context.Request.Body.ReadAtLeastAsync(buffer, buffer.Length, throwOnEndOfStream: false)) > 0)
        {
            hash.AppendData(buffer, 0, read);
            await file.WriteAsync(buffer.AsMemory(0, read));
        }
        ArrayPool<byte>.Shared.Return(buffer);
        RandomAccess.FlushToDisk(file.SafeFileHandle);
        await context.Response.WriteAsync(Convert.ToHexStringLower(hash.GetCurrentHash()));
    }
}
