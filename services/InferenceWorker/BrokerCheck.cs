using MassTransit;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace MedCloud.InferenceWorker;

/// <summary>A worker that the broker does not reach has nothing to do.</summary>
internal sealed class BrokerCheck(IBusControl bus) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(bus.CheckHealth() is { Status: BusHealthStatus.Healthy }
            ? HealthCheckResult.Healthy()
            : new HealthCheckResult(context.Registration.FailureStatus, "the broker is away"));
}
