using System.Runtime.CompilerServices;
using Microsoft.Extensions.Logging;

namespace MedCloud.Storage;

/// <summary>
/// Blobs as files below one folder, one folder for each series: <c>tenant/study/series/instance_uuid7.dcm</c>. A blob is written under a temporary name in
/// <c>.incoming</c>, flushed to disk, linked to its name (which fails if the name is taken) and made durable by flushing the folder; folders made on the way are
/// flushed too. The hash is an extended attribute of the file, flushed with it; a file system that has none loses it. Empty folders stay.
/// </summary>
public sealed partial class FileSystemBlobStore : IBlobStore
{
    private const string Incoming = ".incoming";
    private const int ReadBufferBytes = 64 * 1024;

    private readonly string root;
    private readonly string incoming;
    private readonly TimeProvider time;
    private readonly ILogger logger;
    private readonly DurableFolders folders;

    /// <summary>A store in <paramref name="root"/>, which is made when missing; from then on its absence means that the store is away.</summary>
    /// <param name="root">The folder.</param>
    /// <param name="logger">Told when the store goes away.</param>
    /// <param name="time">Stamps committed blobs; the system's clock where null.</param>
    /// <exception cref="BlobStoreUnavailableException">The folder cannot be made.</exception>
    public FileSystemBlobStore(string root, ILogger logger, TimeProvider? time = null)
    {
        this.root = Path.TrimEndingDirectorySeparator(Path.GetFullPath(root));
        incoming = Path.Combine(this.root, Incoming);
        this.logger = logger;
        this.time = time ?? TimeProvider.System;
        folders = new DurableFolders(this.root);
        try
        {
            Directory.CreateDirectory(incoming);
            DurableFolders.FlushAbove(incoming);
        }
        catch (Exception e) when (IsInputOutput(e))
        {
            throw Unavailable("make its folder", e);
        }
    }

    /// <inheritdoc/>
    public Task<BlobWriter> CreateAsync(BlobKey key, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            return Task.FromResult<BlobWriter>(new FileBlobWriter(this, key, Path.Combine(incoming, Path.GetRandomFileName())));
        }
        catch (Exception e) when (IsInputOutput(e))
        {
            return Task.FromException<BlobWriter>(Unavailable("begin a blob", e));
        }
    }

    /// <inheritdoc/>
    public Task<Stream?> OpenReadAsync(BlobKey key, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        try
        {
            return Task.FromResult<Stream?>(new FileStream(PathOf(key), new FileStreamOptions
            {
                Mode = FileMode.Open,
                Access = FileAccess.Read,
                Share = FileShare.Read | FileShare.Delete,
                Options = FileOptions.Asynchronous,
                BufferSize = ReadBufferBytes,
            }));
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException && Directory.Exists(incoming))
        {
            return Task.FromResult<Stream?>(null);
        }
        catch (Exception e) when (IsInputOutput(e))
        {
            return Task.FromException<Stream?>(Unavailable("open a blob", e));
        }
    }

    /// <inheritdoc/>
    public Task<bool> DeleteAsync(BlobKey key, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var path = PathOf(key);
        try
        {
            if (!File.Exists(path))
                return Directory.Exists(incoming) ? Task.FromResult(false) : Task.FromException<bool>(Unavailable("delete a blob", null));

            File.Delete(path);
            return Task.FromResult(true);
        }
        catch (Exception e) when (IsInputOutput(e))
        {
            return Task.FromException<bool>(Unavailable("delete a blob", e));
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<BlobEntry> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (!Directory.Exists(incoming))
            throw Unavailable("list its blobs", null);

        var allSeries = from tenant in FoldersIn(root)
                        where tenant != incoming
                        from study in FoldersIn(tenant)
                        from series in FoldersIn(study)
                        select series;
        foreach (var folder in allSeries)
        {
            cancellationToken.ThrowIfCancellationRequested();
            // A walk over millions of files must not keep the caller's thread for itself.
            await Task.Yield();
            foreach (var file in Entries(folder, directory => new DirectoryInfo(directory).GetFiles()))
            {
                if (KeyOf(file.FullName) is { } key)
                    yield return new BlobEntry(key, new DateTimeOffset(file.LastWriteTimeUtc), Posix.GetHash(file.FullName));
            }
        }
    }

    /// <inheritdoc/>
    public Task<int> DeleteUncommittedAsync(DateTimeOffset before, CancellationToken cancellationToken)
    {
        var deleted = 0;
        try
        {
            foreach (var file in new DirectoryInfo(incoming).EnumerateFiles())
            {
                cancellationToken.ThrowIfCancellationRequested();
                if (file.LastWriteTimeUtc >= before.UtcDateTime)
                    continue;
                file.Delete();
                deleted++;
            }
        }
        catch (Exception e) when (IsInputOutput(e))
        {
            return Task.FromException<int>(Unavailable("delete what was left uncommitted", e));
        }

        return Task.FromResult(deleted);
    }

    /// <inheritdoc/>
    public async Task<bool> IsAvailableAsync(CancellationToken cancellationToken)
    {
        try
        {
            var probe = new FileStream(Path.Combine(incoming, Path.GetRandomFileName()), new FileStreamOptions
            {
                Mode = FileMode.CreateNew,
                Access = FileAccess.Write,
                Options = FileOptions.DeleteOnClose,
            });
            await using (probe.ConfigureAwait(false))
            {
                await probe.WriteAsync("probe"u8.ToArray(), cancellationToken).ConfigureAwait(false);
                await probe.FlushAsync(cancellationToken).ConfigureAwait(false);
            }

            return true;
        }
        catch (Exception e) when (IsInputOutput(e))
        {
            Log.Unavailable(logger, "take a probe", e);
            return false;
        }
    }

    private string[] FoldersIn(string folder) => Entries(folder, Directory.GetDirectories);

    private T[] Entries<T>(string folder, Func<string, T[]> read)
    {
        try
        {
            return read(folder);
        }
        catch (Exception e) when (IsInputOutput(e))
        {
            throw Unavailable("list its blobs", e);
        }
    }

    private static bool IsInputOutput(Exception e) => e is IOException or UnauthorizedAccessException;

    /// <summary>The instance's part of the key is no folder of its own: one inode less to make and to flush for each blob.</summary>
    private string PathOf(BlobKey key)
    {
        var name = key.Value.LastIndexOf('/');
        return Path.Combine(root, $"{key.Value[..name]}_{key.Value[(name + 1)..]}".Replace('/', Path.DirectorySeparatorChar));
    }

    /// <summary>What <see cref="PathOf"/> came from; null for a foreign file.</summary>
    private BlobKey? KeyOf(string path) =>
        BlobKey.TryParse(Path.GetRelativePath(root, path).Replace(Path.DirectorySeparatorChar, '/').Replace('_', '/'), out var key) && PathOf(key) == path ? key : null;

    private BlobStoreUnavailableException Unavailable(string act, Exception? reason)
    {
        folders.Forget();
        Log.Unavailable(logger, act, reason);
        return new BlobStoreUnavailableException($"The blob store cannot {act}.", reason);
    }

    private static partial class Log
    {
        [LoggerMessage(1050, LogLevel.Warning, "The blob store cannot {Act}", EventName = "storage.blobstore.unavailable")]
        public static partial void Unavailable(ILogger logger, string act, Exception? reason);
    }
}
