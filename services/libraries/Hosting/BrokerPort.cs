using System.Net.Sockets;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace MedCloud.Hosting;

/// <summary>
/// Where the broker answers. MassTransit (8.5) waits longer after each attempt to connect that failed, up to 30 s, and so long it would be idle after the broker's return;
/// looking whether the port is open costs nothing, so no attempt is made before it is.
/// </summary>
internal sealed partial class BrokerPort(RabbitMqOptions broker, IHostApplicationLifetime lifetime, ILogger<BrokerPort> logger)
{
    private static readonly TimeSpan BetweenLooks = TimeSpan.FromMilliseconds(250);
    private static readonly TimeSpan AnswersWithin = TimeSpan.FromSeconds(5);

    // About every half minute, while connections are refused at once.
    private const int LooksBetweenLogs = 120;

    /// <summary>Returns when the port takes a connection, or the process is to end.</summary>
    public async Task WaitAsync()
    {
        using var timer = new PeriodicTimer(BetweenLooks);
        try
        {
            for (var look = 0; await RefusalAsync(lifetime.ApplicationStopping) is { } reason; look++)
            {
                if (look % LooksBetweenLogs == 0)
                    LogAway(logger, broker.Host, broker.Port, reason);
                await timer.WaitForNextTickAsync(lifetime.ApplicationStopping);
            }
        }
        catch (OperationCanceledException)
        {
            // Nobody waits for the broker any more.
        }
    }

    /// <summary>Why it takes no connection; null if it does.</summary>
    private async Task<string?> RefusalAsync(CancellationToken stopping)
    {
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(stopping);
        limit.CancelAfter(AnswersWithin);
        using var connection = new TcpClient();
        try
        {
            await connection.ConnectAsync(broker.Host, broker.Port, limit.Token);
            return null;
        }
        catch (SocketException e)
        {
            return e.Message;
        }
        catch (OperationCanceledException) when (!stopping.IsCancellationRequested)
        {
            return $"no answer within {AnswersWithin.TotalSeconds} s";
        }
    }

    [LoggerMessage(5010, LogLevel.Warning, "The broker {Host}:{Port} takes no connection: {Reason}", EventName = "hosting.broker.away")]
    private static partial void LogAway(ILogger logger, string host, int port, string reason);
}
