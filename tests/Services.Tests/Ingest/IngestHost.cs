using System.Collections.Concurrent;
using System.Threading.Channels;
using MassTransit;
using MedCloud.Contracts;
using MedCloud.Dicom;
using MedCloud.Hosting;
using MedCloud.Ingest;
using MedCloud.Ingest.Index;
using MedCloud.Ingest.Ledger;
using MedCloud.ModelCatalogue;
using MedCloud.Storage;
using MedCloud.Tests;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Time.Testing;

namespace MedCloud.Services.Tests.Ingest;

/// <summary>
/// Ingest with real files, a real database and a real bus (in memory, or RabbitMQ where the settings name one), and beside it, in place of Results and the workers, <see cref="Instances"/>, <see cref="Failures"/> and
/// <see cref="Requests"/>: what reached them. Nothing answers by itself. What does not come within a minute is a failure.
/// </summary>
internal sealed class IngestHost : IAsyncDisposable
{
    private readonly DataFolder folder;
    private readonly IHost host;
    private readonly CancellationTokenSource patience = Patience.Begin(Cancellation);

    private IngestHost(DataFolder folder, FakeTimeProvider time, Action<Dictionary<string, string?>>? configure, Catalogue catalogue, bool peers)
    {
        this.folder = folder;
        Time = time;
        var settings = new Dictionary<string, string?>
        {
            ["MedCloud:Storage:Folder"] = folder.Blobs,
            [folder.Setting.Key] = folder.Setting.Value,
            ["MedCloud:Dimse:Port"] = "0",
        };
        configure?.Invoke(settings);

        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(settings);
        builder.Services.AddLogging();
        builder.Services.AddSingleton<TimeProvider>(time);
        builder.Services.AddSingleton(catalogue);
        builder.Services.AddSingleton(this);
        BusModule[] modules = peers ? [IngestModule.Bus, Peers(catalogue)] : [IngestModule.Bus];
        var onRabbitMq = settings.ContainsKey("MedCloud:RabbitMq:Host");
        if (onRabbitMq)
            builder.AddRabbitMqBus(modules);
        else
            builder.AddInMemoryBus(modules);
        builder.AddIngest(onRabbitMq);
        host = builder.Build();
    }

    public FakeTimeProvider Time { get; }

    /// <summary>How many instances each message announced.</summary>
    public ConcurrentQueue<int> Announcements { get; } = [];

    public Channel<InstanceStored> Instances { get; } = Channel.CreateUnbounded<InstanceStored>();

    public Channel<AnalysisFailed> Failures { get; } = Channel.CreateUnbounded<AnalysisFailed>();

    public Channel<AnalyseInstance> Requests { get; } = Channel.CreateUnbounded<AnalyseInstance>();

    public IServiceProvider Services => host.Services;

    public static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    /// <summary>A host that is built and not started: nothing runs but what the test starts.</summary>
    public static IngestHost Build(DataFolder folder, Action<Dictionary<string, string?>>? configure = null, Catalogue? catalogue = null, FakeTimeProvider? time = null, bool peers = true) =>
        new(folder, time ?? new FakeTimeProvider(DateTimeOffset.UtcNow), configure, catalogue ?? Models.Catalogue(Models.Chest("chest")), peers);

    /// <param name="folder">Blobs and database.</param>
    /// <param name="configure">Changes the settings.</param>
    /// <param name="catalogue">By default, one model of chest X-rays.</param>
    /// <param name="time">By default, a clock that stands still.</param>
    /// <param name="peers">False: nobody takes messages from the queues of Results and the workers.</param>
    public static async Task<IngestHost> StartAsync(
        DataFolder folder, Action<Dictionary<string, string?>>? configure = null, Catalogue? catalogue = null, FakeTimeProvider? time = null, bool peers = true)
    {
        var started = Build(folder, configure, catalogue, time, peers);
        await started.host.StartAsync(Cancellation);
        return started;
    }

    /// <summary>Starts the one writer of the database and nothing else: no message is sent.</summary>
    public async Task StartWriterAsync()
    {
        var writer = Services.GetRequiredService<IngestWriter>();
        await writer.StartingAsync(Cancellation);
        await writer.StartAsync(Cancellation);
    }

    public Task<StoreOutcome> StoreAsync(SampleObject sample, bool stat = false) => StoreAsync(sample.ToPart10(), stat);

    public Task<StoreOutcome> StoreAsync(byte[] part10, bool stat = false) =>
        StoreAsync(new Reception { Tenant = "default", Door = "stow", Content = new MemoryStream(part10), Stat = stat });

    public Task<StoreOutcome> StoreAsync(Reception reception) => Services.GetRequiredService<StoreInstance>().ExecuteAsync(reception, Cancellation);

    public async Task<List<StoredInstance>> FindAsync(string study, string? series = null, string? instance = null)
    {
        var found = new List<StoredInstance>();
        await foreach (var each in Services.GetRequiredService<InstanceIndex>().FindAsync("default", Uid.Parse(study), ToUid(series), ToUid(instance), Cancellation))
            found.Add(each);
        return found;
    }

    public async Task<List<BlobEntry>> BlobsAsync()
    {
        var blobs = new List<BlobEntry>();
        await foreach (var blob in Services.GetRequiredService<IBlobStore>().ListAsync(Cancellation))
            blobs.Add(blob);
        return blobs;
    }

