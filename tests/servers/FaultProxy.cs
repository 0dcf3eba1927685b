using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace MedCloud.Tests;

/// <summary>What becomes of the bytes that pass a <see cref="FaultProxy"/>.</summary>
public enum Fault
{
    /// <summary>They pass.</summary>
    None,

    /// <summary>They pass later.</summary>
    Latency,

    /// <summary>Connections are accepted and reset, and open ones are reset.</summary>
    Reset,

    /// <summary>Connections stay open and are accepted; no byte passes.</summary>
    BlackHole,

    /// <summary>What the client sends arrives; no answer does.</summary>
    HalfOpen,
}

/// <summary>A TCP connection with faults that can be switched on and off, between a service and what it depends on.</summary>
internal sealed class FaultProxy : IAsyncDisposable
{
    private readonly TcpListener listener = new(IPAddress.Loopback, 0);
    private readonly IPEndPoint target;
    private readonly TimeSpan latency;
    private readonly ConcurrentDictionary<Socket, byte> open = [];
    private readonly CancellationTokenSource stopping = new();
    private readonly Task accepting;
    private volatile TaskCompletionSource changed = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private volatile Fault fault;

    /// <summary>Listens on a free port, and passes to <paramref name="targetPort"/>.</summary>
    public FaultProxy(int targetPort, TimeSpan? latency = null)
    {
        target = new IPEndPoint(IPAddress.Loopback, targetPort);
        this.latency = latency ?? TimeSpan.FromMilliseconds(100);
        listener.Start();
        accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)listener.LocalEndpoint).Port;

    /// <summary>Changes what happens to open connections and to those that come.</summary>
    public void Set(Fault next)
    {
        fault = next;
        Interlocked.Exchange(ref changed, new(TaskCreationOptions.RunContinuationsAsynchronously)).SetResult();
        if (next != Fault.Reset)
            return;
        foreach (var socket in open.Keys)
            Abort(socket);
    }

    public async ValueTask DisposeAsync()
    {
        await stopping.CancelAsync();
        listener.Stop();
        foreach (var socket in open.Keys)
            Abort(socket);
        await accepting;
        listener.Dispose();
        stopping.Dispose();
    }

    private static void Abort(Socket socket)
    {
        try
        {
            socket.LingerState = new LingerOption(true, 0);
            socket.Close();
        }
        catch (Exception e) when (e is SocketException or ObjectDisposedException)
        {
            // Closed already.
        }
    }

    private async Task AcceptAsync()
    {
        var connections = new List<Task>();
        try
        {
            while (true)
                connections.Add(ServeAsync(await listener.AcceptSocketAsync(stopping.Token)));
        }
        catch (Exception e) when (e is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            // Stopped.
        }

        await Task.WhenAll(connections);
    }

    private async Task ServeAsync(Socket client)
    {
        open.TryAdd(client, 0);
        if (fault == Fault.Reset)
        {
            Abort(client);
            return;
        }

        using var server = new Socket(SocketType.Stream, ProtocolType.Tcp) { NoDelay = true };
        open.TryAdd(server, 0);
        client.NoDelay = true;
        try
        {
            await server.ConnectAsync(target, stopping.Token);
            await Task.WhenAny(PassAsync(client, server, answers: false), PassAsync(server, client, answers: true));
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // The target is away.
        }

        Abort(client);
        Abort(server);
        open.TryRemove(client, out _);
        open.TryRemove(server, out _);
    }

    private async Task PassAsync(Socket from, Socket to, bool answers)
    {
        var buffer = new byte[64 * 1024];
        try
        {
            while (await from.ReceiveAsync(buffer, stopping.Token) is > 0 and var received)
            {
                while (fault == Fault.BlackHole || (fault == Fault.HalfOpen && answers))
                    await changed.Task.WaitAsync(stopping.Token);
                if (fault == Fault.Latency)
                    await Outage.LastsAsync(latency, stopping.Token);
                await to.SendAsync(buffer.AsMemory(0, received), stopping.Token);
            }
        }
        catch (Exception e) when (e is SocketException or OperationCanceledException or ObjectDisposedException)
        {
            // One side has gone.
        }
    }
}
