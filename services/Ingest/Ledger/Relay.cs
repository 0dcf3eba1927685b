using MassTransit;
using MedCloud.Contracts;
using MedCloud.Ingest.Index;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace MedCloud.Ingest.Ledger;

/// <summary>
/// Sends what the outbox holds: one loop, woken by commits and by the next delay that is due. It begins when the whole process has started, so that no attempt is
/// counted against a request while its models are still being loaded.
/// </summary>
internal sealed class Relay(
    IngestWriter writer,
    LedgerSignal signal,
    IBusControl bus,
    ModelCatalogue.Catalogue catalogue,
    IOptions<LedgerOptions> options,
    IHostApplicationLifetime lifetime,
    TimeProvider time,
    ILogger<Relay> logger) : BackgroundService
{
    private static readonly TimeSpan WaitAfterFailure = TimeSpan.FromSeconds(5);

    // What is stored while a sender is at it goes out in rounds: each costs a dozen statements here and a transaction in Results, however little it finds.
    // The first after a rest is not held back.
    private static readonly TimeSpan BetweenRounds = TimeSpan.FromMilliseconds(100);

    private readonly string[] models = [.. catalogue.Active.Select(model => model.Manifest.Name)];

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var outbox = new Outbox(models, options.Value.MaxInFlight);
        try
        {
            await StartedAsync(stoppingToken);
            await bus.WaitForHealthStatus(BusHealthStatus.Healthy, stoppingToken);
            var recovered = false;
            while (true)
            {
                var wait = (TimeSpan?)WaitAfterFailure;
                try
                {
                    if (!recovered)
                    {
                        var lost = await writer.WriteAsync(db => Reconciler.RecoverAsync(db, models), stoppingToken);
                        Log.Reconciled(logger, lost.Instances, lost.Requests, lost.GivenUp);
                        recovered = true;
                    }

                    wait = await SendAsync(outbox, stoppingToken);
                }
                catch (IngestDatabaseException e)
                {
                    Log.LedgerUnavailable(logger, e);
                }

                await signal.WaitAsync(wait, time, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // What was not sent stays in the outbox.
        }
    }

    /// <summary>Sends until the outbox is empty or what is in flight is the most allowed; returns how long nothing is due.</summary>
    private async Task<TimeSpan?> SendAsync(Outbox outbox, CancellationToken cancellationToken)
    {
        while (true)
        {
            var now = time.GetUtcNow().UtcDateTime;
            var outgoing = await writer.WriteAsync(db => outbox.TakeAsync(db, now), cancellationToken);
            if (outgoing.Count > 0 && await SendAsync(outgoing, cancellationToken) is { } unsent)
            {
                // Must finish even while the process stops: what is marked as sent and was not would be a suspect at the next start.
                await writer.WriteAsync(db => Outbox.PutBackAsync(db, unsent), CancellationToken.None);
                return WaitAfterFailure;
            }

            if (outgoing.Count < Outbox.Round)
                await Task.Delay(BetweenRounds, cancellationToken);
            if (outgoing.Count == 0)
                return outgoing.NextDue is { } due ? due - now : null;
            Log.Sent(logger, outgoing.Instances.Count, outgoing.Requests.Count, outgoing.Failures.Count);
        }
    }

    /// <summary>Null when all went out; else what did not.</summary>
    private async Task<Outgoing?> SendAsync(Outgoing outgoing, CancellationToken cancellationToken)
    {
        var (instances, failures, requests) = (0, 0, 0);
        try
        {
            for (; instances < outgoing.Instances.Count; instances++)
                await bus.Publish(outgoing.Instances[instances].Message, cancellationToken);
            for (; failures < outgoing.Failures.Count; failures++)
                await bus.Publish(outgoing.Failures[failures], cancellationToken);
            for (; requests < outgoing.Requests.Count; requests++)
            {
                var request = outgoing.Requests[requests];
                var endpoint = await bus.GetSendEndpoint(new Uri("exchange:" + Queues.Analyse(request.Key.ModelName, request.Stat)));
                await endpoint.Send(request, cancellationToken);
            }

            return null;
        }
        catch (Exception e)
        {
            // The edge to the broker: whatever it throws, the messages are kept and sent later.
            var unsent = outgoing with
            {
                Instances = [.. outgoing.Instances.Skip(instances)],
                Failures = [.. outgoing.Failures.Skip(failures)],
                Requests = [.. outgoing.Requests.Skip(requests)],
            };
            Log.SendFailed(logger, unsent.Count, e);
            return unsent;
        }
    }

    private async Task StartedAsync(CancellationToken cancellationToken)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = lifetime.ApplicationStarted.Register(started.SetResult);
        await started.Task.WaitAsync(cancellationToken);
    }
}
