using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Hosting;

namespace MedCloud.Hosting;

/// <summary>A service as a process of its own.</summary>
public sealed record ServiceDefinition
{
    /// <summary>What traces and metrics call it, e.g. ingest.</summary>
    public required string Name { get; init; }

    /// <summary>Its HTTP doors.</summary>
    public required HttpDoors Doors { get; init; }

    /// <summary>Adds its module and what the module needs of a host.</summary>
    public required Action<WebApplicationBuilder> Add { get; init; }

    /// <summary>Maps its HTTP doors.</summary>
    public Action<WebApplication> Map { get; init; } = _ => { };

    /// <summary>The words of the ready line for a door that is not HTTP.</summary>
    public Func<IServiceProvider, string>? OtherDoor { get; init; }

    /// <summary>Brings the schema of its database up to date; null where it has none.</summary>
    public Func<IServiceProvider, CancellationToken, Task>? Migrate { get; init; }
}

/// <summary>The main program of every service: <c>MedCloud.NAME [migrate]</c>; all else is settings.</summary>
public static class ServiceHost
{
    /// <summary>Runs until SIGINT or SIGTERM, or until the schema is up to date; returns the exit code of <see cref="ProcessEnd"/>.</summary>
    public static Task<int> RunAsync(string[] args, ServiceDefinition service) => ProcessEnd.RunAsync(async () =>
    {
        var host = new MedCloudHost(service.Name, service.Doors);
        switch (args)
        {
            case []:
                service.Add(host.Builder);
                await using (var app = await host.StartAsync(service.Map, service.OtherDoor, CancellationToken.None))
                    return await MedCloudHost.EndAsync(app, CancellationToken.None);
            case ["migrate"] when service.Migrate is { } migrate:
                service.Add(host.Builder);
                await using (var app = host.Builder.Build())
                    await migrate(app.Services, CancellationToken.None);
                return ProcessEnd.Ok;
            default:
                return ProcessEnd.Refuse(ProcessEnd.WrongSettings, $"Unknown command '{string.Join(' ', args)}'. {(service.Migrate is null ? "There is none" : "The only one is 'migrate'")}; settings are environment variables, e.g. MedCloud__Doors__Http=8080.");
        }
    });
}
