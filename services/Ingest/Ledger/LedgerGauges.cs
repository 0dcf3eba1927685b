using System.Data.Common;
using MedCloud.Ingest.Index;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace MedCloud.Ingest.Ledger;

/// <summary>
/// Reads for the metrics how much the ledger holds and how old it is: by the clock, so that a scrape costs the database nothing. Every replica reads the same ledger.
/// While the database is away the gauges stay where they were.
/// </summary>
internal sealed class LedgerGauges(IDbContextFactory<IngestDb> databases, ModelCatalogue.Catalogue catalogue, TimeProvider time, ILogger<LedgerGauges> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                if (Metrics.LedgerIsRead)
                    await ReadAsync(stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The process ends.
        }
    }

    private async Task ReadAsync(CancellationToken cancellationToken)
    {
        try
        {
            await using var db = await databases.CreateDbContextAsync(cancellationToken);
            var now = time.GetUtcNow().UtcDateTime;
            var requests = await db.Requests.Where(row => row.State < RequestState.Closed)
                .GroupBy(row => new { row.ModelName, row.State })
                .Select(rows => new { rows.Key.ModelName, rows.Key.State, Count = rows.Count(), Unsent = rows.Count(row => row.SentAt == null), Oldest = rows.Min(row => row.ReceivedAt) })
                .ToListAsync(cancellationToken);
            foreach (var model in catalogue.Active.Select(active => active.Manifest.Name).Union(requests.Select(group => group.ModelName)))
            {
                var groups = requests.Where(group => group.ModelName == model).ToList();
                Metrics.Requests(model, groups.ToDictionary(group => group.State, group => group.Count), Age(groups.Count == 0 ? null : groups.Min(group => group.Oldest)));
            }

            var unsent = db.Recordings.Where(row => row.SentAt == null);
            var oldest = await unsent.MinAsync(row => (DateTime?)row.CreatedAt, cancellationToken);
            var waiting = await unsent.CountAsync(cancellationToken);
            var announced = await db.Recordings.CountAsync(row => row.SentAt != null, cancellationToken);
            var depth = waiting + requests.Where(group => group.State == RequestState.Queued).Sum(group => group.Count) + requests.Where(group => group.State == RequestState.GivenUp).Sum(group => group.Unsent);
            Metrics.Outbox(waiting, announced, depth, Age(oldest));

            TimeSpan Age(DateTime? since) => since is { } then && then < now ? now - then : TimeSpan.Zero;
        }
        catch (Exception e) when (e is DbException or IOException or TimeoutException)
        {
            Log.LedgerUnavailable(logger, e);
        }
    }
}
