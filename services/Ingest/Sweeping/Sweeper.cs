using System.ComponentModel.DataAnnotations;
using MedCloud.Ingest.Index;
using MedCloud.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace MedCloud.Ingest.Sweeping;

/// <summary>The sweeper: section <c>MedCloud:Sweeper</c>.</summary>
public sealed record SweeperOptions
{
    /// <summary>
    /// Blobs that nothing names are deleted when they are older than this; default 24 h, at least 1 h. It must be longer than any transaction can wait, since a blob
    /// is committed before the row that names it.
    /// </summary>
    [Range(typeof(TimeSpan), "01:00:00", "365.00:00:00", ErrorMessage = "MedCloud:Sweeper:MinimumAge must be between 01:00:00 and 365.00:00:00", ParseLimitsInInvariantCulture = true, ConvertValueInInvariantCulture = true)]
    public TimeSpan MinimumAge { get; init; } = TimeSpan.FromHours(24);
}

/// <param name="Blobs">Blobs deleted that nothing named.</param>
/// <param name="Uncommitted">Remains deleted of receptions whose process ended.</param>
public sealed record SweepReport(int Blobs, int Uncommitted);

/// <summary>
/// Deletes what receptions left behind whose process was killed between the blob and its transaction. Except for a reception that deletes its own blob, nothing
/// else in MedCloud deletes one. Runs at start and every 6 hours.
/// </summary>
public sealed class Sweeper(
    IBlobStore blobs, IDbContextFactory<IngestDb> databases, IOptions<SweeperOptions> options, TimeProvider time, ILogger<Sweeper> logger) : BackgroundService
{
    private const int Page = 200;
    private static readonly TimeSpan Interval = TimeSpan.FromHours(6);

    /// <summary>Sweeps once.</summary>
    /// <exception cref="BlobStoreUnavailableException">The store is away; what was deleted before stays so.</exception>
    public async Task<SweepReport> SweepAsync(CancellationToken cancellationToken)
    {
        var before = time.GetUtcNow() - options.Value.MinimumAge;
        var deleted = 0;
        var old = new List<BlobKey>(Page);
        await foreach (var entry in blobs.ListAsync(cancellationToken))
        {
            // By the time of the commit, not of the key: a long reception is not left over.
            if (entry.CommittedAt >= before)
                continue;
            old.Add(entry.Key);
            if (old.Count < Page)
                continue;
            deleted += await DeleteUnnamedAsync(old, cancellationToken);
            old.Clear();
        }

        deleted += await DeleteUnnamedAsync(old, cancellationToken);
        var report = new SweepReport(deleted, await blobs.DeleteUncommittedAsync(before, cancellationToken));
        Metrics.Swept(report.Blobs);
        Log.Swept(logger, report.Blobs, report.Uncommitted);
        return report;
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        do
        {
            try
            {
                await SweepAsync(stoppingToken);
            }
            catch (Exception e) when (e is BlobStoreUnavailableException or System.Data.Common.DbException)
            {
                Log.SweepStopped(logger, e);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task<int> DeleteUnnamedAsync(List<BlobKey> keys, CancellationToken cancellationToken)
    {
        if (keys.Count == 0)
            return 0;
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var values = keys.ConvertAll(key => key.Value);
        var named = await db.Instances.Where(row => values.Contains(row.BlobKey)).Select(row => row.BlobKey).ToHashSetAsync(cancellationToken);
        var deleted = 0;
        foreach (var key in keys)
        {
            if (!named.Contains(key.Value) && await blobs.DeleteAsync(key, cancellationToken))
                deleted++;
        }

        return deleted;
    }
}
