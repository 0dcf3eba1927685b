using MedCloud.Hosting;
using MedCloud.Portal.DevelopmentProvider;
using MedCloud.Portal.Forwarding;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace MedCloud.Portal;

/// <summary>The one HTTP address of MedCloud for people and their software: it passes requests on to Ingest and Results.</summary>
public static class PortalModule
{
    /// <summary>Adds the service.</summary>
    public static IHostApplicationBuilder AddPortal(this IHostApplicationBuilder builder)
    {
        builder.AddSecurity();
        builder.AddDevelopmentProvider();
        builder.Services.AddOptions<PortalOptions>().BindConfiguration(PortalOptions.Section).ValidateDataAnnotations().ValidateOnStart();
        // A sender may pause between instances, as it may at Ingest; only silence ends its request.
        builder.Services.Configure<KestrelServerOptions>(kestrel => kestrel.Limits.MinRequestBodyDataRate = null);
        // None of them: Portal is ready when it runs with its own settings, whatever the services behind do.
        builder.Services.AddHealthChecks();
        builder.Services.AddHttpForwarder();
        builder.Services.AddSingleton<Forwarder>();
        return builder;
    }

    /// <summary>Opens the doors. Whatever is not named here, such as health and metrics of the services behind (it has its own), is not to be had through Portal.</summary>
    public static WebApplication MapPortal(this WebApplication app)
    {
        var forwarder = app.Services.GetRequiredService<Forwarder>();
        // A request without a valid token goes no further; which role may do what is the services' to say.
        var doors = app.MapGroup("").RequireAuthorization(Access.Read);
        doors.Map("/dicom-web/{**path}", forwarder.ToIngest);
        doors.Map("/v1/{**path}", forwarder.ToResults);
        doors.MapPost("/medcloud.results.v1.ResultsService/{method}", forwarder.ToResults);
        return app;
    }
}
