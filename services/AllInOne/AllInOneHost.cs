using System.Net;
using System.Net.Sockets;
using MedCloud.Hosting;
using MedCloud.InferenceWorker;
using MedCloud.Ingest;
using MedCloud.Ingest.Dimse;
using MedCloud.ModelCatalogue;
using MedCloud.Results;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;

namespace MedCloud.AllInOne;

/// <summary>The modules of all services in one process, with files, SQLite and an in-memory bus.</summary>
internal static class AllInOneHost
{
    /// <summary>Runs until SIGINT or SIGTERM; returns the exit code.</summary>
    public static async Task<int> RunAsync(CommandLineOptions options, CancellationToken cancellationToken)
    {
        if (!IPAddress.IsLoopback(options.Bind))
            return Refuse(CommandLine.WrongSettings, $"--bind {options.Bind}: a door beyond loopback needs authentication (MedCloud__Security__Authority), which this version does not have; use 127.0.0.1.");

        var catalogue = Catalogue.Load(options.Models);
        if (catalogue.Faults.Count > 0)
            return Refuse(CommandLine.WrongSettings, [.. catalogue.Faults.Select(fault => fault.ToString())]);

        try
        {
            using var folder = DataFolder.TryOpen(options.Data);
            if (folder is null)
                return Refuse(CommandLine.InUse, $"--data {options.Data}: the folder is in use by another MedCloud process.");
            return await RunAsync(options, catalogue.Catalogue, cancellationToken);
        }
        catch (OptionsValidationException exception)
        {
            return Refuse(CommandLine.WrongSettings, [.. exception.Failures]);
        }
        catch (AggregateException exception) when (exception.InnerExceptions.All(inner => inner is OptionsValidationException))
        {
            return Refuse(CommandLine.WrongSettings, [.. exception.InnerExceptions.Cast<OptionsValidationException>().SelectMany(inner => inner.Failures)]);
        }
        catch (UnauthorizedAccessException exception)
        {
            return Refuse(CommandLine.WrongSettings, $"--data {options.Data}: {exception.Message}");
        }
        catch (Exception exception) when (IsAddressInUse(exception))
        {
            return Refuse(CommandLine.InUse, exception.Message);
        }
        catch (Exception exception)
        {
            // The edge of the process: whatever it was, the operator reads it and the exit code says that it was not foreseen.
            return Refuse(CommandLine.Failed, exception.ToString());
        }
    }

    private static async Task<int> RunAsync(CommandLineOptions options, Catalogue catalogue, CancellationToken cancellationToken)
    {
        ListenOptions? http = null, grpc = null;
        var builder = WebApplication.CreateBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["MedCloud:Storage:Folder"] = Path.Combine(options.Data, "blobs"),
            ["MedCloud:Ingest:Database"] = Path.Combine(options.Data, "ingest.db"),
            ["MedCloud:Results:Database"] = Path.Combine(options.Data, "results.db"),
            ["MedCloud:Models:Folder"] = options.Models,
            ["MedCloud:Dimse:Bind"] = options.Bind.ToString(),
            ["MedCloud:Dimse:Port"] = $"{options.Dimse}",
        });
        // stdout belongs to the demo and to the ready line.
        builder.Logging.ClearProviders().AddSimpleConsole(console => (console.SingleLine, console.ColorBehavior) = (true, LoggerColorBehavior.Disabled));
        builder.Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(30));
        builder.WebHost.ConfigureKestrel(kestrel =>
        {
            kestrel.AddServerHeader = false;
            kestrel.Listen(options.Bind, options.Http, listen => (http = listen).Protocols = HttpProtocols.Http1);
            kestrel.Listen(options.Bind, options.Grpc, listen => (grpc = listen).Protocols = HttpProtocols.Http2);
        });

        builder.Services.AddSingleton<IMemoryPoolFactory<byte>, LargeBlocks.Factory>();
        builder.Services.AddSingleton(TimeProvider.System);
        builder.Services.AddSingleton(catalogue);
        builder.AddResults();
        builder.AddInferenceWorker();
        builder.AddMedCloudBus(IngestModule.Bus, InferenceWorkerModule.Bus, ResultsModule.Bus);
        builder.AddIngest();

        await using var app = builder.Build();
        // Before any service is made of them: all faults of all settings together.
        app.Services.GetRequiredService<IStartupValidator>().Validate();
        app.MapIngest();
        app.MapResults();
        app.MapMedCloudHealth();
        await app.StartAsync(cancellationToken);

        var doors = new Doors(options.Bind, http!.IPEndPoint!.Port, grpc!.IPEndPoint!.Port, app.Services.GetRequiredService<DimseDoor>().Port, app.Services.GetRequiredService<IOptions<DimseOptions>>().Value.AeTitle);
        Console.Out.WriteLine(doors.ReadyLine);
        if (options.Demo)
            await Demo.RunAsync(doors, Console.Out, app.Lifetime.ApplicationStopping);
        await app.WaitForShutdownAsync(cancellationToken);
        return Environment.ExitCode;
    }

    private static bool IsAddressInUse(Exception? exception) =>
        exception is AddressInUseException or SocketException { SocketErrorCode: SocketError.AddressAlreadyInUse }
        || (exception is not null && IsAddressInUse(exception.InnerException));

    private static int Refuse(int exitCode, params IReadOnlyList<string> faults)
    {
        foreach (var fault in faults)
            Console.Error.WriteLine(fault);
        return exitCode;
    }
}
