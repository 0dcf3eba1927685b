using MedCloud.Contracts;
using MedCloud.Hosting;
using Microsoft.Extensions.Options;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace MedCloud.Ingest.Ledger;

/// <summary>
/// What the ledger asks of the broker beside messages: that the queues of requests exist while no worker does, and which queues hold messages that nobody has taken.
/// Each call has a connection of its own: they are minutes apart.
/// </summary>
internal sealed class BrokerQueues(IOptions<RabbitMqOptions> options)
{
    private static readonly TimeSpan Timeout = TimeSpan.FromSeconds(5);

    /// <summary>Declares exchange, queue and binding of each, as their consumers do.</summary>
    /// <exception cref="BrokerUnreachableException">The broker is away.</exception>
    /// <exception cref="TimeoutException">It does not answer.</exception>
    /// <exception cref="OperationInterruptedException">It refused: one of them exists with other arguments.</exception>
    public Task DeclareAsync(IEnumerable<QueueDefinition> queues, CancellationToken cancellationToken) => AskAsync(async connection =>
    {
        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
        foreach (var queue in queues)
        {
            await channel.ExchangeDeclareAsync(queue.Name, ExchangeType.Fanout, durable: true, autoDelete: false, cancellationToken: cancellationToken);
            await channel.QueueDeclareAsync(
                queue.Name, durable: true, exclusive: false, autoDelete: false, queue.Arguments.ToDictionary(each => each.Key, each => (object?)each.Value), cancellationToken: cancellationToken);
            await channel.QueueBindAsync(queue.Name, queue.Name, "", cancellationToken: cancellationToken);
        }
    }, cancellationToken);

    /// <summary>Those of <paramref name="queues"/> that hold no message which waits to be taken, or that do not exist.</summary>
    /// <exception cref="BrokerUnreachableException">The broker is away.</exception>
    /// <exception cref="TimeoutException">It does not answer.</exception>
    public async Task<IReadOnlyList<QueueDefinition>> EmptyAsync(IEnumerable<QueueDefinition> queues, CancellationToken cancellationToken)
    {
        var empty = new List<QueueDefinition>();
        await AskAsync(async connection =>
        {
            foreach (var queue in queues)
            {
                // The broker closes the channel of a question after a queue that does not exist.
                await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
                try
                {
                    if ((await channel.QueueDeclarePassiveAsync(queue.Name, cancellationToken)).MessageCount == 0)
                        empty.Add(queue);
                }
                catch (OperationInterruptedException e) when (e.ShutdownReason?.ReplyCode == Constants.NotFound)
                {
                    empty.Add(queue);
                }
            }
        }, cancellationToken);
        return empty;
    }

    private async Task AskAsync(Func<IConnection, Task> ask, CancellationToken cancellationToken)
    {
        try
        {
            await using var connection = await ConnectAsync(cancellationToken);
            await ask(connection);
        }
        catch (OperationCanceledException e) when (!cancellationToken.IsCancellationRequested)
        {
            // The client (RabbitMQ.Client 7.2.2) tells an answer that does not come in time like a question that the caller gave up.
            throw new TimeoutException($"The broker does not answer within {Timeout.TotalSeconds} s", e);
        }
    }

    private Task<IConnection> ConnectAsync(CancellationToken cancellationToken)
    {
        var broker = options.Value;
        return new ConnectionFactory
        {
            HostName = broker.Host,
            Port = broker.Port,
            VirtualHost = broker.VirtualHost,
            UserName = broker.Username,
            Password = broker.Password,
            Ssl = new SslOption(broker.Host, enabled: broker.UseTls),
            AutomaticRecoveryEnabled = false,
            RequestedConnectionTimeout = Timeout,
            ContinuationTimeout = Timeout,
        }.CreateConnectionAsync(cancellationToken);
    }
}