    public async Task<byte[]> ReadBlobAsync(BlobKey key)
    {
        await using var blob = await Services.GetRequiredService<IBlobStore>().OpenReadAsync(key, Cancellation) ?? throw new InvalidOperationException("no such blob");
        using var bytes = new MemoryStream();
        await blob.CopyToAsync(bytes, Cancellation);
        return bytes.ToArray();
    }

    public async Task<T> QueryAsync<T>(Func<IngestDb, Task<T>> query)
    {
        await using var db = await Services.GetRequiredService<IDbContextFactory<IngestDb>>().CreateDbContextAsync(Cancellation);
        return await query(db);
    }

    public Task<List<RequestRow>> RequestRowsAsync() => QueryAsync(db => db.Requests.AsNoTracking().OrderBy(row => row.Id).ToListAsync(Cancellation));

    /// <summary>Says what Results says when it has committed an instance.</summary>
    public Task RecordAsync(params IReadOnlyList<InstanceRecorded> instances) => PublishAsync(new InstancesRecorded([.. instances.Select(each => new Traced<InstanceRecorded>(each, ""))]));

    /// <summary>Says what Results says when it has committed an outcome.</summary>
    public Task RecordAsync(AnalyseInstance request) => PublishAsync(new AnalysisRecorded(request.Key.AnalysisId));

    public async Task PublishAsync<T>(T message)
        where T : class => await Services.GetRequiredService<IBus>().Publish(message, Cancellation);

    public async Task<List<AnalyseInstance>> RequestsAsync(int count)
    {
        var requests = new List<AnalyseInstance>();
        while (requests.Count < count)
            requests.Add(await Requests.Reader.ReadAsync(patience.Token));
        return requests;
    }

    public async Task<InstanceStored> InstanceAsync() => await Instances.Reader.ReadAsync(patience.Token);

    public async Task<AnalysisFailed> FailureAsync() => await Failures.Reader.ReadAsync(patience.Token);

    /// <summary>Looks again and again until it is so.</summary>
    public async Task UntilAsync(Func<Task<bool>> reached)
    {
        while (!await reached())
        {
            patience.Token.ThrowIfCancellationRequested();
            await Task.Yield();
        }
    }

    public async Task<RequestRow> UntilAsync(RequestState state)
    {
        await UntilAsync(async () => (await RequestRowsAsync())[0].State == state);
        return (await RequestRowsAsync())[0];
    }

    /// <summary>Lets time pass until a request arrives: the relay may set its timer only after a first step.</summary>
    public async Task<AnalyseInstance> RequestAfterAsync(TimeSpan delay)
    {
        Time.Advance(delay);
        await UntilAsync(() =>
        {
            Time.Advance(TimeSpan.FromSeconds(1));
            return Task.FromResult(Requests.Reader.Count > 0);
        });
        return Assert.Single(await RequestsAsync(1));
    }

    /// <summary>Whether it is ready, as <c>/health/ready</c> says.</summary>
    public Task<HealthReport> HealthAsync() =>
        Services.GetRequiredService<HealthCheckService>().CheckHealthAsync(check => check.Tags.Contains("ready"), Cancellation);

    public Task StopAsync() => host.StopAsync(Cancellation);

    /// <summary>Without a stop before, nothing is drained: as near to a killed process as a test in the process gets.</summary>
    public async ValueTask DisposeAsync()
    {
        if (host is IAsyncDisposable disposable)
            await disposable.DisposeAsync();
        patience.Dispose();
        folder.Release();
    }

    private static BusModule Peers(Catalogue catalogue) => new(
        bus =>
        {
            bus.AddConsumer<ResultsPeer>();
            bus.AddConsumer<WorkerPeer>();
        },
        (context, transport) =>
        {
            transport.ReceiveEndpoint(Queues.Results, endpoint => endpoint.ConfigureConsumer<ResultsPeer>(context));
            foreach (var model in catalogue.Active)
            {
                transport.ReceiveEndpoint(Queues.Analyse(model.Manifest.Name, stat: false), endpoint => Worker(endpoint, context));
                transport.ReceiveEndpoint(Queues.Analyse(model.Manifest.Name, stat: true), endpoint => Worker(endpoint, context));
            }
        });

    private static void Worker(IReceiveEndpointConfigurator endpoint, IRegistrationContext context)
    {
        endpoint.ConfigureConsumeTopology = false;
        endpoint.ConcurrentMessageLimit = 1;
        endpoint.ConfigureConsumer<WorkerPeer>(context);
    }

    private static Uid? ToUid(string? text) => text is null ? null : Uid.Parse(text);

    private sealed class ResultsPeer(IngestHost host) : IConsumer<InstancesStored>, IConsumer<AnalysisFailed>
    {
        public async Task Consume(ConsumeContext<InstancesStored> context)
        {
            host.Announcements.Enqueue(context.Message.Instances.Count);
            foreach (var each in context.Message.Instances)
                await host.Instances.Writer.WriteAsync(each.Event);
        }

        public Task Consume(ConsumeContext<AnalysisFailed> context) => host.Failures.Writer.WriteAsync(context.Message).AsTask();
    }

    private sealed class WorkerPeer(IngestHost host) : IConsumer<AnalyseInstance>
    {
        public Task Consume(ConsumeContext<AnalyseInstance> context) => host.Requests.Writer.WriteAsync(context.Message).AsTask();
    }
}
