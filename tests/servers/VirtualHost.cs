using System.Net;
using MedCloud.Contracts;
using MedCloud.Hosting;
using RabbitMQ.Client;
using RabbitMQ.Client.Exceptions;

namespace MedCloud.Tests;

/// <summary>A virtual host of a broker, and what an administrator can do to its queues.</summary>
internal sealed class VirtualHost
{
    private readonly RabbitMqServer server;

    private VirtualHost(RabbitMqServer server, string name)
    {
        this.server = server;
        Options = new RabbitMqOptions { Host = server.Amqp.Host, Port = (ushort)server.Amqp.Port, VirtualHost = name, Username = "guest", Password = "guest" };
    }

    public RabbitMqOptions Options { get; }

    public static async Task<VirtualHost> AddAsync(RabbitMqServer server, CancellationToken cancellationToken)
    {
        var added = new VirtualHost(server, $"test-{Guid.NewGuid():n}");
        await server.AddVirtualHostAsync(added.Options.VirtualHost, cancellationToken);
        return added;
    }

    /// <summary>The settings of an Ingest that is to use it.</summary>
    public void Configure(Dictionary<string, string?> settings)
    {
        settings["MedCloud:RabbitMq:Host"] = Options.Host;
        settings["MedCloud:RabbitMq:Port"] = $"{Options.Port}";
        settings["MedCloud:RabbitMq:VirtualHost"] = Options.VirtualHost;
        settings["MedCloud:RabbitMq:Username"] = Options.Username;
        settings["MedCloud:RabbitMq:Password"] = Options.Password;
        // However far a test moves the clock: what it sees sent again was not found to be lost.
        settings["MedCloud:Ledger:LostAfter"] = "1.00:00:00";
    }

    /// <summary>How many messages of a queue wait to be taken; null: there is no such queue.</summary>
    public async Task<uint?> CountAsync(QueueDefinition queue, CancellationToken cancellationToken)
    {
        await using var connection = await ConnectAsync(cancellationToken);
        await using var channel = await connection.CreateChannelAsync(cancellationToken: cancellationToken);
        try
        {
            return (await channel.QueueDeclarePassiveAsync(queue.Name, cancellationToken)).MessageCount;
        }
        catch (OperationInterruptedException e) when (e.ShutdownReason?.ReplyCode == (ushort)HttpStatusCode.NotFound)
        {
            return null;
        }
    }

    /// <summary>Puts a message into a queue and returns when the broker has it.</summary>
    public async Task PutAsync(QueueDefinition queue, CancellationToken cancellationToken)
    {
        await using var connection = await ConnectAsync(cancellationToken);
        await using var channel = await connection.CreateChannelAsync(
            new CreateChannelOptions(publisherConfirmationsEnabled: true, publisherConfirmationTrackingEnabled: true), cancellationToken);
        await channel.BasicPublishAsync("", queue.Name, mandatory: true, new byte[] { 0 }, cancellationToken);
    }

    public async Task DeleteAsync(QueueDefinition queue, CancellationToken cancellationToken)
    {
        using var management = server.Management();
        using var deleted = await management.DeleteAsync(new Uri($"queues/{Options.VirtualHost}/{queue.Name}", UriKind.Relative), cancellationToken);
        deleted.EnsureSuccessStatusCode();
    }

    private Task<IConnection> ConnectAsync(CancellationToken cancellationToken) => new ConnectionFactory
    {
        HostName = Options.Host,
        Port = Options.Port,
        VirtualHost = Options.VirtualHost,
        UserName = Options.Username,
        Password = Options.Password,
    }.CreateConnectionAsync(cancellationToken);
}
