using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace MedCloud.Dicom;

/// <summary>The pixel data of a data set, frame after frame, as it comes off the stream.</summary>
public sealed class PixelDataStream
{
    private readonly ByteSource source;
    private readonly DataSetParser parser;
    private readonly TransferSyntax syntax;
    private readonly ElementHeader header;
    private bool read;

    internal PixelDataStream(ByteSource source, DataSetParser parser, TransferSyntax syntax)
    {
        this.source = source;
        this.parser = parser;
        this.syntax = syntax;
        header = parser.Header;
        source.Advance(header.Size);
    }

    /// <summary>
    /// The frames in order, once; still encoded, and native ones little endian. The memory holds until the next step; only one frame is in memory. A native
    /// frame is short where the pixel data is.
    /// </summary>
    /// <exception cref="DicomFormatException">The pixel data is damaged or cut short, or has another number of frames than the description.</exception>
    public IAsyncEnumerable<ReadOnlyMemory<byte>> ReadFramesAsync(PixelDescription description, CancellationToken cancellationToken)
    {
        if (read)
            throw new InvalidOperationException("the frames have been read");
        read = true;
        var undefined = header.Length == ElementHeader.Undefined;
        if (undefined != syntax.Encapsulated)
            throw parser.Fault(undefined ? "fragments where the transfer syntax asks for native pixels" : "native pixels where the transfer syntax asks for fragments");
        return undefined ? ReadFragmentsAsync(description, cancellationToken) : ReadNativeAsync(description, cancellationToken);
    }

    private async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadNativeAsync(PixelDescription description, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var frame = new FrameBuffer();
        var left = (long)header.Length;
        // Big endian data of VR OW is made of 16-bit words even where a sample is a byte (PS3.5 section 8.1.1, annex A.3).
        var wordSize = !syntax.BigEndian ? 1 : header.Vr == Vr.OW ? 2 : description.BitsAllocated / 8;
        var stride = description.FrameBytes;
        if (wordSize == 2 && stride % 2 == 1)
            stride = description.NumberOfFrames == 1 ? stride + 1 : throw parser.Fault("frames of odd length in big endian words");
        for (var index = 0; index < description.NumberOfFrames; index++)
        {
            if (left == 0 && index > 0)
                throw parser.Fault("fewer frames than Number of Frames");
            var take = Math.Min(stride, left);
            if (take > Array.MaxLength)
                throw parser.Fault("a frame is over 2 GB");
            frame.Clear();
            if (!await frame.AppendAsync(source, take, cancellationToken))
                throw parser.Fault("the data ends inside the pixel data");
            ByteOrder.Swap(frame.Span, wordSize);
            left -= take;
            yield return frame.Memory;
        }
    }

    /// <summary>
    /// PS3.5 annex A.4: a single frame is all fragments; several are found by the basic offset table, and without one each fragment is a frame.
    /// </summary>
    private async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadFragmentsAsync(PixelDescription description, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var frame = new FrameBuffer();
        // No codec makes an image much larger than it was; what claims to be is not read into memory.
        var longest = Math.Min((2 * description.FrameBytes) + (1024 * 1024), Array.MaxLength);
        var frames = description.NumberOfFrames;
        var starts = await ReadOffsetTableAsync(frames, cancellationToken);
        var first = source.Position;
        var fragment = await parser.ReadItemTagAsync(long.MaxValue, cancellationToken);
        for (var index = 0; index < frames; index++)
        {
            if (fragment is null)
                throw parser.Fault("fewer frames than Number of Frames");
            frame.Clear();
            do
            {
                if (fragment == ElementHeader.Undefined)
                    throw parser.Fault("a fragment of the pixel data has no length");
                if (fragment > longest - frame.Length)
                    throw parser.Fault("an encoded frame is far longer than its pixels");
                if (!await frame.AppendAsync(source, fragment.Value, cancellationToken))
                    throw parser.Fault("the data ends inside a fragment of the pixel data");
                var position = source.Position - first;
                fragment = await parser.ReadItemTagAsync(long.MaxValue, cancellationToken);
                if (frames > 1 && EndsFrame(starts, index, position))
                    break;
            }
            while (fragment is not null);
            yield return frame.Memory;
        }
        if (fragment is not null)
            throw parser.Fault("more fragments than Number of Frames accounts for");
    }

    private bool EndsFrame(uint[] starts, int index, long position)
    {
        if (starts.Length == 0)
            return true;
        if (index + 1 == starts.Length)
            return false;
        return position <= starts[index + 1] ? position == starts[index + 1] : throw parser.Fault("the offset table does not meet the fragments");
    }

    /// <summary>Where each frame's first fragment begins, behind the table; empty if there is no table or no need of one.</summary>
    private async ValueTask<uint[]> ReadOffsetTableAsync(int frames, CancellationToken cancellationToken)
    {
        var length = await parser.ReadItemTagAsync(long.MaxValue, cancellationToken) ?? throw parser.Fault("the offset table's item is missing");
        if (length == ElementHeader.Undefined || (frames > 1 && length != 0 && length != 4L * frames))
            throw parser.Fault("the offset table is not one entry per frame");
        if (frames == 1)
        {
            return await source.SkipAsync(length, cancellationToken) ? [] : throw parser.Fault("the data ends inside the offset table");
        }
        var bytes = await source.ReadValueAsync((int)length, cancellationToken) ?? throw parser.Fault("the data ends inside the offset table");
        var starts = new uint[bytes.Length / 4];
        for (var index = 0; index < starts.Length; index++)
            starts[index] = BinaryPrimitives.ReadUInt32LittleEndian(bytes.AsSpan(4 * index));
        return starts;
    }
}
