using System.Diagnostics;
using MassTransit;
using MedCloud.Contracts;
using MedCloud.Hosting;
using MedCloud.Ingest.Index;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using RabbitMQ.Client.Exceptions;

namespace MedCloud.Ingest.Ledger;

/// <summary>
/// Sends what the outbox holds: one loop, woken by commits and by the next delay that is due. It begins when the whole process has started, so that no attempt is
/// counted against a request while its models are still being loaded.
/// </summary>
/// <param name="queues">Null where the bus is in memory and this relay the only one.</param>
internal sealed class Relay(
    IngestWriter writer,
    LedgerSignal signal,
    IBusControl bus,
    ModelCatalogue.Catalogue catalogue,
    IOptions<LedgerOptions> options,
    IHostApplicationLifetime lifetime,
    TimeProvider time,
    ILogger<Relay> logger,
    BrokerQueues? queues = null) : BackgroundService
{
    private const int InFlightInMemory = 64;
    private const int InFlightAtBroker = 10_000;

    private static readonly TimeSpan WaitAfterFailure = TimeSpan.FromSeconds(5);

    // What is stored while a sender is at it goes out in rounds: each costs a dozen statements here and a transaction in Results, however little it finds.
    // The first after a rest is not held back.
    private static readonly TimeSpan BetweenRounds = TimeSpan.FromMilliseconds(250);

    // What another replica stored and could not send any more wakes nobody.
    private static readonly TimeSpan LookForOthers = TimeSpan.FromSeconds(2);

    // While the broker is away a send waits for it without end; the outbox is the better place.
    private static readonly TimeSpan SendWithin = TimeSpan.FromSeconds(10);

    private readonly string[] models = [.. catalogue.Active.Select(model => model.Manifest.Name)];
    private bool prepared;

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var outbox = new Outbox(models, options.Value.MaxInFlight ?? (queues is null ? InFlightInMemory : InFlightAtBroker), options.Value.LostAfter);
        try
        {
            await StartedAsync(stoppingToken);
            while (true)
            {
                var wait = (TimeSpan?)WaitAfterFailure;
                try
                {
                    await bus.WaitForHealthStatus(BusHealthStatus.Healthy, stoppingToken);
                    if (!prepared)
                        await PrepareAsync(stoppingToken);
                    wait = await SendAsync(outbox, stoppingToken);
                }
                catch (IngestDatabaseException e)
                {
                    Log.LedgerUnavailable(logger, e);
                }
                catch (Exception e) when (e is RabbitMQClientException or IOException or TimeoutException)
                {
                    Log.BrokerUnavailable(logger, e.Message);
                }

                await signal.WaitAsync(wait, time, stoppingToken);
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // What was not sent stays in the outbox.
        }
    }

    /// <summary>Before the first message, and after each failure to send: the queues are there, or, in memory, what the last process left is put back.</summary>
    private async Task PrepareAsync(CancellationToken cancellationToken)
    {
        if (queues is not null)
        {
            await queues.DeclareAsync([.. Outbox.RequestQueues(models), .. models.Select(Queues.Dead)], cancellationToken);
        }
        else
        {
            var lost = await writer.WriteAsync(db => Reconciler.RecoverAsync(db, models), cancellationToken);
            Log.Reconciled(logger, lost.Instances, lost.Requests, lost.GivenUp);
        }

        prepared = true;
    }

    /// <summary>Sends until the outbox is empty or what is in flight is the most allowed; returns how long nothing is due.</summary>
    private async Task<TimeSpan?> SendAsync(Outbox outbox, CancellationToken cancellationToken)
    {
        while (true)
        {
            var now = time.GetUtcNow().UtcDateTime;
            var outgoing = await writer.WriteAsync(db => outbox.TakeAsync(db, now), cancellationToken);
            var unsent = outgoing.Count == 0 ? null : await SendAsync(outgoing, cancellationToken);
            Metrics.Sent(outgoing, unsent);
            if (unsent is not null)
            {
                // Must finish even while the process stops: what is marked as sent and was not would be a suspect at the next start.
                await writer.WriteAsync(db => Outbox.PutBackAsync(db, unsent), CancellationToken.None);
                // A queue may have been deleted.
                prepared = queues is null;
                return WaitAfterFailure;
            }

            if (outgoing.Count < Outbox.Round)
                await Task.Delay(BetweenRounds, cancellationToken);
            if (outgoing.Count == 0)
                return NextLook(outgoing.NextDue - now);
            Log.Sent(logger, outgoing.Instances.Count, outgoing.Requests.Count, outgoing.Failures.Count);
        }
    }

    private TimeSpan? NextLook(TimeSpan? due) => queues is null || due < LookForOthers ? due : LookForOthers;

    /// <summary>Null when all went out; else what did not.</summary>
    private async Task<Outgoing?> SendAsync(Outgoing outgoing, CancellationToken cancellationToken)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(SendWithin);
        Exception? failure = null;
        var announced = outgoing.Instances.Count == 0 || await IsSentAsync(() => bus.Publish(new InstancesStored([.. outgoing.Instances.Select(Announced)]), limit.Token));
        var failures = await UnsentAsync(outgoing.Failures, message => bus.Publish(message, limit.Token));
        var requests = await UnsentAsync(outgoing.Requests, async message =>
        {
            var endpoint = await bus.GetSendEndpoint(new Uri("exchange:" + Queues.Analyse(message.Key.ModelName, message.Stat).Name));
            await endpoint.Send(message, limit.Token);
        });
        if (failure is null)
            return null;
        var unsent = outgoing with { Instances = announced ? [] : outgoing.Instances, Failures = failures, Requests = requests };
        Log.SendFailed(logger, unsent.Count, failure);
        return unsent;

        async Task<IReadOnlyList<Outgoing<T>>> UnsentAsync<T>(IReadOnlyList<Outgoing<T>> messages, Func<T, Task> send)
        {
            var sent = await Task.WhenAll(messages.Select(async each =>
            {
                using var span = Tracing.Start($"send {typeof(T).Name}", ActivityKind.Producer, each.TraceParent);
                return await IsSentAsync(() => send(each.Message));
            }));
            return [.. messages.Where((_, index) => !sent[index])];
        }

        async Task<bool> IsSentAsync(Func<Task> send)
        {
            try
            {
                // A send that was under way when the connection broke may never end, whatever its token says.
                await send().WaitAsync(limit.Token);
                return true;
            }
            catch (Exception e)
            {
                // The edge to the broker: whatever it throws, the message is kept and sent later.
                Activity.Current.Fail(e);
                failure = e;
                return false;
            }
        }
    }

    /// <summary>Its span is that of being put into the message: the sending belongs to all that go with it.</summary>
    private static Traced<InstanceStored> Announced(Outgoing<InstanceStored> instance)
    {
        using var span = Tracing.Start($"send {nameof(InstanceStored)}", ActivityKind.Producer, instance.TraceParent);
        return new(instance.Message, Tracing.Parent);
    }

    private async Task StartedAsync(CancellationToken cancellationToken)
    {
        var started = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        await using var registration = lifetime.ApplicationStarted.Register(started.SetResult);
        await started.Task.WaitAsync(cancellationToken);
    }
}
