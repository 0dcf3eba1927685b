using MedCloud.Contracts;
using MedCloud.Ingest.Index;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using RabbitMQ.Client.Exceptions;

namespace MedCloud.Ingest.Ledger;

/// <summary>
/// With a broker: finds, round by round, what was sent and never heard of again, whatever became of it (a queue purged or deleted, a broker or a consumer that lost it).
/// While a process lives, what its in-memory bus holds is never lost, so the embedded mode needs none of this.
/// </summary>
internal sealed class LostMessages(
    BrokerQueues queues,
    IngestWriter writer,
    LedgerSignal signal,
    ModelCatalogue.Catalogue catalogue,
    IOptions<LedgerOptions> options,
    TimeProvider time,
    ILogger<LostMessages> logger) : BackgroundService
{
    private readonly string[] models = [.. catalogue.Active.Select(model => model.Manifest.Name)];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        // Often enough that a message is found lost soon after it counts as such.
        using var timer = new PeriodicTimer(options.Value.LostAfter / 10, time);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
                await LookAsync(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // The next process goes on.
        }
    }

    private async Task LookAsync(CancellationToken cancellationToken)
    {
        try
        {
            var empty = await queues.EmptyAsync([Queues.Results, .. Outbox.RequestQueues(models)], cancellationToken);
            var now = time.GetUtcNow().UtcDateTime;
            Lost lost;
            do
            {
                lost = await writer.WriteAsync(db => Reconciler.FindLostAsync(db, models, empty, options.Value.LostAfter, now), cancellationToken);
                if (lost.Count == 0)
                    return;
                Metrics.Lost(lost.Instances, lost.Requests, lost.GivenUp);
                Log.Lost(logger, lost.Instances, lost.Requests, lost.GivenUp);
                signal.Set();
            }
            while (lost.Count >= Reconciler.Round);
        }
        catch (IngestDatabaseException e)
        {
            Log.LedgerUnavailable(logger, e);
        }
        catch (Exception e) when (e is RabbitMQClientException or IOException or TimeoutException)
        {
            // What a broker holds that is away is not lost yet.
            Log.BrokerUnavailable(logger, e.Message);
        }
    }
}
