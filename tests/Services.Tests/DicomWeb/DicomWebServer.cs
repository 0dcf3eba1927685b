using System.Collections.Concurrent;
using System.Net;
using MedCloud.Hosting;
using MedCloud.Ingest;
using MedCloud.ModelCatalogue;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace MedCloud.Services.Tests.DicomWeb;

/// <summary>Ingest alone on a real Kestrel, with its file store and SQLite in a folder of its own, no models, and every log line kept.</summary>
public sealed class DicomWebServer : IAsyncDisposable
{
    private readonly WebApplication app;
    private readonly string folder;

    private DicomWebServer(WebApplication app, string folder, ConcurrentQueue<string> log)
    {
        this.app = app;
        this.folder = folder;
        Log = log;
        Client = new HttpClient { BaseAddress = new Uri(app.Urls.First()) };
    }

    public HttpClient Client { get; }

    public IServiceProvider Services => app.Services;

    public string Blobs => Path.Combine(folder, "blobs");

    /// <summary>All lines at Information and above.</summary>
    public ConcurrentQueue<string> Log { get; }

    public static async Task<DicomWebServer> StartAsync(params (string Name, string Value)[] settings)
    {
        var folder = Directory.CreateTempSubdirectory("medcloud-dicomweb-").FullName;
        var builder = WebApplication.CreateBuilder();
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["MedCloud:Storage:Folder"] = Path.Combine(folder, "blobs"),
            ["MedCloud:Ingest:Database"] = Path.Combine(folder, "ingest.db"),
            ["MedCloud:Dimse:Port"] = "0",
        });
        builder.Configuration.AddInMemoryCollection(settings.ToDictionary(setting => setting.Name, setting => (string?)setting.Value));
        var log = new ConcurrentQueue<string>();
        builder.Logging.ClearProviders().AddProvider(new LogKeeper(log, LogLevel.Information)).AddFilter("Microsoft", LogLevel.Warning);
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        builder.Services.AddSingleton(new Catalogue([]));
        builder.AddInMemoryBus(IngestModule.Bus);
        builder.AddIngest();
        var app = builder.Build();
        app.MapIngest();
        await app.StartAsync();
        return new DicomWebServer(app, folder, log);
    }

    /// <summary>Ends the process's part: every request has run to its end afterwards.</summary>
    public Task StopAsync() => app.StopAsync();

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        await StopAsync();
        await app.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }
}
