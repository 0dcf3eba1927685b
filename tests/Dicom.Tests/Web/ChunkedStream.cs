using MedCloud.Dicom;

namespace MedCloud.Dicom.Tests.Web;

/// <summary>A forward-only stream that hands out its bytes in chunks of given sizes, in turn, as a network does.</summary>
internal sealed class ChunkedStream(byte[] bytes, params int[] chunks) : ForwardOnlyStream
{
    private int position;
    private int read;

    public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var count = Math.Min(Math.Min(chunks[read++ % chunks.Length], buffer.Length), bytes.Length - position);
        bytes.AsMemory(position, count).CopyTo(buffer);
        position += count;
        return ValueTask.FromResult(count);
    }
}
