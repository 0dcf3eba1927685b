using MedCloud.Storage;
using Microsoft.Extensions.Logging.Abstractions;

namespace MedCloud.Services.Tests.Storage;

public sealed class FileSystemBlobStoreTests : BlobStoreContract, IDisposable
{
    private readonly string root = Directory.CreateTempSubdirectory("medcloud-blobs-").FullName;
    private readonly FileSystemBlobStore store;

    public FileSystemBlobStoreTests() => store = new FileSystemBlobStore(Path.Combine(root, "data", "blobs"), NullLogger.Instance);

    private string Folder => Path.Combine(root, "data", "blobs");

    protected override IBlobStore Store => store;

    [Fact]
    public async Task ABlobIsAFileInTheFolderOfItsSeries()
    {
        var key = NewKey();

        await WriteAsync(key, [1, 2, 3]);

        Assert.Equal(new byte[] { 1, 2, 3 }, await File.ReadAllBytesAsync(Path.Combine(Folder, FileOf(key)), Cancellation));
        Assert.Empty(Directory.GetFiles(Path.Combine(Folder, ".incoming")));
    }

    [Fact]
    public async Task WhatAKilledProcessLeftIsDeletedOnceItIsOld()
    {
        var left = Path.Combine(Folder, ".incoming", "left-over");
        await File.WriteAllBytesAsync(left, [1], Cancellation);

        Assert.Equal(0, await Store.DeleteUncommittedAsync(DateTimeOffset.UtcNow.AddHours(-1), Cancellation));
        Assert.Equal(1, await Store.DeleteUncommittedAsync(DateTimeOffset.UtcNow.AddHours(1), Cancellation));

        Assert.False(File.Exists(left));
    }

    [Fact]
    public async Task AnAbsentFolderMeansThatTheStoreIsAwayAndNotThatTheBlobIs()
    {
        var key = NewKey();
        await WriteAsync(key, [7]);
        await using var writer = await Store.CreateAsync(NewKey(), Cancellation);

        Directory.Move(Folder, Folder + "-away");

        Assert.False(await Store.IsAvailableAsync(Cancellation));
        await Assert.ThrowsAsync<BlobStoreUnavailableException>(() => Store.CreateAsync(NewKey(), Cancellation));
        await Assert.ThrowsAsync<BlobStoreUnavailableException>(() => Store.OpenReadAsync(key, Cancellation));
        await Assert.ThrowsAsync<BlobStoreUnavailableException>(() => Store.DeleteAsync(key, Cancellation));
        await Assert.ThrowsAsync<BlobStoreUnavailableException>(() => writer.CommitAsync(new string('0', 64), Cancellation));
        await Assert.ThrowsAsync<BlobStoreUnavailableException>(ListAsync);

        Directory.Delete(Folder, recursive: true);
        Directory.Move(Folder + "-away", Folder);
        Assert.True(await Store.IsAvailableAsync(Cancellation));
        Assert.Equal(new byte[] { 7 }, await ReadAsync(key));
    }

    [Fact]
    public async Task AStoreThatLostItsFoldersTakesBlobsAgain()
    {
        await WriteAsync(NewKey(), [1]);
        Directory.Delete(Path.Combine(Folder, "default"), recursive: true);
        await Assert.ThrowsAsync<BlobStoreUnavailableException>(() => WriteAsync(NewKey(), [2]));

        var key = NewKey();
        await WriteAsync(key, [3]);

        Assert.Equal(new byte[] { 3 }, await ReadAsync(key));
    }

    [Fact]
    public async Task ForeignFilesAreNeitherListedNorDeleted()
    {
        var key = NewKey();
        await WriteAsync(key, [1]);
        var foreign = Path.Combine(Folder, Path.GetDirectoryName(FileOf(key))!, "notes.txt");
        await File.WriteAllTextAsync(foreign, "kept", Cancellation);

        Assert.Equal(key, Assert.Single(await ListAsync()).Key);
        await Store.DeleteAsync(key, Cancellation);

        Assert.Equal([foreign], Directory.GetFiles(Path.GetDirectoryName(foreign)!));
    }

    /// <summary>tenant/study/series/instance_uuid7.dcm</summary>
    private static string FileOf(BlobKey key)
    {
        var parts = key.Value.Split('/');
        return Path.Combine([.. parts[..^2], $"{parts[^2]}_{parts[^1]}"]);
    }

    public void Dispose() => Directory.Delete(root, recursive: true);
}
