using System.Data.Common;
using MedCloud.Hosting;
using MedCloud.Ingest.Index;
using MedCloud.Ingest.Ledger;
using MedCloud.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace MedCloud.Ingest.Health;

/// <summary>Reads from the index, through its own connection.</summary>
internal sealed class DatabaseCheck(IDbContextFactory<IngestDb> databases) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            await using var db = await databases.CreateDbContextAsync(cancellationToken);
            await DatabaseSchema.CheckAsync(db, cancellationToken);
            await db.Instances.AnyAsync(cancellationToken);
            return HealthCheckResult.Healthy();
        }
        catch (DatabaseSchemaException e)
        {
            return new HealthCheckResult(context.Registration.FailureStatus, e.Message, e);
        }
        catch (DbException e)
        {
            return new HealthCheckResult(context.Registration.FailureStatus, "The index cannot be read.", e);
        }
    }
}

/// <summary>Writes a probe to the blob store.</summary>
internal sealed class BlobStoreCheck(IBlobStore blobs) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        await blobs.IsAvailableAsync(cancellationToken)
            ? HealthCheckResult.Healthy()
            : new HealthCheckResult(context.Registration.FailureStatus, "The blob store takes no blob.");
}

/// <summary>
/// Tells when messages do not go out, which makes Ingest degraded and leaves it ready: it goes on receiving. Its age is that of the oldest instance that is not
/// announced, because the bus is away or Results is far behind; requests may wait because enough are in flight.
/// </summary>
internal sealed class OutboxCheck(IDbContextFactory<IngestDb> databases, TimeProvider time) : IHealthCheck
{
    private static readonly TimeSpan TooOld = TimeSpan.FromSeconds(30);

    public async Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        try
        {
            await using var db = await databases.CreateDbContextAsync(cancellationToken);
            var unsent = db.Recordings.Where(row => row.SentAt == null);
            var oldest = await unsent.MinAsync(row => (DateTime?)row.CreatedAt, cancellationToken);
            var age = oldest is { } created ? time.GetUtcNow().UtcDateTime - created : TimeSpan.Zero;
            var data = new Dictionary<string, object>
            {
                ["depth"] = await unsent.CountAsync(cancellationToken) + await db.Requests.CountAsync(row => row.State == RequestState.Queued, cancellationToken),
                ["ageSeconds"] = Math.Round(age.TotalSeconds, 1),
            };
            return age > TooOld
                ? HealthCheckResult.Degraded("Instances wait to be announced.", data: data)
                : HealthCheckResult.Healthy(data: data);
        }
        catch (DbException e)
        {
            return HealthCheckResult.Degraded("The outbox cannot be read.", e);
        }
    }
}
