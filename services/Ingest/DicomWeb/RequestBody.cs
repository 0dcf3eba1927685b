using MedCloud.Dicom;
using MedCloud.Hosting;

namespace MedCloud.Ingest.DicomWeb;

/// <summary>
/// The body of a Store request, bounded in bytes and in how long it may pause. Every fault of the sender or its connection is one
/// <see cref="RequestBodyException"/>, thrown again by each later read: whoever reads a part cannot take it for a fault of the disk and go on.
/// </summary>
internal sealed class RequestBody(Stream body, long maxBytes, TimeSpan idleTimeout, TimeProvider time) : ForwardOnlyStream
{
    private readonly CancellationTokenSource idleTimer = new(Timeout.InfiniteTimeSpan, time);
    private RequestBodyException? fault;
    private long bytes;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (fault is not null)
            throw fault;
        try
        {
            cancellationToken.ThrowIfCancellationRequested();
            var pending = body.ReadAsync(buffer, idleTimer.Token);
            // The web server hands out what it has in small pieces: only a read that waits is worth a timer.
            var waits = !pending.IsCompleted;
            if (waits)
                idleTimer.CancelAfter(idleTimeout);
            int read;
            await using (waits ? cancellationToken.UnsafeRegister(static idle => ((CancellationTokenSource)idle!).Cancel(), idleTimer) : default)
                read = await pending;
            if (waits)
                idleTimer.CancelAfter(Timeout.InfiniteTimeSpan);
            bytes += read;
            if (bytes <= maxBytes)
                return read;
            fault = new RequestBodyException(ErrorCode.TooLarge, $"The request is larger than {maxBytes} bytes.");
        }
        catch (OperationCanceledException) when (idleTimer.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            fault = new RequestBodyException(ErrorCode.TimedOut, $"Nothing was received for {idleTimeout.TotalSeconds} s.");
        }
        catch (IOException)
        {
            fault = new RequestBodyException(ErrorCode.InvalidArgument, "The request body is malformed or ended early.");
        }
        throw fault;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            idleTimer.Dispose();
        base.Dispose(disposing);
    }
}

/// <summary>The body of a request cannot be read on.</summary>
/// <param name="code">What the request is answered with, if the connection is still there.</param>
/// <param name="sentence">Why.</param>
internal sealed class RequestBodyException(ErrorCode code, string sentence) : Exception(sentence)
{
    public ErrorCode Code => code;
}
