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
    /// <summary>The ledger's consumers: of what Results and workers say, and of the requests that came back from the queues without an outcome.</summary>
    public static BusModule Bus { get; } = new(LedgerQueues.Register, LedgerQueues.Declare);

    /// <summary>Adds Ingest's services; the bus is added before.</summary>
    /// <param name="builder">The host.</param>
    /// <param name="onRabbitMq">Whether that bus is RabbitMQ, where queues are to be declared and messages may be lost.</param>
    public static IHostApplicationBuilder AddIngest(this IHostApplicationBuilder builder, bool onRabbitMq = false)
    {
        var services = builder.Services;
        services.AddOptions<IngestOptions>().BindConfiguration("MedCloud:Ingest").ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<LedgerOptions>().BindConfiguration("MedCloud:Ledger").ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<SweeperOptions>().BindConfiguration("MedCloud:Sweeper").ValidateDataAnnotations().ValidateOnStart();
        services.TryAddSingleton(TimeProvider.System);
        builder.AddBlobStore();
        builder.AddDicomWeb();

        services.AddPooledDbContextFactory<SqliteIngestDb>((provider, db) => db.UseSqliteFile(provider.GetRequiredService<IOptions<IngestOptions>>().Value.Database));
        services.AddPooledDbContextFactory<PostgresIngestDb>((provider, db) => db
            .UsePostgres(provider.GetRequiredService<IOptions<IngestOptions>>().Value.ConnectionString)
            .AddInterceptors(PostgresIngestDb.LockingClause.Instance));
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
        if (onRabbitMq)
        {
            services.AddSingleton<BrokerQueues>();
            services.AddHostedService<LostMessages>();
        }

        services.AddHostedService<LedgerGauges>();
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
