using System.Diagnostics;
using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace MedCloud.Hosting;

/// <summary>
/// Metrics at <c>/metrics</c> for Prometheus; metrics and traces to the OTLP collector that OTEL_EXPORTER_OTLP_ENDPOINT names. OpenTelemetry's other variables
/// (OTEL_EXPORTER_OTLP_PROTOCOL, OTEL_TRACES_SAMPLER, ...) mean what its specification says. Without a collector nothing is traced.
/// </summary>
public static class Telemetry
{
    private const string Endpoint = "OTEL_EXPORTER_OTLP_ENDPOINT";

    /// <summary>A histogram of seconds, from a millisecond to ten minutes.</summary>
    public static Histogram<double> CreateSeconds(this Meter meter, string name, string description) => meter.CreateHistogram(
        name, "s", description, advice: new InstrumentAdvice<double> { HistogramBucketBoundaries = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300, 600] });

    /// <summary>Adds it for the process of <paramref name="service"/>.</summary>
    internal static void AddTelemetry(this IHostApplicationBuilder builder, string service)
    {
        var endpoint = builder.Configuration[Endpoint] ?? "";
        var hasCollector = HttpAddress.TryParse(endpoint, out _);
        if (endpoint.Length > 0)
        {
            builder.Services.AddOptions<OtlpExporterOptions>()
                .Validate(_ => hasCollector, $"{Endpoint} must be the http or https address of a collector, e.g. http://collector.example.org:4317")
                .ValidateOnStart();
        }

        var telemetry = builder.Services.AddOpenTelemetry()
            .ConfigureResource(resource => resource.AddService(service, serviceNamespace: "medcloud"))
            .WithMetrics(metrics =>
            {
                metrics.AddMeter("MedCloud.*", "Microsoft.AspNetCore.Hosting", "System.Runtime").AddPrometheusExporter();
                if (hasCollector)
                    metrics.AddOtlpExporter();
            });
        if (!hasCollector)
            return;
        telemetry.WithTracing(tracing => tracing
            .AddSource("MedCloud.*")
            .AddAspNetCoreInstrumentation(requests => requests.Filter = context =>
                !context.Request.Path.StartsWithSegments("/health", StringComparison.Ordinal) && !context.Request.Path.StartsWithSegments("/metrics", StringComparison.Ordinal))
            .AddProcessor(new KnownTags())
            .AddOtlpExporter());
    }

    /// <summary>
    /// <c>/metrics</c>: as open as health, since scrapers have no tokens and there is nothing of patients in it. A process that is reached from outside shows its own alone.
    /// </summary>
    internal static void MapMetrics(this IEndpointRouteBuilder app) => app.MapPrometheusScrapingEndpoint();

    /// <summary>
    /// Drops from every span what is not known to be without identifiers: paths name studies, queries name patients, and headers hold whatever a sender puts there.
    /// </summary>
    private sealed class KnownTags : BaseProcessor<Activity>
    {
        private static readonly HashSet<string> Known = ["http.request.method", "http.response.status_code", "http.route", "error.type"];

        public override void OnEnd(Activity data)
        {
            foreach (var (key, _) in data.TagObjects.ToList())
            {
                if (!Known.Contains(key) && !key.StartsWith("medcloud.", StringComparison.Ordinal))
                    data.SetTag(key, null);
            }

            data.TraceStateString = null;
            // Without the description, which may be an exception's message.
            data.SetStatus(data.Status);
        }
    }
}
