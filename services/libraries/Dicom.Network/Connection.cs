using System.Buffers;
using System.IO.Pipelines;
using System.Net.Sockets;

namespace MedCloud.Dicom.Network;

/// <summary>What a wait for bytes ended with.</summary>
internal enum Arrival
{
    /// <summary>As many bytes as wanted are in <see cref="Connection.Buffer"/>.</summary>
    Bytes,

    /// <summary>The peer has closed or reset the connection.</summary>
    Closed,

    /// <summary>The timer expired or somebody called <see cref="Connection.Interrupt"/>; the caller knows why.</summary>
    Interrupted,
}

/// <summary>
/// The transport of one association: a socket read through a pipe, written directly, and one timer. Used by one flow of control; only <see cref="Interrupt"/>
/// may be called from another.
/// </summary>
/// <remarks>
/// The timer is either ARTIM, which the state machine starts and stops, or the idle timer, which runs only while a read or write waits for the peer. A read
/// that waits too long is interrupted and the connection stays usable; a write cannot be taken back, so there the socket is closed.
/// </remarks>
internal sealed class Connection : IDisposable
{
    private readonly Socket socket;
    private readonly NetworkStream stream;
    private readonly PipeReader input;
    private readonly ITimer timer;
    private readonly TimeSpan idleTimeout;
    private bool artimRuns;
    private volatile bool sending;
    private volatile bool expired;

    public Connection(Socket socket, TimeSpan idleTimeout, TimeProvider timeProvider)
    {
        // One write is one message: nothing is gained by holding it back (44 ms for each C-STORE otherwise).
        socket.NoDelay = true;
        this.socket = socket;
        this.idleTimeout = idleTimeout;
        stream = new NetworkStream(socket, ownsSocket: true);
        input = PipeReader.Create(stream, new StreamPipeReaderOptions(bufferSize: PduLimits.MaxDataLength, minimumReadSize: PduLimits.MaxDataLength / 4, leaveOpen: true));
        timer = timeProvider.CreateTimer(_ => OnTimer(), null, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>What has arrived and was not consumed; valid after <see cref="Arrival.Bytes"/> until <see cref="Consume"/>.</summary>
    public ReadOnlySequence<byte> Buffer { get; private set; }

    /// <summary>Whether the timer expired since this was last asked.</summary>
    public bool TakeExpired()
    {
        var taken = expired;
        expired = false;
        return taken;
    }

    /// <summary>Waits until <paramref name="count"/> bytes are buffered.</summary>
    public async ValueTask<Arrival> WaitAsync(int count, CancellationToken cancellationToken)
    {
        try
        {
            var pending = input.ReadAtLeastAsync(count, cancellationToken);
            var waits = !pending.IsCompleted && !artimRuns;
            if (waits)
                timer.Change(idleTimeout, Timeout.InfiniteTimeSpan);
            var result = await pending.ConfigureAwait(false);
            if (waits)
                timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            Buffer = result.Buffer;
            if (!result.IsCanceled && Buffer.Length >= count)
                return Arrival.Bytes;
            input.AdvanceTo(Buffer.Start);
            return result.IsCanceled ? Arrival.Interrupted : Arrival.Closed;
        }
        catch (IOException)
        {
            return Arrival.Closed;
        }
    }

    /// <summary>Drops the first <paramref name="count"/> bytes of <see cref="Buffer"/>.</summary>
    public void Consume(long count) => input.AdvanceTo(Buffer.GetPosition(count));

    /// <summary>Writes all bytes; false if the connection is closed, or was because the peer took too long to read.</summary>
    public async ValueTask<bool> SendAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        try
        {
            sending = true;
            var pending = stream.WriteAsync(bytes, cancellationToken);
            var waits = !pending.IsCompleted && !artimRuns;
            if (waits)
                timer.Change(idleTimeout, Timeout.InfiniteTimeSpan);
            await pending.ConfigureAwait(false);
            if (waits)
                timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            return true;
        }
        catch (Exception exception) when (exception is IOException or ObjectDisposedException)
        {
            return false;
        }
        catch (OperationCanceledException)
        {
            // Part of the PDU may be out: nothing that makes sense can follow it.
            socket.Dispose();
            throw;
        }
        finally
        {
            sending = false;
        }
    }

    /// <summary>Starts or restarts ARTIM (PS3.8 9.1.4).</summary>
    public void StartArtim(TimeSpan artim)
    {
        artimRuns = true;
        expired = false;
        timer.Change(artim, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Stops ARTIM, if it runs.</summary>
    public void StopArtim()
    {
        artimRuns = false;
        expired = false;
        timer.Change(Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
    }

    /// <summary>Ends the present or the next wait for bytes with <see cref="Arrival.Interrupted"/>. With <paramref name="writesToo"/> a write that waits is ended by closing the connection.</summary>
    public void Interrupt(bool writesToo)
    {
        input.CancelPendingRead();
        if (writesToo && sending)
            socket.Dispose();
    }

    /// <summary>Closes the transport connection.</summary>
    public void Dispose()
    {
        timer.Dispose();
        input.Complete();
        stream.Dispose();
    }

    private void OnTimer()
    {
        expired = true;
        Interrupt(writesToo: true);
    }
}
