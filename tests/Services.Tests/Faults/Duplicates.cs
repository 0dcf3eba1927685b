using MedCloud.Contracts;
using MedCloud.Tests;
using RabbitMQ.Client;
using RabbitMQ.Client.Events;

namespace MedCloud.Services.Tests.Faults;

/// <summary>Copies a share of all messages, so that they come twice, as a broker is allowed to deliver them.</summary>
internal sealed class Duplicates : IAsyncDisposable
{
    private readonly IConnection connection;
    private readonly double share;
    private readonly Random random = new(20261126);
    private int sent;

    private Duplicates(IConnection connection, double share)
    {
        this.connection = connection;
        this.share = share;
    }

    /// <summary>How many messages were sent a second time.</summary>
    public int Sent => sent;

    public static async Task<Duplicates> StartAsync(RabbitMqServer broker, string virtualHost, double share, CancellationToken cancellationToken)
    {
        var factory = new ConnectionFactory { Uri = broker.Amqp, VirtualHost = virtualHost };
        var duplicates = new Duplicates(await factory.CreateConnectionAsync(cancellationToken), share);
        string[] models = ["cxr-lungs", "cxr-pneumonia"];
        foreach (var queue in new[] { Queues.Results, Queues.Ledger }.Concat(models.Select(model => Queues.Analyse(model, stat: false))))
            await duplicates.TapAsync(queue.Name, cancellationToken);
        return duplicates;
    }

    public ValueTask DisposeAsync() => connection.DisposeAsync();

    /// <summary>Listens beside the queue at its exchange, and puts the copies into the queue alone.</summary>
    private async Task TapAsync(string queue, CancellationToken cancellationToken)
    {
        var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
        // A service that is ready may not have declared it yet.
        await channel.ExchangeDeclareAsync(queue, ExchangeType.Fanout, durable: true, cancellationToken: cancellationToken);
        var tap = await channel.QueueDeclareAsync(cancellationToken: cancellationToken);
        await channel.QueueBindAsync(tap.QueueName, queue, "", cancellationToken: cancellationToken);
        var consumer = new AsyncEventingBasicConsumer(channel);
        consumer.ReceivedAsync += async (_, message) =>
        {
            if (random.NextDouble() >= share)
                return;
            await channel.BasicPublishAsync("", queue, mandatory: false, new BasicProperties(message.BasicProperties), message.Body.ToArray(), CancellationToken.None);
            Interlocked.Increment(ref sent);
        };
        await channel.BasicConsumeAsync(tap.QueueName, autoAck: true, consumer, cancellationToken);
    }
}
