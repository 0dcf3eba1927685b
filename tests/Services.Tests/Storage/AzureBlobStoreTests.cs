using System.Security.Cryptography;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Storage.Blobs;
using Azure.Storage.Blobs.Specialized;
using MedCloud.Storage;
using MedCloud.Tests;
using Microsoft.Extensions.Logging.Abstractions;

namespace MedCloud.Services.Tests.Storage;

public sealed class AzureBlobStoreTests(Servers servers) : BlobStoreContract, IAsyncLifetime
{
    private const string Hash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    private BlobContainerClient? container;
    private AzureBlobStore? store;

    protected override IBlobStore Store => store!;

    public async ValueTask InitializeAsync() => (container, store) = Open(await servers.AzuriteAsync(Cancellation));

    public async ValueTask DisposeAsync()
    {
        if (container is not null)
            await container.DeleteIfExistsAsync(cancellationToken: CancellationToken.None);
    }

    [Fact]
    public async Task ABlobOfManyBlocksIsReadBackByteForByte()
    {
        var bytes = RandomNumberGenerator.GetBytes((33 << 20) + 17);
        var key = NewKey();

        await WriteAsync(key, bytes);

        Assert.Equal(SHA256.HashData(bytes), SHA256.HashData(await ReadAsync(key)));
        Assert.Equal([16 << 20, 16 << 20, (1 << 20) + 17], await BlocksAsync(key));
    }

    [Fact]
    public async Task ARadiographIsSentInOneRequest_AndInBlocksWhereManyAreWritten()
    {
        var radiograph = new byte[(8 << 20) + 700];
        var (alone, crowded) = (NewKey(), NewKey());
        var others = new List<BlobWriter>();
        for (var other = 0; other < 16; other++)
        {
            others.Add(await Store.CreateAsync(NewKey(), Cancellation));
            await others[other].WriteAsync(radiograph, Cancellation);
        }
        await WriteAsync(crowded, radiograph);
        foreach (var other in others)
            await other.DisposeAsync();
        await WriteAsync(alone, radiograph);

        Assert.Equal([4 << 20, 4 << 20, 700], await BlocksAsync(crowded));
        Assert.Empty(await BlocksAsync(alone));
    }

    [Fact]
    public async Task ALargeBlobIsReadFromAnyPosition()
    {
        var bytes = RandomNumberGenerator.GetBytes(5 * 1024 * 1024);
        var key = NewKey();
        await WriteAsync(key, bytes);

        await using var blob = await Store.OpenReadAsync(key, Cancellation);
        var read = new byte[1000];
        foreach (var at in new[] { 4_500_000, 17, 3_000_000 })
        {
            blob!.Position = at;
            await blob.ReadExactlyAsync(read, Cancellation);
            Assert.Equal(bytes.AsSpan(at, read.Length).ToArray(), read);
        }
    }

    [Fact]
    public async Task OfTwoWritersWithManyBlocksOneCommitsItsOwn()
    {
        var key = NewKey();
        var bytes = RandomNumberGenerator.GetBytes(17 << 20);
        await using var first = await Store.CreateAsync(key, Cancellation);
        await using var second = await Store.CreateAsync(key, Cancellation);
        await first.WriteAsync(bytes, Cancellation);
        await second.WriteAsync(new byte[bytes.Length], Cancellation);

        await first.CommitAsync(Hash, Cancellation);
        await Assert.ThrowsAsync<BlobStoreUnavailableException>(() => second.CommitAsync(Hash, Cancellation));

        Assert.Equal(bytes, await ReadAsync(key));
    }

    [Fact]
    public async Task TheProbeIsNoBlob()
    {
        Assert.True(await Store.IsAvailableAsync(Cancellation));
        Assert.True(await Store.IsAvailableAsync(Cancellation));

        await foreach (var blob in container!.GetBlobsAsync(cancellationToken: Cancellation))
            Assert.Fail(blob.Name);
    }

