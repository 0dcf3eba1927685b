using MedCloud.Hosting;

namespace MedCloud.Ingest.DicomWeb;

/// <summary>
/// The body of a Store request, bounded in bytes and in how long it may pause. Every fault of the sender or its connection is one
/// <see cref="RequestBodyException"/>, thrown again by each later read: whoever reads a part cannot take it for a fault of the disk and go on.
/// </summary>
internal sealed class RequestBody(Stream body, long maxBytes, TimeSpan idleTimeout, TimeProvider time) : Stream
{
    private readonly CancellationTokenSource _idle = new(Timeout.InfiniteTimeSpan, time);
    private RequestBodyException? _fault;
    private long _bytes;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position
    {
        get => throw new NotSupportedException();
        set => throw new NotSupportedException();
    }

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

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException("read it asynchronously");

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

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
