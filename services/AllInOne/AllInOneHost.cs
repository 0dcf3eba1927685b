using MedCloud.Hosting;
using MedCloud.InferenceWorker;
using MedCloud.Ingest;
using MedCloud.Ingest.Dimse;
using MedCloud.ModelCatalogue;
using MedCloud.Results;
using Microsoft.Extensions.Options;

namespace MedCloud.AllInOne;

/// <summary>The modules of all services in one process, with files, SQLite and an in-memory bus.</summary>
internal static class AllInOneHost
{
    /// <summary>Runs until SIGINT or SIGTERM; returns the exit code.</summary>
    public static Task<int> RunAsync(CommandLineOptions options, CancellationToken cancellationToken) => ProcessEnd.RunAsync(async () =>
    {
        var host = new MedCloudHost("allinone", HttpDoors.HttpAndGrpc);
        AddModules(host.Builder, options);
        try
        {
            using var folder = DataFolder.TryOpen(options.Data);
            return folder is null
                ? ProcessEnd.Refuse(ProcessEnd.InUse, $"--data {options.Data}: the folder is in use by another MedCloud process.")
                : await RunAsync(host, options, cancellationToken);
        }
        catch (UnauthorizedAccessException exception)
        {
            return ProcessEnd.Refuse(ProcessEnd.WrongSettings, $"--data {options.Data}: {exception.Message}");
        }
    });

    private static void AddModules(WebApplicationBuilder builder, CommandLineOptions options)
    {
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["MedCloud:Storage:Folder"] = Path.Combine(options.Data, "blobs"),
            ["MedCloud:Ingest:Database"] = Path.Combine(options.Data, "ingest.db"),
            ["MedCloud:Results:Database"] = Path.Combine(options.Data, "results.db"),
            ["MedCloud:Models:Folder"] = options.Models,
            ["MedCloud:Doors:Bind"] = options.Bind.ToString(),
            ["MedCloud:Doors:Http"] = $"{options.Http}",
            ["MedCloud:Doors:Grpc"] = $"{options.Grpc}",
            ["MedCloud:Dimse:Bind"] = options.Bind.ToString(),
            ["MedCloud:Dimse:Port"] = $"{options.Dimse}",
        });
        builder.AddCatalogue();
        builder.AddResults();
        builder.AddInferenceWorker();
        builder.AddInMemoryBus(IngestModule.Bus, InferenceWorkerModule.Bus, ResultsModule.Bus);
        builder.AddIngest();
        builder.Services.AddOptions<SecurityOptions>().Validate(
            security => !options.Demo || security.Authority is null or "",
            "--demo has no access token to read its outcome with: leave out --demo or MedCloud__Security__Authority");
    }

    private static async Task<int> RunAsync(MedCloudHost host, CommandLineOptions options, CancellationToken cancellationToken)
    {
        await using var app = await host.StartAsync(
            app =>
            {
                app.MapIngest();
                app.MapResults();
            },
            services => services.GetRequiredService<DimseDoor>().ReadyWord,
            cancellationToken);
        if (options.Demo)
        {
            var doors = new Doors(host.HttpUrl, host.GrpcUrl, options.Bind, app.Services.GetRequiredService<DimseDoor>().Port, app.Services.GetRequiredService<IOptions<DimseOptions>>().Value.AeTitle);
            await Demo.RunAsync(doors, Console.Out, app.Lifetime.ApplicationStopping);
        }

        return await MedCloudHost.EndAsync(app, cancellationToken);
    }
}
