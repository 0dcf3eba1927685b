using Azure;
using Azure.Identity;

namespace MedCloud.Storage;

/// <summary>
/// Reads a blob by ranges from any position, holding one of them. What the service or the connection does wrong is an <see cref="IOException"/>, as with a file.
/// </summary>
internal sealed class AzureBlobReader(Stream blob) : Stream
{
    public override bool CanRead => true;

    public override bool CanSeek => true;

    public override bool CanWrite => false;

    public override long Length => blob.Length;

    public override long Position { get => blob.Position; set => blob.Position = value; }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        try
        {
            return await blob.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
        }
        catch (Exception e) when (IsFailure(e) || (e is OperationCanceledException && !cancellationToken.IsCancellationRequested))
        {
            throw Failure(e);
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count)
    {
        try
        {
            return blob.Read(buffer, offset, count);
        }
        catch (Exception e) when (IsFailure(e) || e is OperationCanceledException)
        {
            throw Failure(e);
        }
    }

    public override long Seek(long offset, SeekOrigin origin) => blob.Seek(offset, origin);

    public override void Flush()
    {
    }

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override async ValueTask DisposeAsync()
    {
        await blob.DisposeAsync().ConfigureAwait(false);
        await base.DisposeAsync().ConfigureAwait(false);
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            blob.Dispose();
        base.Dispose(disposing);
    }

    private static bool IsFailure(Exception e) => e is RequestFailedException or AuthenticationFailedException or AggregateException;

    private static IOException Failure(Exception e) => new("The blob cannot be read.", e);
}
