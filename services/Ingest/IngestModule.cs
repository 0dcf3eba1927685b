using MassTransit;
using MedCloud.Contracts;
using MedCloud.Hosting;
using MedCloud.Ingest.DicomWeb;
using MedCloud.Ingest.Dimse;
using MedCloud.Ingest.Health;
using MedCloud.Ingest.Index;
using MedCloud.Ingest.Ledger;
using MedCloud.Ingest.Sweeping;
using MedCloud.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace MedCloud.Ingest;

/// <summary>
/// Receives, stores and indexes instances and keeps the ledger. The host registers <see cref="ModelCatalogue.Catalogue"/> before, and the bus with <see cref="Bus"/>.
/// </summary>
public static class IngestModule
{
    /// <summary>The ledger's consumer. What it waits for is committed in groups, so many messages are handled at once.</summary>
    public static BusModule Bus { get; } = new(
        bus => bus.AddConsumer<LedgerConsumer>(),
        (context, transport) => transport.ReceiveEndpoint(Queues.Ledger, endpoint =>
        {
            endpoint.PrefetchCount = 256;
            endpoint.ConcurrentMessageLimit = 128;
            // The database may be locked for a moment; a message lost here leaves its row open until the next start.
            endpoint.UseMessageRetry(retry => retry.Exponential(5, TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(10), TimeSpan.FromMilliseconds(400)));
            endpoint.ConfigureConsumer<LedgerConsumer>(context);
        }));

    /// <summary>Adds Ingest's services.</summary>
    public static IHostApplicationBuilder AddIngest(this IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        services.AddOptions<IngestOptions>().BindConfiguration("MedCloud:Ingest").ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<LedgerOptions>().BindConfiguration("MedCloud:Ledger").ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<SweeperOptions>().BindConfiguration("MedCloud:Sweeper").ValidateDataAnnotations().ValidateOnStart();
        services.TryAddSingleton(TimeProvider.System);
        builder.AddBlobStore();
        builder.AddDicomWeb();

        services.AddPooledDbContextFactory<SqliteIngestDb>((provider, db) => db.UseSqliteFile(provider.GetRequiredService<IOptions<IngestOptions>>().Value.Database));
        services.AddPooledDbContextFactory<PostgresIngestDb>((provider, db) => db.UsePostgres(provider.GetRequiredService<IOptions<IngestOptions>>().Value.ConnectionString));
        services.AddSingleton<IDbContextFactory<IngestDb>>(provider => provider.GetRequiredService<IOptions<IngestOptions>>().Value.ConnectionString.Length > 0
            ? new IngestDbFactory<PostgresIngestDb>(provider.GetRequiredService<IDbContextFactory<PostgresIngestDb>>())
            : new IngestDbFactory<SqliteIngestDb>(provider.GetRequiredService<IDbContextFactory<SqliteIngestDb>>()));
        services.AddSingleton<IngestWriter>();
        services.AddSingleton<LedgerSignal>();
        services.AddSingleton<StoreInstance>();
        services.AddSingleton<InstanceIndex>();
        services.AddSingleton<Sweeper>();
        // In this order: the writer migrates and runs before, and stops after, everything that writes.
        services.AddHostedService(provider => provider.GetRequiredService<IngestWriter>());
        services.AddHostedService<Relay>();
        services.AddHostedService(provider => provider.GetRequiredService<Sweeper>());
        builder.AddDimseDoor();

        services.AddHealthChecks()
            .AddCheck<DatabaseCheck>("ingest-database", tags: ["ready"])
            .AddCheck<BlobStoreCheck>("ingest-blob-store", tags: ["ready"])
            .AddCheck<OutboxCheck>("ingest-outbox", HealthStatus.Degraded, ["ready"]);
        return builder;
    }

    /// <summary>Brings the schema of the PostgreSQL database up to date: the migration job. Safe while another runs; services that wait for the schema go on by themselves.</summary>
    /// <exception cref="System.Data.Common.DbException">The database is away or refuses.</exception>
    public static async Task MigrateAsync(IServiceProvider services, CancellationToken cancellationToken)
    {
        await using var db = await services.GetRequiredService<IDbContextFactory<IngestDb>>().CreateDbContextAsync(cancellationToken);
        await PostgresDatabase.MigrateAsync(db, cancellationToken);
    }

    /// <summary>Maps Ingest's HTTP doors.</summary>
    public static WebApplication MapIngest(this WebApplication app)
    {
        app.MapDicomWeb();
        return app;
    }
}
