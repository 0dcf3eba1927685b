using MassTransit;
using MedCloud.Contracts;
using MedCloud.Ingest.Ledger;
using MedCloud.Tests;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;
using RabbitMQ.Client.Exceptions;
using Fault = MedCloud.Tests.Fault;

namespace MedCloud.Services.Tests.Ingest;

/// <summary>What the ledger asks of RabbitMQ.</summary>
public sealed class BrokerTests(Servers servers) : IAsyncLifetime
{
    private static readonly QueueDefinition Routine = Queues.Analyse("chest", stat: false);
    private static readonly QueueDefinition Urgent = Queues.Analyse("chest", stat: true);
    private static readonly QueueDefinition Dead = Queues.Dead("chest");

    private readonly DataFolder folder = new();
    private VirtualHost? virtualHost;

    private VirtualHost Broker => virtualHost ?? throw new InvalidOperationException("not initialized");

    private BrokerQueues Ledger => new(Options.Create(Broker.Options));

    public async ValueTask InitializeAsync() => virtualHost = await servers.RabbitMqAsync(IngestHost.Cancellation);

    public ValueTask DisposeAsync()
    {
        folder.Dispose();
        return ValueTask.CompletedTask;
    }

    [Fact]
    public async Task TheQueuesThatItDeclaresAreThoseThatTheirConsumersDeclare()
    {
        await Ledger.DeclareAsync([Routine, Urgent, Dead], IngestHost.Cancellation);
        await using var host = await IngestHost.StartAsync(folder, Broker.Configure);
        await host.StoreAsync(new SampleObject());
        await host.StoreAsync(new SampleObject(), stat: true);

        var requests = await host.RequestsAsync(2);

        Assert.Equal([false, true], requests.Select(request => request.Stat).Order());
        var dead = await host.Services.GetRequiredService<IBus>().GetSendEndpoint(new Uri($"exchange:{Dead.Name}"));
        await dead.Send(requests[0], IngestHost.Cancellation);
        var again = Assert.Single(await host.RequestsAsync(1));
        Assert.Equal((requests[0].Key, 2), (again.Key, again.Attempt));
        // And once more where the consumers were first.
        await Ledger.DeclareAsync([Routine, Urgent, Dead], IngestHost.Cancellation);
    }

    [Fact]
    public async Task AQueueThatHoldsNoMessageOrDoesNotExistIsEmptyAndIsNotMadeByAsking()
    {
        await Ledger.DeclareAsync([Routine, Urgent], IngestHost.Cancellation);
        await Broker.PutAsync(Urgent, IngestHost.Cancellation);

        var empty = await Ledger.EmptyAsync([Dead, Routine, Urgent], IngestHost.Cancellation);

        Assert.Equal([Dead, Routine], empty);
        Assert.Null(await Broker.CountAsync(Dead, IngestHost.Cancellation));
        Assert.Equal(1u, await Broker.CountAsync(Urgent, IngestHost.Cancellation));
    }

    /// <summary>For the relay and the search for what was lost that is an outage like any other; what they do not know of ends the process.</summary>
    [Fact]
    public async Task ABrokerThatFallsSilentIsAway()
    {
        await Task.WhenAll(
            Assert.ThrowsAsync<TimeoutException>(() => BehindAsync((ledger, silence) => ledger.DeclareAsync(Once(silence), IngestHost.Cancellation))),
            Assert.ThrowsAsync<TimeoutException>(() => BehindAsync((ledger, silence) => ledger.EmptyAsync(Once(silence), IngestHost.Cancellation))),
            Assert.ThrowsAsync<BrokerUnreachableException>(() => BehindAsync((ledger, silence) =>
            {
                silence();
                return ledger.EmptyAsync([Routine], IngestHost.Cancellation);
            })));

        async Task BehindAsync(Func<BrokerQueues, Action, Task> ask)
        {
            await using var proxy = new FaultProxy(Broker.Options.Port);
            await ask(new BrokerQueues(Options.Create(Broker.Options with { Port = (ushort)proxy.Port })), () => proxy.Set(Fault.BlackHole));
        }

        // The first queue is asked for when the connection is there.
        static IEnumerable<QueueDefinition> Once(Action silence)
        {
            silence();
            yield return Routine;
        }
    }

    [Fact]
    public async Task ARequestForAQueueThatIsGoneIsPutBackAndSentWhenTheQueueIsDeclaredAgain()
    {
        await using var host = await IngestHost.StartAsync(folder, Broker.Configure, peers: false);
        await host.StoreAsync(new SampleObject());
        await host.UntilAsync(async () => await Broker.CountAsync(Routine, IngestHost.Cancellation) == 1);
        await Broker.DeleteAsync(Routine, IngestHost.Cancellation);

        await host.StoreAsync(new SampleObject());

        await host.UntilAsync(async () =>
        {
            host.Time.Advance(TimeSpan.FromSeconds(1));
            return await Broker.CountAsync(Routine, IngestHost.Cancellation) == 1;
        });
        // The attempt that found no queue is not counted.
        Assert.Equal([1, 1], (await host.RequestRowsAsync()).Select(row => row.Attempts));
    }
}
