using System.Net;
using System.Threading.Channels;
using Grpc.Net.Client;
using MassTransit;
using MedCloud.Contracts;
using MedCloud.Dicom;
using MedCloud.Hosting;
using MedCloud.ModelCatalogue;
using MedCloud.Results;
using MedCloud.Results.V1;
using MedCloud.Storage;
using MedCloud.Tests;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Time.Testing;

namespace MedCloud.Services.Tests.Results;

/// <summary>Results on loopback: its database (SQLite by default) and blobs its own, the in-memory bus, HTTP/1 and h2c on free ports, and a clock that stands still.</summary>
public class ResultsHost : IAsyncLifetime
{
    private readonly string folder = Directory.CreateTempSubdirectory("medcloud-results-").FullName;
    private readonly Channel<object> acknowledgements = System.Threading.Channels.Channel.CreateUnbounded<object>();
    private readonly WebApplication app;
    private readonly Func<CancellationToken, Task<string>>? postgres;
    private readonly bool migrated;
    private GrpcChannel? channel;
    private HttpClient? json;

    public ResultsHost()
        : this(null)
    {
    }

    /// <param name="postgres">The connection string of its PostgreSQL database, which may be made and migrated before; null: the database is a SQLite file.</param>
    /// <param name="migrated">Whether the migration job runs before the start.</param>
    internal ResultsHost(Func<CancellationToken, Task<string>>? postgres, bool migrated = true)
    {
        this.migrated = migrated;
        this.postgres = postgres;
        var builder = WebApplication.CreateEmptyBuilder(new WebApplicationOptions());
        builder.Logging.SetMinimumLevel(LogLevel.Warning);
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["MedCloud:Storage:Folder"] = Path.Combine(folder, "blobs"),
        });
        builder.WebHost.UseKestrelCore().ConfigureKestrel(kestrel =>
        {
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http1);
            kestrel.Listen(IPAddress.Loopback, 0, listen => listen.Protocols = HttpProtocols.Http2);
        });
        builder.Services.AddRouting();
        builder.Services.AddSingleton<TimeProvider>(Time);
        builder.Services.AddSingleton(Catalogue);
        builder.Services.AddSingleton(acknowledgements);
        builder.AddResults();
        builder.AddInMemoryBus(ResultsModule.Bus, new BusModule(
            bus => bus.AddConsumer<AcknowledgementConsumer>(),
            (context, transport) => transport.ReceiveEndpoint(Queues.Ledger, endpoint => endpoint.ConfigureConsumer<AcknowledgementConsumer>(context))));
        app = builder.Build();
        app.MapResults();
    }

    public FakeTimeProvider Time { get; } = new(Now);

    public Catalogue Catalogue { get; } = Catalogue.Load(Path.Combine(SharedData.Repository, "deploy", "models")).Catalogue;

    public GrpcChannel Channel => channel ?? throw new InvalidOperationException("not started");

    public HttpClient Json => json ?? throw new InvalidOperationException("not started");

    public ResultsService.ResultsServiceClient Grpc => new(Channel);

    /// <summary>Later than every reception that <see cref="Events"/> makes, by more than the idle time.</summary>
    public static DateTimeOffset Now { get; } = new(2026, 3, 2, 12, 0, 0, TimeSpan.Zero);

    public async ValueTask InitializeAsync()
    {
        if (postgres is null)
        {
            app.Configuration["MedCloud:Results:Database"] = Path.Combine(folder, "results.db");
        }
        else
        {
            app.Configuration["MedCloud:Results:ConnectionString"] = await postgres(TestContext.Current.CancellationToken);
            if (migrated)
                await MigrateAsync();
        }

        await app.StartAsync(TestContext.Current.CancellationToken);
        var addresses = app.Services.GetRequiredService<IServer>().Features.GetRequiredFeature<IServerAddressesFeature>().Addresses.ToList();
        json = new HttpClient { BaseAddress = new Uri(addresses[0]) };
        channel = GrpcChannel.ForAddress(addresses[1]);
    }

    /// <summary>Publishes events at once and returns their acknowledgements, in the order in which they came.</summary>
    public async Task<IReadOnlyList<object>> SendAsync(params IReadOnlyList<object> events)
    {
        foreach (var each in events)
            await PublishAsync(each);
        return await AcknowledgementsAsync(events.Count);
    }

    public async Task<IReadOnlyList<object>> AcknowledgementsAsync(int count)
    {
        var received = new List<object>();
        while (received.Count < count)
            received.Add(await acknowledgements.Reader.ReadAsync(TestContext.Current.CancellationToken));
        return received;
    }

    /// <summary>Publishes an event that is never acknowledged.</summary>
    public Task PublishAsync(object @event) =>
        app.Services.GetRequiredService<IBus>().Publish(@event is InstanceStored stored ? Announcing(stored) : @event, TestContext.Current.CancellationToken);

    /// <summary>The message that tells of instances.</summary>
    public static InstancesStored Announcing(params IReadOnlyList<InstanceStored> instances) => new([.. instances.Select(each => new Traced<InstanceStored>(each, ""))]);

    public async Task<Study> GetStudyAsync(string studyInstanceUid) =>
        await Grpc.GetStudyAsync(new GetStudyRequest { StudyInstanceUid = studyInstanceUid }, cancellationToken: TestContext.Current.CancellationToken);

    public async Task<IReadOnlyList<string>> ListAsync(ListStudiesRequest request) =>
        [.. (await Grpc.ListStudiesAsync(request, cancellationToken: TestContext.Current.CancellationToken)).Studies.Select(study => study.StudyInstanceUid)];

    /// <summary>Stores a Part 10 file under the key that <see cref="Events.Stored"/> names for the instance.</summary>
    public async Task StoreAsync(InstanceStored stored, ReadOnlyMemory<byte> file)
    {
        Assert.True(BlobKey.TryParse(stored.BlobKey, out var key));
        await using var blob = await app.Services.GetRequiredService<IBlobStore>().CreateAsync(key, TestContext.Current.CancellationToken);
        await blob.WriteAsync(file, TestContext.Current.CancellationToken);
        await blob.CommitAsync(stored.ContentHash, TestContext.Current.CancellationToken);
    }

    /// <summary>What the migration job does.</summary>
    public Task MigrateAsync() => ResultsModule.MigrateAsync(app.Services, TestContext.Current.CancellationToken);

    /// <summary>Whether it is ready, as <c>/health/ready</c> says.</summary>
    public Task<HealthReport> HealthAsync() =>
        app.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync(check => check.Tags.Contains("ready"), TestContext.Current.CancellationToken);

    public async ValueTask DisposeAsync()
    {
        json?.Dispose();
        channel?.Dispose();
        await app.StopAsync();
        var database = app.Configuration["MedCloud:Results:ConnectionString"];
        await app.DisposeAsync();
        if (database is not null)
            PostgresDatabases.Drop(database);
        GC.SuppressFinalize(this);
        Directory.Delete(folder, recursive: true);
    }

    private sealed class AcknowledgementConsumer(Channel<object> acknowledgements) : IConsumer<InstancesRecorded>, IConsumer<AnalysisRecorded>
    {
        public async Task Consume(ConsumeContext<InstancesRecorded> context)
        {
            foreach (var each in context.Message.Instances)
                await acknowledgements.Writer.WriteAsync(each.Event);
        }

        public Task Consume(ConsumeContext<AnalysisRecorded> context) => acknowledgements.Writer.WriteAsync(context.Message).AsTask();
    }
}

/// <summary>The same on a database of the shared PostgreSQL.</summary>
public sealed class PostgresResultsHost(Servers servers) : ResultsHost(servers.PostgresAsync);
