using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;

namespace MedCloud.Dicom.Network;

/// <summary>
/// Accepts associations and serves C-ECHO and C-STORE for every storage SOP class of the standard, each in the first proposed transfer syntax that the standard
/// has (PS3.4 annexes A and B). Each association is a flow of its own: one that waits holds up no other.
/// </summary>
/// <param name="options">Where to listen and whom to answer.</param>
/// <param name="store">Takes the instances; called by several associations at a time.</param>
/// <param name="observe">Is told about associations; called by several at a time, and must not throw.</param>
/// <param name="timeProvider">Drives the time-outs.</param>
public sealed class DicomServer(DicomServerOptions options, StoreHandler store, Action<AssociationEvent> observe, TimeProvider timeProvider) : IAsyncDisposable
{
    /// <summary>
    /// Connections beyond the associations allowed: enough to reject their requests in order, few enough to bound what strangers can hold open. Still more wait to be accepted: cut off, their
    /// senders would not know why.
    /// </summary>
    private const int SpareConnections = 50;

    /// <summary>After the A-ABORT of a stop, how long peers get to close before their connections are cut.</summary>
    private static readonly TimeSpan AbortGrace = TimeSpan.FromSeconds(1);

    /// <summary>The wait after an accept that failed, so that a lack of file descriptors does not spin.</summary>
    private static readonly TimeSpan AcceptRetry = TimeSpan.FromMilliseconds(100);

    private readonly ConcurrentDictionary<ServerAssociation, Task> associations = new();
    private readonly CancellationTokenSource stopping = new();
    private readonly AssociationSlots slots = new(options.MaxAssociations);
    private readonly SemaphoreSlim connections = new(options.MaxAssociations + SpareConnections);
    private readonly CancellationTokenSource aborting = new();
    private Socket? listener;
    private Task accepting = Task.CompletedTask;
    private bool disposed;

    /// <summary>The port that is listened on; 0 before the start.</summary>
    public int Port { get; private set; }

    /// <summary>Opens the port and begins to accept.</summary>
    /// <exception cref="SocketException">The port cannot be had.</exception>
    public void Start()
    {
        var socket = new Socket(options.EndPoint.AddressFamily, SocketType.Stream, ProtocolType.Tcp);
        try
        {
            // As web servers do: whoever listens on :: hears IPv4 too.
            if (options.EndPoint.Address.Equals(IPAddress.IPv6Any))
                socket.DualMode = true;
            socket.Bind(options.EndPoint);
            socket.Listen();
        }
        catch (SocketException)
        {
            socket.Dispose();
            throw;
        }
        listener = socket;
        Port = ((IPEndPoint?)socket.LocalEndPoint)?.Port ?? options.EndPoint.Port;
        accepting = AcceptAsync(socket);
    }

    /// <summary>
    /// Stops listening and ends the associations: at once where nothing is under way, else after the present operation, and by A-ABORT where that takes longer than
    /// <paramref name="cancellationToken"/> allows.
    /// </summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        await stopping.CancelAsync().ConfigureAwait(false);
        listener?.Dispose();
        await accepting.ConfigureAwait(false);

        foreach (var association in associations.Keys)
            association.RequestStop();
        var all = Task.WhenAll(associations.Values);
        try
        {
            await all.WaitAsync(cancellationToken).ConfigureAwait(false);
            return;
        }
        catch (OperationCanceledException)
        {
            await aborting.CancelAsync().ConfigureAwait(false);
            foreach (var association in associations.Keys)
                association.RequestAbort();
        }
        try
        {
            await all.WaitAsync(AbortGrace, timeProvider, CancellationToken.None).ConfigureAwait(false);
        }
        catch (TimeoutException)
        {
            foreach (var association in associations.Keys)
                association.RequestAbort();
            await all.ConfigureAwait(false);
        }
    }

    /// <summary>Stops without grace.</summary>
    public async ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref disposed, true))
            return;
        await StopAsync(new CancellationToken(canceled: true)).ConfigureAwait(false);
        stopping.Dispose();
        aborting.Dispose();
        connections.Dispose();
    }

    private async Task AcceptAsync(Socket socket)
    {
        while (!stopping.IsCancellationRequested)
        {
            try
            {
                await connections.WaitAsync(stopping.Token).ConfigureAwait(false);
                Serve(await socket.AcceptAsync(stopping.Token).ConfigureAwait(false));
            }
            catch (Exception exception) when (exception is OperationCanceledException or ObjectDisposedException)
            {
                return;
            }
            catch (SocketException)
            {
                // The connection went away before it was taken, or file descriptors are short: neither ends the server.
                connections.Release();
                await Task.Delay(AcceptRetry, timeProvider, stopping.Token).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            }
        }
    }

    private void Serve(Socket connection)
    {
        var association = new ServerAssociation(connection, options, slots, store, observe, timeProvider, aborting.Token);
        // The flow starts on the pool, so that nothing that a peer sends can hold up the next accept.
        var flow = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        associations[association] = flow.Task;
        _ = Task.Run(async () =>
        {
            try
            {
                await association.RunAsync().ConfigureAwait(false);
            }
            finally
            {
                associations.TryRemove(association, out _);
                connections.Release();
                flow.SetResult();
            }
        });
    }
}
