using System.Buffers;

namespace MedCloud.Dicom;

/// <summary>
/// A forward-only stream behind a pooled buffer: what is in the buffer is read without awaiting, and nothing is allocated for a length that the stream has
/// not shown to hold. Does not own the stream.
/// </summary>
internal sealed class ByteSource(Stream stream) : IDisposable
{
    private const int Capacity = 64 * 1024;

    private byte[]? buffer = ArrayPool<byte>.Shared.Rent(Capacity);
    private int start;
    private int end;

    /// <summary>Bytes handed out so far.</summary>
    public long Position { get; private set; }

    /// <summary>Bytes that can be looked at without waiting.</summary>
    public ReadOnlySpan<byte> Buffered => Buffer.AsSpan(start, end - start);

    private byte[] Buffer => buffer ?? throw new ObjectDisposedException(nameof(ByteSource));

    /// <summary>Takes bytes off the front of <see cref="Buffered"/>.</summary>
    public void Advance(int count)
    {
        start += count;
        Position += count;
    }

    /// <summary>Sees to <paramref name="count"/> buffered bytes (at most 4096); false if the stream ends before.</summary>
    public ValueTask<bool> EnsureAsync(int count, CancellationToken cancellationToken) =>
        end - start >= count ? new ValueTask<bool>(true) : FillAsync(count, cancellationToken);

    /// <summary>Fills <paramref name="destination"/>; returns fewer bytes than it holds only where the stream ends.</summary>
    public async ValueTask<int> ReadAsync(Memory<byte> destination, CancellationToken cancellationToken)
    {
        var done = Math.Min(destination.Length, end - start);
        Buffer.AsSpan(start, done).CopyTo(destination.Span);
        Advance(done);
        while (done < destination.Length)
        {
            var read = await stream.ReadAsync(destination[done..], cancellationToken);
            if (read == 0)
                break;
            Position += read;
            done += read;
        }
        return done;
    }

    /// <summary>
    /// Reads a value of the length that the element claims, growing as the bytes arrive; null if the stream ends before.
    /// </summary>
    public async ValueTask<byte[]?> ReadValueAsync(int length, CancellationToken cancellationToken)
    {
        var value = new byte[Math.Min(length, Capacity)];
        var filled = 0;
        while (true)
        {
            filled += await ReadAsync(value.AsMemory(filled), cancellationToken);
            if (filled == length)
                return value;
            if (filled < value.Length)
                return null;
            Array.Resize(ref value, (int)Math.Min(length, 2L * value.Length));
        }
    }

    /// <summary>Reads and drops; false if the stream ends before.</summary>
    public async ValueTask<bool> SkipAsync(long count, CancellationToken cancellationToken)
    {
        while (true)
        {
            var now = (int)Math.Min(count, end - start);
            Advance(now);
            count -= now;
            if (count == 0)
                return true;
            if (!await FillAsync(1, cancellationToken))
                return false;
        }
    }

    /// <summary>Reads and drops everything.</summary>
    public async ValueTask DrainAsync(CancellationToken cancellationToken)
    {
        do
        {
            Advance(end - start);
        }
        while (await FillAsync(1, cancellationToken));
    }

    public void Dispose()
    {
        if (buffer is null)
            return;
        ArrayPool<byte>.Shared.Return(buffer);
        buffer = null;
    }

    private async ValueTask<bool> FillAsync(int count, CancellationToken cancellationToken)
    {
        if (start > 0)
        {
            Buffer.AsSpan(start, end - start).CopyTo(Buffer);
            end -= start;
            start = 0;
        }
        while (end < count)
        {
            var read = await stream.ReadAsync(Buffer.AsMemory(end), cancellationToken);
            if (read == 0)
                return false;
            end += read;
        }
        return true;
    }
}
