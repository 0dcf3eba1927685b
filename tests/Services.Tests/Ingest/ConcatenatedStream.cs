using MedCloud.Dicom;

namespace MedCloud.Services.Tests.Ingest;

/// <summary>Some bytes, then many zeros that exist nowhere.</summary>
internal sealed class ConcatenatedStream(byte[] head, long zeros) : ForwardOnlyStream
{
    private long position;

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
}
