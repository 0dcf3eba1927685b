namespace MedCloud.Services.Tests.Ingest;

/// <summary>Some bytes, then many zeros that exist nowhere.</summary>
internal sealed class ConcatenatedStream(byte[] head, long zeros) : Stream
{
    private long position;

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => position; set => throw new NotSupportedException(); }

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int count;
        if (position < head.Length)
        {
            count = Math.Min(buffer.Length, head.Length - (int)position);
            head.AsMemory((int)position, count).CopyTo(buffer);
        }
        else
        {
            count = (int)Math.Min(buffer.Length, head.Length + zeros - position);
            buffer.Span[..count].Clear();
        }

        position += count;
        return new ValueTask<int>(count);
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush() => throw new NotSupportedException();

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
}
