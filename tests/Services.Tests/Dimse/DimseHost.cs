using System.Collections.Concurrent;
using System.Net;
using MedCloud.Dicom;
using MedCloud.Dicom.Network;
using MedCloud.Hosting;
using MedCloud.Ingest;
using MedCloud.Ingest.Dimse;
using MedCloud.ModelCatalogue;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace MedCloud.Services.Tests.Dimse;

/// <summary>Ingest alone, its DIMSE door on a free port, with its file store and SQLite in a folder of its own, no models, and every log line kept.</summary>
internal sealed class DimseHost : IAsyncDisposable
{
    private readonly IHost host;
    private readonly string folder;
    private bool started;

    private DimseHost(IHost host, string folder, ConcurrentQueue<string> log)
    {
        this.host = host;
        this.folder = folder;
        Log = log;
    }

    public IServiceProvider Services => host.Services;

    public string Blobs => Path.Combine(folder, "blobs");

    /// <summary>All lines, Debug included.</summary>
    public ConcurrentQueue<string> Log { get; }

    public IPEndPoint EndPoint => new(IPAddress.Loopback, Services.GetRequiredService<DimseDoor>().Port);

    /// <summary>A host that is not started.</summary>
    public static DimseHost Build(params (string Name, string Value)[] settings)
    {
        var folder = Directory.CreateTempSubdirectory("medcloud-dimse-").FullName;
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["MedCloud:Storage:Folder"] = Path.Combine(folder, "blobs"),
            ["MedCloud:Ingest:Database"] = Path.Combine(folder, "ingest.db"),
            ["MedCloud:Dimse:Port"] = "0",
        });
        builder.Configuration.AddInMemoryCollection(settings.ToDictionary(setting => setting.Name, setting => (string?)setting.Value));
        var log = new ConcurrentQueue<string>();
        builder.Logging.SetMinimumLevel(LogLevel.Debug).AddProvider(new LogKeeper(log, LogLevel.Trace));
        builder.Services.AddSingleton(new Catalogue([]));
        builder.AddInMemoryBus(IngestModule.Bus);
        builder.AddIngest();
        return new DimseHost(builder.Build(), folder, log);
    }

    public static async Task<DimseHost> StartAsync(params (string Name, string Value)[] settings)
    {
        var built = Build(settings);
        await built.StartAsync();
        return built;
    }

    public async Task StartAsync()
    {
        await host.StartAsync(TestContext.Current.CancellationToken);
        started = true;
    }

    public Task StopAsync() => host.StopAsync(TestContext.Current.CancellationToken);

    /// <summary>An association for Secondary Capture in explicit VR little endian.</summary>
    public Task<DicomClient> ConnectAsync(string calling = "SENDER", string called = "MEDCLOUD") => DicomClient.ConnectAsync(
        EndPoint, AeTitle.Parse(calling), AeTitle.Parse(called),
        [new ProposedContext(Uid.Parse("1.2.840.10008.5.1.4.1.1.7"), TransferSyntax.ExplicitVrLittleEndian)],
        cancellationToken: TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        if (started)
            await host.StopAsync(CancellationToken.None);
        if (host is IAsyncDisposable disposable)
            await disposable.DisposeAsync();
        Directory.Delete(folder, recursive: true);
    }
}
