using System.Net;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.HttpOverrides;
using Microsoft.AspNetCore.Server.Kestrel.Core;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using Microsoft.Extensions.Options;
using IPNetwork = System.Net.IPNetwork;

namespace MedCloud.Hosting;

/// <summary>Which HTTP doors a process has.</summary>
public enum HttpDoors
{
    /// <summary>HTTP/1.1 only.</summary>
    Http,

    /// <summary>HTTP/1.1, and gRPC on a port of its own.</summary>
    HttpAndGrpc,
}

/// <summary>What every process of MedCloud does alike: where it logs and listens, when its settings are checked, and how it says that it is ready.</summary>
public sealed class MedCloudHost
{
    private readonly HttpDoors doors;
    private ListenOptions? http;
    private ListenOptions? grpc;

    /// <summary>A host whose modules are to be added to <see cref="Builder"/>.</summary>
    /// <param name="service">What traces and metrics call it, e.g. ingest.</param>
    /// <param name="doors">Its HTTP doors.</param>
    public MedCloudHost(string service, HttpDoors doors)
    {
        this.doors = doors;
        Builder = WebApplication.CreateBuilder(new WebApplicationOptions { ContentRootPath = AppContext.BaseDirectory });
        // stdout belongs to the ready line.
        Builder.Logging.ClearProviders().AddSimpleConsole(console => (console.SingleLine, console.ColorBehavior) = (true, LoggerColorBehavior.Disabled));
        Builder.Services.Configure<ConsoleLoggerOptions>(console => console.LogToStandardErrorThreshold = LogLevel.Trace);
        Builder.Services.Configure<HostOptions>(host => host.ShutdownTimeout = TimeSpan.FromSeconds(30));
        Builder.Services.AddOptions<DoorsOptions>().BindConfiguration(DoorsOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        Builder.Services.AddHealthChecks();
        Builder.AddTelemetry(service);
        Builder.Services.AddSingleton<IMemoryPoolFactory<byte>, LargeBlocks.Factory>();
        Builder.Services.AddSingleton(TimeProvider.System);
        Builder.Services.AddOptions<ForwardedHeadersOptions>().Configure<IOptions<DoorsOptions>>((headers, options) => Trust(headers, Networks.Parse(options.Value.TrustedProxies)));
        Builder.WebHost.ConfigureKestrel(Listen);
    }

    /// <summary>For the process' modules and settings.</summary>
    public WebApplicationBuilder Builder { get; }

    /// <summary>The address of the HTTP/1.1 door, e.g. http://127.0.0.1:8080; known when the application has started.</summary>
    public string HttpUrl => Url(http);

    /// <summary>The address of the gRPC door; known when the application has started.</summary>
    public string GrpcUrl => Url(grpc);

    /// <summary>
    /// Builds the application, checks all its settings together, opens the doors that <paramref name="map"/> maps, and says on stdout that it is ready.
    /// </summary>
    /// <param name="map">Maps the modules' doors; the health endpoints are mapped already.</param>
    /// <param name="otherDoor">The words of the ready line for a door that is not HTTP, e.g. <c>dimse=MEDCLOUD@127.0.0.1:11112</c>.</param>
    /// <param name="cancellationToken">Ends the start.</param>
    /// <exception cref="OptionsValidationException">A setting is wrong; with several faults, an <see cref="AggregateException"/> of them.</exception>
    public async Task<WebApplication> StartAsync(Action<WebApplication> map, Func<IServiceProvider, string>? otherDoor, CancellationToken cancellationToken)
    {
        var app = Builder.Build();
        try
        {
            // Before any service is made of them: all faults of all settings together.
            app.Services.GetRequiredService<IStartupValidator>().Validate();
            app.UseForwardedHeaders();
            map(app);
            app.MapMedCloudHealth();
            app.MapMetrics();
            await app.StartAsync(cancellationToken);
        }
        catch
        {
            await app.DisposeAsync();
            throw;
        }

        var ready = $"ready http={HttpUrl}";
        if (grpc is not null)
            ready += $" grpc={GrpcUrl}";
        if (otherDoor is not null)
            ready += $" {otherDoor(app.Services)}";
        Console.Out.WriteLine(ready);
        return app;
    }

    /// <summary>Waits until the process is asked to end, or ends because a part of it failed; returns the exit code of <see cref="ProcessEnd"/>.</summary>
    public static async Task<int> EndAsync(WebApplication app, CancellationToken cancellationToken)
    {
        var failed = false;
        // A background service that fails ends the process in good order, as if somebody had asked for it. At this moment no other has been told to stop.
        using var stopping = app.Lifetime.ApplicationStopping.Register(() =>
            failed = app.Services.GetServices<IHostedService>().Any(service => service is BackgroundService { ExecuteTask: { IsCompleted: true, IsCompletedSuccessfully: false } }));
        await app.WaitForShutdownAsync(cancellationToken);
        return failed ? ProcessEnd.Failed : Environment.ExitCode;
    }

    private static void Trust(ForwardedHeadersOptions headers, IReadOnlyList<IPNetwork> proxies)
    {
        headers.KnownProxies.Clear();
        headers.KnownIPNetworks.Clear();
        // Without any the middleware would believe everybody.
        headers.ForwardedHeaders = proxies.Count == 0 ? ForwardedHeaders.None : ForwardedHeaders.XForwardedFor | ForwardedHeaders.XForwardedHost | ForwardedHeaders.XForwardedProto;
        foreach (var proxy in proxies)
            headers.KnownIPNetworks.Add(proxy);
    }

    private static string Url(ListenOptions? door) => $"http://{door?.IPEndPoint ?? throw new InvalidOperationException("the door is not open")}";

    private void Listen(KestrelServerOptions kestrel)
    {
        var options = kestrel.ApplicationServices.GetRequiredService<IOptions<DoorsOptions>>().Value;
        var address = IPAddress.Parse(options.Bind);
        kestrel.AddServerHeader = false;
        kestrel.Listen(address, options.Http, listen => (http = listen).Protocols = HttpProtocols.Http1);
        if (doors == HttpDoors.HttpAndGrpc)
            kestrel.Listen(address, options.Grpc, listen => (grpc = listen).Protocols = HttpProtocols.Http2);
    }
}
