using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace MedCloud.Dicom;

/// <summary>The pixel data of a data set, frame after frame, as it comes off the stream.</summary>
public sealed class PixelDataStream
{
    private readonly ByteSource source;
    private readonly DataSetParser parser;
    private readonly TransferSyntax syntax;
    private readonly ElementHeader header;
    private readonly ReadOnlyMemory<byte> extendedOffsets;
    private bool read;

    /// <param name="source">At the header of the pixel data.</param>
    /// <param name="parser">Has read that header.</param>
    /// <param name="syntax">Of the data set.</param>
    /// <param name="extendedOffsets">The value of Extended Offset Table (7FE0,0001), empty where it is absent.</param>
    internal PixelDataStream(ByteSource source, DataSetParser parser, TransferSyntax syntax, ReadOnlyMemory<byte> extendedOffsets)
    {
        this.source = source;
        this.parser = parser;
        this.syntax = syntax;
        this.extendedOffsets = extendedOffsets;
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
        var wordSize = !syntax.BigEndian ? 1 : header.Vr == Vr.OW ? Math.Max(2, description.SampleBytes) : description.SampleBytes;
        var bits = description.FrameBits;
        if (syntax.BigEndian && description.NumberOfFrames > 1 && bits % (8 * wordSize) != 0)
            throw parser.Fault("frames that are not whole big endian words");
        // Frames of single bits follow each other without padding: a byte may hold the end of one and the beginning of the next (PS3.5 section 8.1.1).
        var (shared, held) = ((byte)0, 0);
        for (var index = 0; index < description.NumberOfFrames; index++)
        {
            if (left == 0 && held == 0 && index > 0)
                throw parser.Fault("fewer frames than Number of Frames");
            var take = Math.Min((bits - held + 7) / 8, left);
            if (wordSize > 1 && take % wordSize != 0)
                take = Math.Min(take + wordSize - (take % wordSize), left);
            if (take > Array.MaxLength)
                throw parser.Fault("a frame is over 2 GB");
            frame.Clear();
            if (held > 0)
                frame.Append(shared);
            if (!await frame.AppendAsync(source, take, cancellationToken))
                throw parser.Fault("the data ends inside the pixel data");
            ByteOrder.Swap(frame.Span, wordSize);
            left -= take;
            if (frame.Length > 0)
                shared = frame.Span[^1];
            if (held > 0)
                ShiftDown(frame.Span, 8 - held);
            if (bits % 8 != 0)
                held = (int)((((held - bits) % 8) + 8) % 8);
            yield return frame.Memory;
        }
    }

    /// <summary>Moves bits towards the first byte, whose least significant ones fall out.</summary>
    private static void ShiftDown(Span<byte> bytes, int count)
    {
        for (var index = 0; index < bytes.Length; index++)
        {
            var next = index + 1 < bytes.Length ? bytes[index + 1] : 0;
            bytes[index] = (byte)((bytes[index] >> count) | (next << (8 - count)));
        }
    }

    /// <summary>
    /// PS3.5 annex A.4: a single frame is all fragments. Several are found by the extended or the basic offset table; without one a fragment begins a frame if it begins as
    /// the first one does, with a JPEG or JPEG 2000 image, and each does where the first is neither.
    /// </summary>
    private async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadFragmentsAsync(PixelDescription description, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        using var frame = new FrameBuffer();
        // No codec makes an image much larger than it was; what claims to be is not read into memory.
        var longest = Math.Min((2 * description.FrameBytes) + (1024 * 1024), Array.MaxLength);
        var frames = description.NumberOfFrames;
        var starts = await ReadOffsetTablesAsync(frames, cancellationToken);
        var first = source.Position;
        var fragment = await parser.ReadItemTagAsync(long.MaxValue, cancellationToken);
        var marked = await BeginsImageAsync(fragment, cancellationToken);
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
                if (frames == 1)
                    continue;
                if (starts.Length > 0 ? EndsFrame(starts, index, position) : !marked || await BeginsImageAsync(fragment, cancellationToken))
                    break;
            }
            while (fragment is not null);
            yield return frame.Memory;
        }
        if (fragment is not null)
            throw parser.Fault("more fragments than Number of Frames accounts for");
    }

    /// <summary>Whether a fragment begins with the first markers of a JPEG (ITU-T T.81 annex B.2.1) or JPEG 2000 image (ISO/IEC 15444-1 annex A.4.1, A.5.1).</summary>
    private async ValueTask<bool> BeginsImageAsync(uint? length, CancellationToken cancellationToken) =>
        length >= 4 && await source.EnsureAsync(4, cancellationToken) && source.Buffered is [0xFF, 0xD8, 0xFF, ..] or [0xFF, 0x4F, 0xFF, 0x51, ..];

    private bool EndsFrame(long[] starts, int index, long position)
    {
        if (index + 1 == starts.Length)
            return false;
        return position <= starts[index + 1] ? position == starts[index + 1] : throw parser.Fault("the offset table does not meet the fragments");
    }

    /// <summary>Where each frame's first fragment begins, behind the basic offset table; empty if no table says so or there is no need of one.</summary>
    private async ValueTask<long[]> ReadOffsetTablesAsync(int frames, CancellationToken cancellationToken)
    {
        var length = await parser.ReadItemTagAsync(long.MaxValue, cancellationToken) ?? throw parser.Fault("the offset table's item is missing");
        if (length == ElementHeader.Undefined || (frames > 1 && length != 0 && length != 4L * frames))
            throw parser.Fault("the offset table is not one entry per frame");
        if (frames == 1)
            return await source.SkipAsync(length, cancellationToken) ? [] : throw parser.Fault("the data ends inside the offset table");
        var basic = await source.ReadValueAsync((int)length, cancellationToken) ?? throw parser.Fault("the data ends inside the offset table");
        // PS3.3 section C.7.6.3.1.8: with the extended table the basic one is empty.
        if (!extendedOffsets.IsEmpty && (length != 0 || extendedOffsets.Length != 8L * frames))
            throw parser.Fault("the extended offset table is not one entry per frame, or beside another");
        long[] starts = extendedOffsets.IsEmpty ? [.. MemoryMarshal.Cast<byte, uint>(basic)] : [.. MemoryMarshal.Cast<byte, long>(extendedOffsets.Span)];
        return starts is [] or [0, ..] ? starts : throw parser.Fault("the offset table does not meet the fragments");
    }
}
