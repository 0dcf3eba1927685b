using System.Net;
using System.Net.Sockets;

namespace MedCloud.Tests;

/// <summary>PostgreSQL; user postgres, no password. It flushes each commit to disk, so it may be killed.</summary>
internal sealed class PostgresServer() : TestServer("postgres", ports: 1)
{
    public int Port => Ports[0];

    public string ConnectionString => $"Host=127.0.0.1;Port={Port};Username=postgres";

    /// <summary>While it starts or recovers it takes connections only to refuse them, so the probe asks to sign in (message formats, PostgreSQL documentation 55.7).</summary>
    protected override async Task<bool> IsReadyAsync(CancellationToken cancellationToken)
    {
        using var socket = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            await socket.ConnectAsync(IPAddress.Loopback, Port, cancellationToken);
            await socket.SendAsync(StartupMessage, cancellationToken);
            var answer = new byte[1];
            return await socket.ReceiveAsync(answer, cancellationToken) == 1 && answer[0] == (byte)'R';
        }
        catch (SocketException)
        {
            return false;
        }
    }

    private static byte[] StartupMessage { get; } = [0, 0, 0, 23, 0, 3, 0, 0, .. "user\0postgres\0\0"u8];
}
