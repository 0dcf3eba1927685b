using MassTransit;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace MedCloud.Hosting;

/// <summary>What a service adds to the bus.</summary>
/// <param name="Register">Registers its consumers.</param>
/// <param name="Endpoints">Declares its receive endpoints and connects the consumers.</param>
public sealed record BusModule(
    Action<IBusRegistrationConfigurator> Register,
    Action<IBusRegistrationContext, IReceiveConfigurator> Endpoints);

/// <summary>The bus with the conventions that every service keeps to.</summary>
public static class MedCloudBus
{
    /// <summary>Adds one in-memory bus with the endpoints of all <paramref name="modules"/>.</summary>
    public static IHostApplicationBuilder AddMedCloudBus(this IHostApplicationBuilder builder, params BusModule[] modules)
    {
        builder.Services.AddMassTransit(bus =>
        {
            foreach (var module in modules)
                module.Register(bus);
            // A broker outage must not take a service out of rotation: with a tag of its own, the bus' check is not one of readiness.
            bus.ConfigureHealthCheckOptions(options => options.Tags.Add("bus"));
            bus.UsingInMemory((context, transport) =>
            {
                foreach (var module in modules)
                    module.Endpoints(context, transport);
            });
        });
        return builder;
    }
}
