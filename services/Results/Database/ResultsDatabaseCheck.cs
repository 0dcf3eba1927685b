using System.Data.Common;
using MedCloud.Hosting;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace MedCloud.Results.Database;

/// <summary>Healthy while the database answers a query.</summary>
internal sealed class ResultsDatabaseCheck(ResultsDb db) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            await DatabaseSchema.CheckAsync(db, cancellationToken);
            await db.Studies.AnyAsync(cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (DatabaseSchemaException exception)
        {
            return new HealthCheckResult(context.Registration.FailureStatus, exception.Message, exception);
        }
        catch (DbException exception)
        {
            return new HealthCheckResult(context.Registration.FailureStatus, "the results' database cannot be read", exception);
        }
    }
}
