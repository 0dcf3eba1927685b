using System.Buffers;

namespace MedCloud.Dicom;

/// <summary>The encoded bytes of one frame in pooled memory that grows as they arrive, not as a length promises.</summary>
internal sealed class FrameBuffer : IDisposable
{
    private const int FirstCapacity = 1024 * 1024;

    private byte[] bytes = [];

    public int Length { get; private set; }

    public ReadOnlyMemory<byte> Memory => bytes.AsMemory(0, Length);

    /// <summary>The same bytes, to turn their order round.</summary>
    public Span<byte> Span => bytes.AsSpan(0, Length);

    public void Clear() => Length = 0;

    /// <summary>Adds a byte.</summary>
    public void Append(byte value)
    {
        if (Length == bytes.Length)
            Grow(Length + 1L);
        bytes[Length++] = value;
    }

    /// <summary>Adds bytes from the source; false if it ends before.</summary>
    public async ValueTask<bool> AppendAsync(ByteSource source, long count, CancellationToken cancellationToken)
    {
        var wanted = Length + count;
        while (Length < wanted)
        {
            if (Length == bytes.Length)
                Grow(wanted);
            var part = bytes.AsMemory(Length, (int)Math.Min(bytes.Length, wanted) - Length);
            var read = await source.ReadAsync(part, cancellationToken);
            Length += read;
            if (read < part.Length)
                return false;
        }
        return true;
    }

    public void Dispose()
    {
        if (bytes.Length > 0)
            ArrayPool<byte>.Shared.Return(bytes);
        bytes = [];
        Length = 0;
    }

    private void Grow(long wanted)
    {
        var larger = ArrayPool<byte>.Shared.Rent((int)Math.Min(wanted, Math.Max(FirstCapacity, 2L * bytes.Length)));
        Span.CopyTo(larger);
        if (bytes.Length > 0)
            ArrayPool<byte>.Shared.Return(bytes);
        bytes = larger;
    }
}
