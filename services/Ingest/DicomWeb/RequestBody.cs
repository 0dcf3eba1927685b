using MedCloud.Dicom;
using MedCloud.Hosting;

namespace MedCloud.Ingest.DicomWeb;

/// <summary>
/// The body of a Store request, bounded in bytes and in how long it may pause. Every fault of the sender or its connection is one
/// <see cref="RequestBodyException"/>, thrown again by each later read: whoever reads a part cannot take it for a fault of the disk and go on.
/// </summary>
internal sealed class RequestBody(Stream body, long maxBytes, TimeSpan idleTimeout, TimeProvider time) : ForwardOnlyStream
{
    private readonly CancellationTokenSource _idle = new(Timeout.InfiniteTimeSpan, time);
    private RequestBodyException? _fault;
    private long _bytes;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_fault is not null)
            throw _fault;
        try
        {
            _idle.CancelAfter(idleTimeout);
            int read;
            await using (cancellationToken.UnsafeRegister(static idle => ((CancellationTokenSource)idle!).Cancel(), _idle))
                read = await body.ReadAsync(buffer, _idle.Token);
            _idle.CancelAfter(Timeout.InfiniteTimeSpan);
            _bytes += read;
            if (_bytes <= maxBytes)
                return read;
            _fault = new RequestBodyException(ErrorCode.TooLarge, $"The request is larger than {maxBytes} bytes.");
        }
        catch (OperationCanceledException) when (_idle.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
        {
            _fault = new RequestBodyException(ErrorCode.TimedOut, $"Nothing was received for {idleTimeout.TotalSeconds} s.");
        }
        catch (IOException)
        {
            _fault = new RequestBodyException(ErrorCode.InvalidArgument, "The request body is malformed or ended early.");
        }
        throw _fault;
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            _idle.Dispose();
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
