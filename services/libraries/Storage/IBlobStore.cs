using System.Diagnostics.CodeAnalysis;

namespace MedCloud.Storage;

/// <summary>
/// Where Part 10 files lie. A blob is written once, under a key that is never used again, and is whole from the moment it is visible.
/// Every method throws <see cref="BlobStoreUnavailableException"/> when the store is away, full or read-only.
/// </summary>
public interface IBlobStore
{
    /// <summary>Begins a blob. Nothing is visible under <paramref name="key"/> until <see cref="BlobWriter.CommitAsync"/>.</summary>
    Task<BlobWriter> CreateAsync(BlobKey key, CancellationToken cancellationToken);

    /// <summary>Opens a blob from its beginning, seekable where the store allows it; null when there is none under <paramref name="key"/>.</summary>
    Task<Stream?> OpenReadAsync(BlobKey key, CancellationToken cancellationToken);

    /// <summary>Deletes a blob; false when there was none.</summary>
    Task<bool> DeleteAsync(BlobKey key, CancellationToken cancellationToken);

    /// <summary>Every committed blob, in no order. Blobs that come or go meanwhile may or may not be among them.</summary>
    IAsyncEnumerable<BlobEntry> ListAsync(CancellationToken cancellationToken);

    /// <summary>Removes what writers left that neither committed nor were disposed of (their process was killed).</summary>
    /// <param name="before">Only what was begun before this moment.</param>
    /// <param name="cancellationToken">Stops between two removals.</param>
    /// <returns>How many were removed.</returns>
    Task<int> DeleteUncommittedAsync(DateTimeOffset before, CancellationToken cancellationToken);

    /// <summary>Whether a blob could be written now. Never throws for an unavailable store.</summary>
    Task<bool> IsAvailableAsync(CancellationToken cancellationToken);
}

/// <summary>A committed blob.</summary>
/// <param name="Key">Its key.</param>
/// <param name="CommittedAt">When it became visible, UTC.</param>
/// <param name="Sha256">The hash that its writer committed it with, lower-case hexadecimal; null where the store lost it.</param>
public sealed record BlobEntry(BlobKey Key, DateTimeOffset CommittedAt, string? Sha256);

/// <summary>
/// A blob being written; forward only. Disposing of it without <see cref="CommitAsync"/> leaves no blob; Azure keeps the bytes, invisible, for a week.
/// Writes throw <see cref="BlobStoreUnavailableException"/> when the store is away, full or read-only.
/// </summary>
[SuppressMessage("Naming", "CA1710", Justification = "It is one side of a blob; that it is a stream serves those who write to it.")]
public abstract class BlobWriter : Stream
{
    /// <summary>
    /// Makes the blob durable and then visible; nothing can be written afterwards. When it throws, nothing stays visible under the key, as far as the store can still take it back.
    /// </summary>
    /// <param name="sha256">SHA-256 of the data set bytes, lower-case hexadecimal; kept as the blob's metadata.</param>
    /// <param name="cancellationToken">Ends the commit, as a failure.</param>
    /// <exception cref="BlobStoreUnavailableException">The store is away, full, read-only, or holds a blob under this key already.</exception>
    public abstract Task CommitAsync(string sha256, CancellationToken cancellationToken);

    /// <inheritdoc/>
    public override bool CanRead => false;

    /// <inheritdoc/>
    public override bool CanSeek => false;

    /// <inheritdoc/>
    public override bool CanWrite => true;

    /// <inheritdoc/>
    public override long Length => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

    /// <inheritdoc/>
    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override void SetLength(long value) => throw new NotSupportedException();

    /// <inheritdoc/>
    public override Task WriteAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        WriteAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    /// <inheritdoc/>
    public abstract override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default);
}

/// <summary>The blob store is away, full or read-only. The same call may succeed later.</summary>
public sealed class BlobStoreUnavailableException(string message, Exception? innerException = null) : Exception(message, innerException);
