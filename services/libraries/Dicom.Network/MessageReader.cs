using System.Buffers;
using System.Buffers.Binary;

namespace MedCloud.Dicom.Network;

/// <summary>Puts the fragments of P-DATA-TF PDUs together to messages (PS3.8 annex E): commands as a whole, data sets as they arrive.</summary>
internal sealed class MessageReader(UpperLayer upper, AcceptedContexts contexts)
{
    private readonly byte[] header = new byte[PduLimits.PdvHeaderLength];
    private readonly byte[] command = new byte[PduLimits.MaxCommandLength];
    private byte contextId;
    private bool isCommand;
    private bool isLast;
    private int remaining;
    private bool dataSetEnded = true;

    /// <summary>The next command; null when the peer asks for release instead.</summary>
    /// <exception cref="AssociationEndedException">The association ended, or was ended here because of what came.</exception>
    public async ValueTask<Command?> ReadCommandAsync(CancellationToken cancellationToken)
    {
        var length = 0;
        byte? first = null;
        do
        {
            if (!await NextFragmentAsync(cancellationToken).ConfigureAwait(false))
                return first is null ? null : throw await upper.RefuseMessageAsync("release within a command").ConfigureAwait(false);
            if (!isCommand || contextId != (first ??= contextId))
                throw await upper.RefusePduAsync(AbortReason.UnexpectedParameter, "a fragment of another message within a command").ConfigureAwait(false);
            if (length + remaining > command.Length)
                throw await upper.RefuseMessageAsync("a command set over the limit").ConfigureAwait(false);
            while (remaining > 0)
                length += await ReadFragmentAsync(command.AsMemory(length, remaining), cancellationToken).ConfigureAwait(false);
        }
        while (!isLast);

        var context = contexts.Find(contextId) ?? throw new InvalidOperationException("checked with the fragment");
        var message = await DecodeAsync(context, length, cancellationToken).ConfigureAwait(false)
            ?? throw await upper.RefuseMessageAsync("a command set that cannot be read").ConfigureAwait(false);
        dataSetEnded = !message.HasDataSet;
        isLast = false;
        return message;
    }

    /// <summary>Bytes of the data set that follows the last command; 0 at its end.</summary>
    public async ValueTask<int> ReadDataSetAsync(Memory<byte> destination, CancellationToken cancellationToken)
    {
        while (!dataSetEnded)
        {
            if (remaining > 0)
                return destination.IsEmpty ? 0 : await ReadFragmentAsync(destination, cancellationToken).ConfigureAwait(false);
            if (isLast)
            {
                dataSetEnded = true;
                break;
            }
            var expected = contextId;
            if (!await NextFragmentAsync(cancellationToken).ConfigureAwait(false))
                throw await upper.RefuseMessageAsync("release within a data set").ConfigureAwait(false);
            if (isCommand || contextId != expected)
                throw await upper.RefusePduAsync(AbortReason.UnexpectedParameter, "a fragment of another message within a data set").ConfigureAwait(false);
        }
        return 0;
    }

    /// <summary>Reads and drops the rest of the data set.</summary>
    public async ValueTask DrainDataSetAsync(CancellationToken cancellationToken)
    {
        if (dataSetEnded)
            return;
        var scratch = ArrayPool<byte>.Shared.Rent(PduLimits.MaxDataLength);
        try
        {
            while (await ReadDataSetAsync(scratch, cancellationToken).ConfigureAwait(false) > 0)
            {
            }
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(scratch);
        }
    }

    private async ValueTask<Command?> DecodeAsync(AcceptedContext context, int length, CancellationToken cancellationToken)
    {
        try
        {
            var message = new Command(context, await Command.DecodeAsync(command, length, cancellationToken).ConfigureAwait(false));
            return message.IsComplete ? message : null;
        }
        catch (DicomFormatException)
        {
            return null;
        }
    }

    private async ValueTask<int> ReadFragmentAsync(Memory<byte> destination, CancellationToken cancellationToken)
    {
        var count = await upper.ReadAsync(destination.Length > remaining ? destination[..remaining] : destination, cancellationToken).ConfigureAwait(false);
        remaining -= count;
        return count;
    }

    /// <summary>Goes to the next presentation data value (PS3.8 9.3.5.1), of this PDU or the next one; false when the peer asks for release.</summary>
    private async ValueTask<bool> NextFragmentAsync(CancellationToken cancellationToken)
    {
        if (upper.Remaining == 0)
        {
            switch (await upper.ReceiveAsync(cancellationToken).ConfigureAwait(false))
            {
                case Indication.Data:
                    break;
                case Indication.ReleaseRequested:
                    return false;
                default:
                    throw new InvalidOperationException("the state table lets nothing else through in Sta6");
            }
        }
        if (upper.Remaining < PduLimits.PdvHeaderLength)
            throw await upper.RefusePduAsync(AbortReason.InvalidParameterValue, "a PDU that ends within a PDV header").ConfigureAwait(false);
        for (var read = 0; read < header.Length;)
            read += await upper.ReadAsync(header.AsMemory(read), cancellationToken).ConfigureAwait(false);

        // The length counts context ID and control header, and has to end within the PDU.
        var length = BinaryPrimitives.ReadUInt32BigEndian(header);
        if (length < 2 || length - 2 > upper.Remaining)
            throw await upper.RefusePduAsync(AbortReason.InvalidParameterValue, "a PDV length out of bounds").ConfigureAwait(false);
        contextId = header[4];
        if (contexts.Find(contextId) is null)
            throw await upper.RefusePduAsync(AbortReason.InvalidParameterValue, "a presentation context that was not accepted").ConfigureAwait(false);
        isCommand = (header[5] & 1) != 0;
        isLast = (header[5] & 2) != 0;
        remaining = (int)length - 2;
        return true;
    }
}
