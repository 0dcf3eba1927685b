using MedCloud.Dicom;
using MedCloud.Hosting;
using MedCloud.Results.Database;
using MedCloud.Results.Reading;
using MedCloud.Results.Recording;
using MedCloud.Results.Rendering;
using MedCloud.Results.V1;
using MedCloud.Storage;
using Microsoft.AspNetCore.Builder;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace MedCloud.Results;

/// <summary>Records instances and the outcomes of their analyses, and gives them to clinicians' and integrators' software.</summary>
public static class ResultsModule
{
    /// <summary>The consumers of Results, on the queue <see cref="Contracts.Queues.Results"/>.</summary>
    public static BusModule Bus { get; } = new(ResultsQueue.Register, ResultsQueue.Declare);

    /// <summary>Adds the service. The host registers a <see cref="ModelCatalogue.Catalogue"/> and adds <see cref="Bus"/>.</summary>
    public static IHostApplicationBuilder AddResults(this IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        services.TryAddSingleton(TimeProvider.System);
        builder.AddSecurity();
        builder.AddBlobStore();
        services.AddOptions<ResultsOptions>().BindConfiguration(ResultsOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddOptions<StudiesOptions>().BindConfiguration(StudiesOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        services.AddDbContextPool<SqliteResultsDb>((provider, options) => options
            .UseSqliteFile(provider.GetRequiredService<IOptions<ResultsOptions>>().Value.Database)
            .ConfigureWarnings(QuietCommands));
        services.AddDbContextPool<PostgresResultsDb>((provider, options) => options
            .UsePostgres(provider.GetRequiredService<IOptions<ResultsOptions>>().Value.ConnectionString)
            .ConfigureWarnings(QuietCommands));
        services.AddScoped<ResultsDb>(provider => provider.GetRequiredService<IOptions<ResultsOptions>>().Value.ConnectionString.Length > 0
            ? provider.GetRequiredService<PostgresResultsDb>()
            : provider.GetRequiredService<SqliteResultsDb>());
        services.AddHostedService<ResultsDatabase>();
        services.AddSingleton<Recorder>();
        services.AddScoped<StudyReader>();
        services.AddSingleton<AnalysisPicture>();
        services.TryAddSingleton<FrameDecoder>();
        services.AddSingleton<AnalysisRenderer>();
        services.AddHealthChecks().AddCheck<ResultsDatabaseCheck>("results-database", tags: ["ready"]);
        services.AddGrpc().AddJsonTranscoding();
        services.AddGrpcReflection();
        services.AddGrpcHealthChecks(health => health.Services.Map(ResultsService.Descriptor.FullName, check => check.Tags.Contains("ready")));
        return builder;
    }

    /// <summary>Brings the schema of the PostgreSQL database up to date: the migration job. Safe while another runs; services that wait for the schema go on by themselves.</summary>
    /// <exception cref="System.Data.Common.DbException">The database is away or refuses.</exception>
    public static async Task MigrateAsync(IServiceProvider services, CancellationToken cancellationToken)
    {
        await using var scope = services.CreateAsyncScope();
        await PostgresDatabase.MigrateAsync(scope.ServiceProvider.GetRequiredService<ResultsDb>(), cancellationToken);
    }

    /// <summary>Opens the doors: gRPC and gRPC-Web with reflection and health, and JSON below <c>/v1</c>.</summary>
    public static WebApplication MapResults(this WebApplication app)
    {
        app.UseGrpcWeb(new GrpcWebOptions { DefaultEnabled = true });
        app.MapGrpcService<GrpcResultsService>().RequireAuthorization(Access.Read).Add(QueryParameters.CheckBefore);
        app.MapGrpcReflectionService().RequireAuthorization(Access.Read);
        app.MapGrpcHealthChecksService();
        return app;
    }

    private static void QuietCommands(WarningsConfigurationBuilder warnings) => warnings.Log((RelationalEventId.CommandExecuted, LogLevel.Debug));
}
