using System.Buffers;
using Microsoft.AspNetCore.Connections;

namespace MedCloud.Hosting;

/// <summary>
/// Has Kestrel receive into blocks of 32 KiB. Its own have 4 KiB, so that an image of 0.5 MB takes 130 reads of the socket. A connection that waits for bytes holds
/// no block, and what has arrived and is not read stays bounded by Kestrel's MaxRequestBufferSize.
/// </summary>
internal sealed class LargeBlocks : MemoryPool<byte>
{
    private const int BlockBytes = 32 * 1024;

    /// <inheritdoc/>
    public override int MaxBufferSize => Shared.MaxBufferSize;

    /// <inheritdoc/>
    public override IMemoryOwner<byte> Rent(int minBufferSize = -1) => Shared.Rent(Math.Max(minBufferSize, BlockBytes));

    /// <inheritdoc/>
    protected override void Dispose(bool disposing)
    {
    }

    /// <summary>What Kestrel takes its pools from.</summary>
    internal sealed class Factory : IMemoryPoolFactory<byte>
    {
        /// <inheritdoc/>
        public MemoryPool<byte> Create(MemoryPoolOptions? options) => new LargeBlocks();
    }
}
