using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Diagnostics.HealthChecks;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace MedCloud.Hosting;

/// <summary>The health endpoints.</summary>
public static class HealthEndpoints
{
    /// <summary>
    /// <c>/health/ready</c>: can this process do its own job (the checks tagged <c>ready</c>), each check with its state, sentence and figures;
    /// <c>/health/live</c>: the process answers, whatever its dependencies do.
    /// </summary>
    public static void MapMedCloudHealth(this IEndpointRouteBuilder app)
    {
        app.MapHealthChecks("/health/ready", new HealthCheckOptions
        {
            Predicate = check => check.Tags.Contains("ready"),
            ResponseWriter = (context, report) => context.Response.WriteAsJsonAsync(Body(report)),
        });
        app.MapHealthChecks("/health/live", new HealthCheckOptions { Predicate = _ => false });
    }

    private static object Body(HealthReport report) => new
    {
        status = report.Status.ToString(),
        checks = report.Entries.ToDictionary(
            entry => entry.Key,
            entry => new { status = entry.Value.Status.ToString(), description = entry.Value.Description, data = entry.Value.Data }),
    };
}
