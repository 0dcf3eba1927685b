using System.Security.Cryptography;
using MedCloud.Dicom;
using MedCloud.Storage;

namespace MedCloud.Services.Tests.Storage;

/// <summary>What every <see cref="IBlobStore"/> keeps to.</summary>
public abstract class BlobStoreContract
{
    private const string Hash = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

    protected abstract IBlobStore Store { get; }

    protected static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    protected static BlobKey NewKey() =>
        BlobKey.For("default", Uid.Parse("1.2.3"), Uid.Parse("1.2.3.4"), Uid.Parse("1.2.3.4.5"), Guid.CreateVersion7());

    [Fact]
    public async Task ACommittedBlobIsReadBackByteForByte()
    {
        var bytes = RandomNumberGenerator.GetBytes(700_001);
        var key = NewKey();

        await using (var writer = await Store.CreateAsync(key, Cancellation))
        {
            foreach (var (from, length) in new[] { (0, 1), (1, 4_999), (5_000, 300_000), (305_000, 395_001) })
                await writer.WriteAsync(bytes.AsMemory(from, length), Cancellation);
            await writer.CommitAsync(Hash, Cancellation);
        }

        Assert.Equal(bytes, await ReadAsync(key));
    }

    [Fact]
    public async Task AnEmptyBlobIsABlob()
    {
        var key = NewKey();

        await WriteAsync(key, []);

        Assert.Equal(Array.Empty<byte>(), await ReadAsync(key));
    }

    [Fact]
    public async Task ABlobIsReadFromAnyPosition()
    {
        var key = NewKey();
        await WriteAsync(key, [10, 11, 12, 13, 14, 15]);

        await using var blob = await Store.OpenReadAsync(key, Cancellation);
        blob!.Seek(4, SeekOrigin.Begin);

        Assert.Equal(6, blob.Length);
        Assert.Equal(14, blob.ReadByte());
    }

    [Fact]
    public async Task NothingIsVisibleBeforeTheCommit()
    {
        var key = NewKey();

        await using var writer = await Store.CreateAsync(key, Cancellation);
        await writer.WriteAsync(new byte[500_000], Cancellation);

        Assert.Null(await Store.OpenReadAsync(key, Cancellation));
        Assert.Empty(await ListAsync());
    }

    [Fact]
    public async Task AWriterThatIsDisposedOfWithoutCommitLeavesNothing()
    {
        var key = NewKey();

        await using (var writer = await Store.CreateAsync(key, Cancellation))
            await writer.WriteAsync(new byte[500_000], Cancellation);

        Assert.Null(await Store.OpenReadAsync(key, Cancellation));
        Assert.Empty(await ListAsync());
        Assert.Equal(0, await Store.DeleteUncommittedAsync(DateTimeOffset.MaxValue, Cancellation));
    }

    [Fact]
    public async Task OfTwoWritersOfOneKeyOneCommits()
    {
        var key = NewKey();
        await using var first = await Store.CreateAsync(key, Cancellation);
        await using var second = await Store.CreateAsync(key, Cancellation);
        await first.WriteAsync(new byte[] { 1 }, Cancellation);
        await second.WriteAsync(new byte[] { 2 }, Cancellation);
        await first.CommitAsync(Hash, Cancellation);

        await Assert.ThrowsAsync<BlobStoreUnavailableException>(() => second.CommitAsync(new string('0', 64), Cancellation));

        Assert.Equal(new byte[] { 1 }, await ReadAsync(key));
        Assert.Equal(Hash, Assert.Single(await ListAsync()).Sha256);
    }

    [Fact]
    public async Task TheListHasEveryCommittedBlobWithItsHash()
    {
        var keys = Enumerable.Range(0, 5).Select(_ => NewKey()).Append(BlobKey.For("other", Uid.Parse("9"), Uid.Parse("9"), Uid.Parse("9"), Guid.CreateVersion7())).ToList();
        foreach (var key in keys)
            await WriteAsync(key, [1]);

        var listed = await ListAsync();

        Assert.Equal(keys.Select(key => key.Value).Order(), listed.Select(entry => entry.Key.Value).Order());
        Assert.All(listed, entry => Assert.Equal(Hash, entry.Sha256));
        Assert.All(listed, entry => Assert.InRange(entry.CommittedAt, DateTimeOffset.UtcNow.AddMinutes(-5), DateTimeOffset.UtcNow.AddMinutes(5)));
    }

    [Fact]
    public async Task ADeletedBlobIsGoneAndItsNeighbourStays()
    {
        var (key, neighbour) = (NewKey(), NewKey());
        await WriteAsync(key, [1]);
        await WriteAsync(neighbour, [2]);

        Assert.True(await Store.DeleteAsync(key, Cancellation));

        Assert.Null(await Store.OpenReadAsync(key, Cancellation));
        Assert.Equal(neighbour, Assert.Single(await ListAsync()).Key);
        Assert.False(await Store.DeleteAsync(key, Cancellation));
    }

    [Fact]
    public async Task ManyWritersShareFoldersAndLoseNothing()
    {
        var keys = Enumerable.Range(0, 40).Select(index =>
            BlobKey.For("default", Uid.Parse($"1.{index % 3}"), Uid.Parse($"1.{index % 3}.{index % 5}"), Uid.Parse($"1.{index}"), Guid.CreateVersion7())).ToList();

        await Task.WhenAll(keys.Select((key, index) => WriteAsync(key, [(byte)index])));

        for (var index = 0; index < keys.Count; index++)
            Assert.Equal(new byte[] { (byte)index }, await ReadAsync(keys[index]));
        Assert.Equal(keys.Count, (await ListAsync()).Count);
    }

    [Fact]
    public async Task AStoreThatIsThereIsAvailable() => Assert.True(await Store.IsAvailableAsync(Cancellation));

    protected async Task WriteAsync(BlobKey key, byte[] bytes)
    {
        await using var writer = await Store.CreateAsync(key, Cancellation);
        await writer.WriteAsync(bytes, Cancellation);
        await writer.CommitAsync(Hash, Cancellation);
    }

    protected async Task<byte[]> ReadAsync(BlobKey key)
    {
        await using var blob = await Store.OpenReadAsync(key, Cancellation) ?? throw new InvalidOperationException("no such blob");
        using var bytes = new MemoryStream();
        await blob.CopyToAsync(bytes, Cancellation);
        return bytes.ToArray();
    }

    protected async Task<List<BlobEntry>> ListAsync()
    {
        var entries = new List<BlobEntry>();
        await foreach (var entry in Store.ListAsync(Cancellation))
            entries.Add(entry);
        return entries;
    }
}
