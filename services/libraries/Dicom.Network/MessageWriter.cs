using System.Buffers;

namespace MedCloud.Dicom.Network;

/// <summary>Cuts messages into P-DATA-TF PDUs that the peer takes (PS3.8 annex E).</summary>
internal sealed class MessageWriter(UpperLayer upper, int maxDataLength)
{
    private const int HeadersLength = PduLimits.HeaderLength + PduLimits.PdvHeaderLength;

    /// <summary>Bytes of one fragment; even, so that every fragment but the last is (PS3.8 annex E.2).</summary>
    private readonly int fragmentLength = (maxDataLength - PduLimits.PdvHeaderLength) & ~1;

    /// <summary>Sends a message without a data set, in one write.</summary>
    public async ValueTask SendAsync(AcceptedContext context, DataSet command, CancellationToken cancellationToken)
    {
        var bytes = Command.Encode(command);
        var pdus = new byte[LengthWithHeaders(bytes)];
        Write(pdus, context.Id, bytes);
        await upper.SendAsync(pdus, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Sends a command and its data set. The command goes out together with the first fragment.</summary>
    public async ValueTask SendAsync(AcceptedContext context, DataSet command, Stream dataSet, CancellationToken cancellationToken)
    {
        var bytes = Command.Encode(command);
        var first = LengthWithHeaders(bytes);
        var buffer = ArrayPool<byte>.Shared.Rent(first + HeadersLength + fragmentLength + 1);
        try
        {
            var start = Write(buffer, context.Id, bytes);
            var carried = 0;
            while (true)
            {
                // One byte more than fits tells whether this fragment is the last.
                var body = start + HeadersLength;
                var wanted = fragmentLength + 1 - carried;
                var read = await dataSet.ReadAtLeastAsync(buffer.AsMemory(body + carried, wanted), wanted, throwOnEndOfStream: false, cancellationToken).ConfigureAwait(false);
                var last = read < wanted;
                var length = last ? carried + read : fragmentLength;
                PduWriter.WriteDataHeader(buffer.AsSpan(start), context.Id, command: false, last, length);
                await upper.SendAsync(buffer.AsMemory(0, body + length), cancellationToken).ConfigureAwait(false);
                if (last)
                    return;
                buffer[HeadersLength] = buffer[body + length];
                (start, carried) = (0, 1);
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    private int LengthWithHeaders(byte[] command) => command.Length + HeadersLength * ((command.Length + fragmentLength - 1) / fragmentLength);

    private int Write(Span<byte> destination, byte contextId, ReadOnlySpan<byte> command)
    {
        var written = 0;
        while (!command.IsEmpty)
        {
            var fragment = command[..Math.Min(command.Length, fragmentLength)];
            command = command[fragment.Length..];
            written += PduWriter.WriteDataHeader(destination[written..], contextId, command: true, last: command.IsEmpty, fragment.Length);
            fragment.CopyTo(destination[written..]);
            written += fragment.Length;
        }
        return written;
    }
}