    [Fact]
    public async Task AnAbsentContainerMeansThatTheStoreIsAwayAndNotThatTheBlobIs()
    {
        var key = NewKey();
        await WriteAsync(key, [1]);
        await container!.DeleteAsync(cancellationToken: Cancellation);

        Assert.False(await Store.IsAvailableAsync(Cancellation));
        await Assert.ThrowsAsync<BlobStoreUnavailableException>(() => Store.OpenReadAsync(key, Cancellation));
        await Assert.ThrowsAsync<BlobStoreUnavailableException>(() => Store.DeleteAsync(key, Cancellation));
        await Assert.ThrowsAsync<BlobStoreUnavailableException>(() => WriteAsync(NewKey(), [2]));
        await Assert.ThrowsAsync<BlobStoreUnavailableException>(ListAsync);
    }

    [Fact]
    public async Task ForeignBlobsAreNotListed()
    {
        await WriteAsync(NewKey(), [1]);
        await container!.UploadBlobAsync("notes.txt", BinaryData.FromString("kept"), Cancellation);

        Assert.Single(await ListAsync());
    }

    [Fact]
    public async Task AServerThatGoesAwayAndComesBackLosesNothing()
    {
        await using var server = new AzuriteServer();
        await server.StartAsync(Cancellation);
        (_, store) = Open(server.ConnectionString);
        var key = NewKey();
        await WriteAsync(key, [7]);
        await using var writer = await Store.CreateAsync(NewKey(), Cancellation);
        await writer.WriteAsync(new byte[] { 8 }, Cancellation);
        await using var opened = await Store.OpenReadAsync(key, Cancellation);

        await server.StopAsync();

        Assert.False(await Store.IsAvailableAsync(Cancellation));
        await Assert.ThrowsAsync<BlobStoreUnavailableException>(() => writer.CommitAsync(Hash, Cancellation));
        await Assert.ThrowsAsync<BlobStoreUnavailableException>(() => Store.OpenReadAsync(key, Cancellation));
        await Assert.ThrowsAsync<BlobStoreUnavailableException>(() => Store.DeleteAsync(key, Cancellation));
        await Assert.ThrowsAsync<BlobStoreUnavailableException>(ListAsync);
        await Assert.ThrowsAsync<IOException>(async () => await opened!.ReadExactlyAsync(new byte[1], Cancellation));

        await server.StartAsync(Cancellation);
        Assert.True(await Store.IsAvailableAsync(Cancellation));
        Assert.Equal(new byte[] { 7 }, await ReadAsync(key));
        Assert.Single(await ListAsync());
    }

    [Theory]
    [InlineData(1000)]
    [InlineData(5_000_000)]
    public async Task ACommitWhoseAnswerIsLostIsACommit(int length)
    {
        var lossy = new LosesFirstCommitAnswer();
        var options = AzureBlobStore.ClientOptions;
        options.AddPolicy(lossy, HttpPipelinePosition.PerRetry);
        store = new AzureBlobStore(new BlobContainerClient(await servers.AzuriteAsync(Cancellation), container!.Name, options), NullLogger.Instance);
        var bytes = RandomNumberGenerator.GetBytes(length);
        var key = NewKey();

        await WriteAsync(key, bytes);

        Assert.Equal(2, lossy.Commits);
        Assert.Equal(bytes, await ReadAsync(key));
        Assert.Equal(Hash, Assert.Single(await ListAsync()).Sha256);
    }

    private static (BlobContainerClient, AzureBlobStore) Open(string connectionString)
    {
        var client = new BlobContainerClient(connectionString, $"test-{Guid.NewGuid():N}", AzureBlobStore.ClientOptions);
        return (client, new AzureBlobStore(client, NullLogger.Instance));
    }

    private async Task<IEnumerable<int>> BlocksAsync(BlobKey key)
    {
        var blocks = await container!.GetBlockBlobClient(key.Value).GetBlockListAsync(cancellationToken: Cancellation);
        return blocks.Value.CommittedBlocks.Select(block => block.Size);
    }

    /// <summary>The connection breaks after the service has done the first commit (a request with If-None-Match) and before it says so.</summary>
    private sealed class LosesFirstCommitAnswer : HttpPipelinePolicy
    {
        public int Commits { get; private set; }

        public override async ValueTask ProcessAsync(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline)
        {
            await ProcessNextAsync(message, pipeline);
            if (message.Request.Headers.Contains("If-None-Match") && ++Commits == 1)
                throw new IOException("the connection is gone");
        }

        public override void Process(HttpMessage message, ReadOnlyMemory<HttpPipelinePolicy> pipeline) => throw new NotSupportedException();
    }
}
