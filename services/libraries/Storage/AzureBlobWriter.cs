using System.Buffers;
using System.Buffers.Binary;
using System.Runtime.ExceptionServices;
using System.Security.Cryptography;
using Azure;
using Azure.Storage.Blobs.Models;
using Azure.Storage.Blobs.Specialized;

namespace MedCloud.Storage;

public sealed partial class AzureBlobStore
{
    private BlockBlobClient BlockBlob(string name) => container.GetBlockBlobClient(name);

    /// <summary>Differs for each writer, so that two writers of one key do not mix their blocks; of one length, as the service demands.</summary>
    private static string BlockId(Guid writer, int number)
    {
        Span<byte> id = stackalloc byte[20];
        writer.TryWriteBytes(id);
        BinaryPrimitives.WriteInt32BigEndian(id[16..], number);
        return Convert.ToBase64String(id);
    }

    /// <summary>
    /// A blob on its way into the container. It holds one block; an object that fits into it is sent in one request, which costs the service a third of what blocks and their
    /// commit do. So that a radiograph fits, a few writers at a time may hold a large block.
    /// </summary>
    private sealed class AzureBlobWriter(AzureBlobStore store, BlobKey key) : BlobWriter
    {
        // The service takes 50,000 blocks: 195 GiB at this size.
        private const int BlockBytes = 4 * 1024 * 1024;
        private const int LargeBlockBytes = 16 * 1024 * 1024;

        private readonly Guid writer = new(RandomNumberGenerator.GetBytes(16));
        private readonly BlockBlobClient blob = store.BlockBlob(key.Value);
        private readonly List<string> blocks = [];
        private byte[]? block = ArrayPool<byte>.Shared.Rent(BlockBytes);
        private int capacity = BlockBytes;
        private int buffered;

        public override async ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            while (!buffer.IsEmpty)
            {
                if (buffered == capacity && !TryEnlarge())
                    await StageAsync(cancellationToken).ConfigureAwait(false);
                var taken = Math.Min(buffer.Length, capacity - buffered);
                buffer.Span[..taken].CopyTo(Block.AsSpan(buffered));
                buffered += taken;
                buffer = buffer[taken..];
            }
        }

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("A blob is written asynchronously.");

        /// <summary>Nothing to do: only a commit makes bytes durable, and nobody reads them before.</summary>
        public override void Flush()
        {
        }

        public override async Task CommitAsync(string sha256, CancellationToken cancellationToken)
        {
            ObjectDisposedException.ThrowIf(block is null, this);
            var metadata = new Dictionary<string, string> { [HashMetadata] = sha256, [WriterMetadata] = $"{writer:N}" };
            var isNew = new BlobRequestConditions { IfNoneMatch = ETag.All };
            try
            {
                if (blocks.Count == 0)
                {
                    using var bytes = Buffered();
                    await blob.UploadAsync(bytes, new BlobUploadOptions { Metadata = metadata, Conditions = isNew, TransferOptions = new() { InitialTransferSize = LargeBlockBytes } }, cancellationToken).ConfigureAwait(false);
                }
                else
                {
                    await StageAsync(cancellationToken).ConfigureAwait(false);
                    await blob.CommitBlockListAsync(blocks, new CommitBlockListOptions { Metadata = metadata, Conditions = isNew }, cancellationToken).ConfigureAwait(false);
                }
            }
            catch (Exception e) when (e is not BlobStoreUnavailableException)
            {
                await SettleAsync(e, cancellationToken).ConfigureAwait(false);
            }

            await DisposeAsync().ConfigureAwait(false);
        }

        public override ValueTask DisposeAsync()
        {
            if (block is { } rented)
            {
                ArrayPool<byte>.Shared.Return(rented);
                if (capacity == LargeBlockBytes)
                    Interlocked.Decrement(ref store.largeBlocks);
            }

            block = null;
            return base.DisposeAsync();
        }

        private bool TryEnlarge()
        {
            if (blocks.Count > 0 || capacity == LargeBlockBytes)
                return false;
            if (Interlocked.Increment(ref store.largeBlocks) > MostLargeBlocks)
            {
                Interlocked.Decrement(ref store.largeBlocks);
                return false;
            }

            var large = ArrayPool<byte>.Shared.Rent(LargeBlockBytes);
            Block.AsSpan(0, buffered).CopyTo(large);
            ArrayPool<byte>.Shared.Return(Block);
            (block, capacity) = (large, LargeBlockBytes);
            return true;
        }

        private byte[] Block => block ?? throw new ObjectDisposedException(nameof(AzureBlobWriter));

        private MemoryStream Buffered() => new(Block, 0, buffered, writable: false);

        private async Task StageAsync(CancellationToken cancellationToken)
        {
            var id = BlockId(writer, blocks.Count);
            using var bytes = Buffered();
            await store.CallAsync("write a blob", () => blob.StageBlockAsync(id, bytes, cancellationToken: cancellationToken), cancellationToken).ConfigureAwait(false);
            blocks.Add(id);
            buffered = 0;
        }

        /// <summary>A commit failed, or only its answer was lost; a repeated one then finds its own blob. Returns if that is so, else takes back what may be visible and throws.</summary>
        private async Task SettleAsync(Exception failure, CancellationToken cancellationToken)
        {
            var taken = failure is RequestFailedException { Status: 409 or 412 };
            if (taken && await IsOwnAsync(cancellationToken).ConfigureAwait(false))
                return;
            // What the sender is not told to be stored goes again, whatever became of the sender; what cannot be removed now, the sweeper removes.
            if (!taken)
                await ((Task)store.DeleteAsync(key, CancellationToken.None)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
            if (IsUnavailable(failure, cancellationToken))
                throw store.Unavailable("commit a blob", failure);
            ExceptionDispatchInfo.Throw(failure);
        }

        private async Task<bool> IsOwnAsync(CancellationToken cancellationToken)
        {
            BlobProperties? found = null;
            await store.CallAsync("commit a blob", async () => found = await blob.GetPropertiesAsync(cancellationToken: cancellationToken).ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
            return found?.Metadata.TryGetValue(WriterMetadata, out var name) == true && name == $"{writer:N}";
        }
    }
}
