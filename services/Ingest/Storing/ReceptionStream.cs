using System.Buffers;
using System.Security.Cryptography;
using MedCloud.Dicom;
using MedCloud.Storage;

namespace MedCloud.Ingest;

/// <summary>
/// The tee between a door's bytes and the reader of their header: what passes is hashed and written to the blob. The blob's key has the identifiers of the header
/// in it, so the bytes are held, in pooled blocks and up to a limit, until <see cref="PassAsync"/> names the blob.
/// </summary>
internal sealed class ReceptionStream(Stream source, long maxBytes) : ForwardOnlyStream
{
    private const int BlockBytes = 64 * 1024;
    private const int MaxHeldBytes = 16 * 1024 * 1024;

    private readonly IncrementalHash hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
    private readonly List<byte[]> held = [];
    private long received;
    private BlobWriter? blob;

    /// <summary>Bytes read so far.</summary>
    public long Received => received;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        var count = await source.ReadAsync(buffer, cancellationToken);
        if (count == 0)
            return 0;
        var bytes = buffer[..count];
        if (received + count > maxBytes)
            throw new ReceptionLimitException("The object is longer than this server takes");
        if (blob is null)
        {
            Hold(bytes.Span);
        }
        else
        {
            hash.AppendData(bytes.Span);
            await blob.WriteAsync(bytes, cancellationToken);
            received += count;
        }

        return count;
    }

    /// <summary>Writes what is held to the blob, and from then on everything as it is read.</summary>
    /// <param name="destination">The blob.</param>
    /// <param name="dataSetOffset">Where the data set begins, in bytes: what is hashed.</param>
    /// <param name="cancellationToken">Ends the wait.</param>
    public async Task PassAsync(BlobWriter destination, long dataSetOffset, CancellationToken cancellationToken)
    {
        for (var index = 0; index < held.Count; index++)
        {
            var from = (long)index * BlockBytes;
            var block = held[index].AsMemory(0, (int)Math.Min(BlockBytes, received - from));
            await destination.WriteAsync(block, cancellationToken);
            if (dataSetOffset < from + block.Length)
                hash.AppendData(block.Span[(int)Math.Max(0, dataSetOffset - from)..]);
        }

        ReturnHeld();
        blob = destination;
    }

    /// <summary>SHA-256 of the data set bytes that have passed, lower-case hexadecimal.</summary>
    public string ContentHash() => Convert.ToHexStringLower(hash.GetCurrentHash());

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            ReturnHeld();
            hash.Dispose();
        }

        base.Dispose(disposing);
    }

    private void Hold(ReadOnlySpan<byte> bytes)
    {
        if (received + bytes.Length > MaxHeldBytes)
            throw new ReceptionLimitException("More than 16 MiB before Series Instance UID (0020,000E)");
        while (!bytes.IsEmpty)
        {
            var filled = (int)(received % BlockBytes);
            if (filled == 0)
                held.Add(ArrayPool<byte>.Shared.Rent(BlockBytes));
            var taken = Math.Min(bytes.Length, BlockBytes - filled);
            bytes[..taken].CopyTo(held[^1].AsSpan(filled));
            bytes = bytes[taken..];
            received += taken;
        }
    }

    private void ReturnHeld()
    {
        foreach (var block in held)
            ArrayPool<byte>.Shared.Return(block);
        held.Clear();
    }
}

/// <summary>The object is longer than a limit.</summary>
internal sealed class ReceptionLimitException(string sentence) : Exception(sentence);
