using System.Runtime.CompilerServices;
using Azure;
using Azure.Identity;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Models;
using Microsoft.Extensions.Logging;

namespace MedCloud.Storage;

/// <summary>
/// Blobs as block blobs of one container, named as the key spells. A blob is sent in blocks and becomes visible, with its hash as metadata, by the commit alone, which
/// fails if the name is taken. Blocks that were never committed are invisible; Azure discards them after a week, and has no call to discard them earlier.
/// The container is made before the first blob of this process, when missing.
/// </summary>
public sealed partial class AzureBlobStore : IBlobStore
{
    private const string HashMetadata = "sha256";
    private const string WriterMetadata = "writer";
    private const string ProbeName = "probe";
    private const int ReadBufferBytes = 1024 * 1024;

    // 256 MiB; memory stays bounded however many senders there are.
    private const int MostLargeBlocks = 16;

    private readonly BlobContainerClient container;
    private readonly ILogger logger;
    private volatile bool containerMade;
    private int largeBlocks;

    /// <summary>A store in <paramref name="container"/>; nothing is sent before the first call.</summary>
    /// <param name="container">See <see cref="ClientOptions"/> for the options that it is made with.</param>
    /// <param name="logger">Told when the store goes away.</param>
    public AzureBlobStore(BlobContainerClient container, ILogger logger)
    {
        this.container = container;
        this.logger = logger;
    }

    /// <summary>
    /// Few and quick retries: a sender that is told to try again keeps the object, and what is held here meanwhile is memory. A silent connection is given up after 30 s.
    /// </summary>
    public static BlobClientOptions ClientOptions => new()
    {
        // Its spans and logs have no listener, and would have names of blobs in them.
        Diagnostics = { IsDistributedTracingEnabled = false, IsLoggingEnabled = false, IsTelemetryEnabled = false },
        Retry = { MaxRetries = 2, Delay = TimeSpan.FromMilliseconds(200), MaxDelay = TimeSpan.FromSeconds(2), NetworkTimeout = TimeSpan.FromSeconds(30) },
    };

    /// <inheritdoc/>
    public async Task<BlobWriter> CreateAsync(BlobKey key, CancellationToken cancellationToken)
    {
        await CallAsync("begin a blob", () => MakeContainerAsync(cancellationToken), cancellationToken).ConfigureAwait(false);
        return new AzureBlobWriter(this, key);
    }

    /// <inheritdoc/>
    public async Task<Stream?> OpenReadAsync(BlobKey key, CancellationToken cancellationToken)
    {
        var options = new BlobOpenReadOptions(allowModifications: false) { BufferSize = ReadBufferBytes };
        try
        {
            var blob = await container.GetBlobClient(key.Value).OpenReadAsync(options, cancellationToken).ConfigureAwait(false);
            return new AzureBlobReader(blob);
        }
        catch (RequestFailedException e) when (e.ErrorCode == BlobErrorCode.BlobNotFound)
        {
            return null;
        }
        catch (Exception e) when (IsUnavailable(e, cancellationToken))
        {
            throw Unavailable("open a blob", e);
        }
    }

    /// <inheritdoc/>
    public async Task<bool> DeleteAsync(BlobKey key, CancellationToken cancellationToken)
    {
        try
        {
            await container.GetBlobClient(key.Value).DeleteAsync(DeleteSnapshotsOption.IncludeSnapshots, cancellationToken: cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (RequestFailedException e) when (e.ErrorCode == BlobErrorCode.BlobNotFound)
        {
            return false;
        }
        catch (Exception e) when (IsUnavailable(e, cancellationToken))
        {
            throw Unavailable("delete a blob", e);
        }
    }

    /// <inheritdoc/>
    public async IAsyncEnumerable<BlobEntry> ListAsync([EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await CallAsync("make its container", () => MakeContainerAsync(cancellationToken), cancellationToken).ConfigureAwait(false);
        var pages = container.GetBlobsAsync(new GetBlobsOptions { Traits = BlobTraits.Metadata }, cancellationToken).AsPages().GetAsyncEnumerator(cancellationToken);
        await using (pages.ConfigureAwait(false))
        {
            var more = true;
            while (true)
            {
                await CallAsync("list its blobs", async () => more = await pages.MoveNextAsync().ConfigureAwait(false), cancellationToken).ConfigureAwait(false);
                if (!more)
                    yield break;
                foreach (var blob in pages.Current.Values)
                {
                    if (BlobKey.TryParse(blob.Name, out var key) && blob.Properties.LastModified is { } committedAt)
                        yield return new BlobEntry(key, committedAt, blob.Metadata?.TryGetValue(HashMetadata, out var hash) == true ? hash : null);
                }
            }
        }
    }

    /// <summary>Always 0: Azure discards uncommitted blocks itself, a week after the last of them came.</summary>
    public Task<int> DeleteUncommittedAsync(DateTimeOffset before, CancellationToken cancellationToken) => Task.FromResult(0);

    /// <summary>Sends a block that is never committed, always the same: it needs what a write needs, and shows nothing.</summary>
    public async Task<bool> IsAvailableAsync(CancellationToken cancellationToken)
    {
        try
        {
            await MakeContainerAsync(cancellationToken).ConfigureAwait(false);
            using var block = new MemoryStream("probe"u8.ToArray(), writable: false);
            await BlockBlob(ProbeName).StageBlockAsync(BlockId(Guid.Empty, 0), block, cancellationToken: cancellationToken).ConfigureAwait(false);
            return true;
        }
        catch (Exception e) when (IsUnavailable(e, cancellationToken))
        {
            Log.Unavailable(logger, "take a probe", e);
            return false;
        }
    }

    private async Task MakeContainerAsync(CancellationToken cancellationToken)
    {
        // Once: a container that disappears later means that the store is away, as it is with a folder.
        if (containerMade)
            return;
        await container.CreateIfNotExistsAsync(cancellationToken: cancellationToken).ConfigureAwait(false);
        containerMade = true;
    }

    private async Task CallAsync(string act, Func<Task> call, CancellationToken cancellationToken)
    {
        try
        {
            await call().ConfigureAwait(false);
        }
        catch (Exception e) when (IsUnavailable(e, cancellationToken))
        {
            throw Unavailable(act, e);
        }
    }

    /// <summary>What the client library throws when the service does not do its part: an error status, no connection, several of these after retries, no token, a timeout.</summary>
    private static bool IsUnavailable(Exception e, CancellationToken cancellationToken) =>
        e is RequestFailedException or AuthenticationFailedException or IOException
        || (e is AggregateException or OperationCanceledException && !cancellationToken.IsCancellationRequested);

    private BlobStoreUnavailableException Unavailable(string act, Exception reason)
    {
        Log.Unavailable(logger, act, reason);
        return new BlobStoreUnavailableException($"The blob store cannot {act}.", reason);
    }

    private static partial class Log
    {
        [LoggerMessage(1051, LogLevel.Warning, "The Azure blob store cannot {Act}", EventName = "storage.azure.unavailable")]
        public static partial void Unavailable(ILogger logger, string act, Exception? reason);
    }
}
