using System.Buffers;

namespace MedCloud.Storage;

public sealed partial class FileSystemBlobStore
{
    /// <summary>A blob on its way into the store, under a temporary name.</summary>
    private sealed class FileBlobWriter : BlobWriter
    {
        private const int BufferBytes = 128 * 1024;

        private readonly FileSystemBlobStore store;
        private readonly BlobKey key;
        private readonly string temporary;
        private readonly FileStream file;
        private readonly byte[] buffer = ArrayPool<byte>.Shared.Rent(BufferBytes);
        private int buffered;
        private bool closed;

        public FileBlobWriter(FileSystemBlobStore store, BlobKey key, string temporary)
        {
            this.store = store;
            this.key = key;
            this.temporary = temporary;
            var options = new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                Share = FileShare.Read | FileShare.Delete,
                BufferSize = 0,
            };
            if (!OperatingSystem.IsWindows())
                options.UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite;
            file = new FileStream(temporary, options);
        }

        public override ValueTask WriteAsync(ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken = default)
        {
            ObjectDisposedException.ThrowIf(closed, this);
            cancellationToken.ThrowIfCancellationRequested();
            while (!buffer.IsEmpty)
            {
                if (buffered == 0 && buffer.Length >= BufferBytes)
                {
                    ToFile(buffer.Span);
                    break;
                }

                var taken = Math.Min(buffer.Length, BufferBytes - buffered);
                buffer.Span[..taken].CopyTo(this.buffer.AsSpan(buffered));
                buffered += taken;
                buffer = buffer[taken..];
                if (buffered == BufferBytes)
                    EmptyBuffer();
            }

            return ValueTask.CompletedTask;
        }

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException("A blob is written asynchronously.");

        /// <summary>Nothing to do: only a commit makes bytes durable, and nobody reads them before.</summary>
        public override void Flush()
        {
        }

        public override async Task CommitAsync(string sha256, CancellationToken cancellationToken)
        {
            ObjectDisposedException.ThrowIf(closed, this);
            var path = store.PathOf(key);
            var folder = Path.GetDirectoryName(path)!;
            var visible = false;
            try
            {
                cancellationToken.ThrowIfCancellationRequested();
                EmptyBuffer();
                // The sweeper goes by the time of the commit: a reception may take long, and is not left over.
                File.SetLastWriteTimeUtc(file.SafeFileHandle, store.time.GetUtcNow().UtcDateTime);
                Posix.SetHash(file.SafeFileHandle, sha256);
                RandomAccess.FlushToDisk(file.SafeFileHandle);
                store.folders.Ensure(folder);
                Posix.LinkNew(temporary, path);
                visible = true;
                Posix.FlushFolder(folder);
            }
            catch (Exception e)
            {
                // What the sender is not told to be stored goes again; what cannot be removed now, the sweeper removes.
                if (visible)
                    await ((Task)store.DeleteAsync(key, CancellationToken.None)).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
                if (IsInputOutput(e))
                    throw store.Unavailable("commit a blob", e);
                throw;
            }

            await DisposeAsync().ConfigureAwait(false);
        }

        public override async ValueTask DisposeAsync()
        {
            if (closed)
                return;
            closed = true;
            ArrayPool<byte>.Shared.Return(buffer);
            await file.DisposeAsync().ConfigureAwait(false);
            try
            {
                File.Delete(temporary);
            }
            catch (Exception e) when (IsInputOutput(e))
            {
                Log.Unavailable(store.logger, "delete a temporary file", e);
            }

            await base.DisposeAsync().ConfigureAwait(false);
        }

        private void EmptyBuffer()
        {
            ToFile(buffer.AsSpan(0, buffered));
            buffered = 0;
        }

        /// <summary>
        /// On the caller's thread, which has just had the bytes in its cache: an asynchronous write of a file is a synchronous one on another thread, and handing it
        /// over takes about as long as the write.
        /// </summary>
        private void ToFile(ReadOnlySpan<byte> bytes)
        {
            try
            {
                file.Write(bytes);
            }
            catch (Exception e) when (IsInputOutput(e))
            {
                throw store.Unavailable("write a blob", e);
            }
        }
    }
}
