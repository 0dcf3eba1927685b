using MedCloud.Dicom.Web;
using MedCloud.Hosting;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace MedCloud.Ingest.DicomWeb;

/// <summary>The DICOMweb door: <c>/dicom-web</c>.</summary>
public static class DicomWebEndpoints
{
    private const string Base = "/dicom-web";

    /// <summary>The one tenant of this door.</summary>
    internal const string Tenant = "default";

    /// <summary>Registers what the door needs.</summary>
    public static IHostApplicationBuilder AddDicomWeb(this IHostApplicationBuilder builder)
    {
        builder.AddSecurity();
        builder.Services.AddOptions<DicomWebOptions>().BindConfiguration("MedCloud:DicomWeb").ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddSingleton<StoreTransaction>();
        builder.Services.AddSingleton<RetrieveTransaction>();
        return builder;
    }

    /// <summary>Opens the door on the application's HTTP endpoints.</summary>
    public static IEndpointRouteBuilder MapDicomWeb(this IEndpointRouteBuilder app)
    {
        var studies = app.MapGroup(Base + "/studies").RequireAuthorization(Access.Read);
        studies.MapPost("", (HttpContext context, StoreTransaction store) => store.HandleAsync(context, null)).RequireAuthorization(Access.Store);
        studies.MapPost("/{study}", (HttpContext context, StoreTransaction store, string study) => store.HandleAsync(context, study)).RequireAuthorization(Access.Store);
        studies.MapGet("/{study}", (HttpContext context, RetrieveTransaction retrieve, string study) => retrieve.HandleAsync(context, study, null, null));
        studies.MapGet("/{study}/series/{series}", (HttpContext context, RetrieveTransaction retrieve, string study, string series) =>
            retrieve.HandleAsync(context, study, series, null));
        studies.MapGet("/{study}/series/{series}/instances/{instance}", (HttpContext context, RetrieveTransaction retrieve, string study, string series, string instance) =>
            retrieve.HandleAsync(context, study, series, instance));
        return app;
    }

    /// <summary>The URLs of our resources as this sender reaches us; behind a proxy, if <c>MedCloud:Doors:TrustedProxies</c> names it, as the sender reaches the proxy.</summary>
    internal static ResourceUrls UrlsOf(HttpRequest request) => new($"{request.Scheme}://{request.Host}{request.PathBase}{Base}");
}
