using MedCloud.Dicom;
using MedCloud.Ingest.Sweeping;
using MedCloud.Storage;
using Microsoft.Extensions.DependencyInjection;

namespace MedCloud.Services.Tests.Ingest;

public sealed class SweeperTests : IDisposable
{
    private readonly DataFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task OnlyOldBlobsThatNothingNamesAreDeleted()
    {
        await using var host = IngestHost.Build(folder);
        await host.StartWriterAsync();
        var sample = new SampleObject();
        await host.StoreAsync(sample);
        await host.StoreAsync(sample with { Grey = 9 });
        var old = await LeaveAsync(host, 250);
        host.Time.Advance(TimeSpan.FromHours(25));
        var young = await LeaveAsync(host, 1);
        var named = (await host.FindAsync(sample.StudyInstanceUid)).Select(found => found.Blob);

        var report = await SweepAsync(host);

        Assert.Equal(new SweepReport(250, 0), report);
        var left = (await host.BlobsAsync()).Select(blob => blob.Key).ToHashSet();
        Assert.Equal(3, left.Count);
        Assert.Superset(named.Concat(young).ToHashSet(), left);
        Assert.DoesNotContain(old[0], left);
        Assert.Equal(new SweepReport(0, 0), await SweepAsync(host));
    }

    [Fact]
    public async Task TheAgeOfABlobBeginsWithItsCommit()
    {
        await using var host = IngestHost.Build(folder);
        await host.StartWriterAsync();
        var blobs = host.Services.GetRequiredService<IBlobStore>();
        await using var writer = await blobs.CreateAsync(NewKey(host), IngestHost.Cancellation);
        await writer.WriteAsync(new byte[100], IngestHost.Cancellation);
        host.Time.Advance(TimeSpan.FromHours(30));
        await writer.CommitAsync(new string('0', 64), IngestHost.Cancellation);

        Assert.Equal(0, (await SweepAsync(host)).Blobs);
        host.Time.Advance(TimeSpan.FromHours(25));
        Assert.Equal(1, (await SweepAsync(host)).Blobs);
    }

    [Fact]
    public async Task WhatAKilledProcessLeftUncommittedIsDeleted()
    {
        await using var host = IngestHost.Build(folder);
        await host.StartWriterAsync();
        _ = host.Services.GetRequiredService<IBlobStore>();
        await File.WriteAllBytesAsync(Path.Combine(folder.Blobs, ".incoming", "left"), [1], IngestHost.Cancellation);

        Assert.Equal(new SweepReport(0, 0), await SweepAsync(host));
        host.Time.Advance(TimeSpan.FromHours(25));
        Assert.Equal(new SweepReport(0, 1), await SweepAsync(host));
    }

    [Fact]
    public async Task ItRunsAtStartAndLeavesOtherwiseNothingToDelete()
    {
        BlobKey left;
        await using (var ended = IngestHost.Build(folder))
        {
            await ended.StartWriterAsync();
            left = Assert.Single(await LeaveAsync(ended, 1));
        }

        await using var host = await IngestHost.StartAsync(folder, time: new(DateTimeOffset.UtcNow.AddHours(25)));

        await host.UntilAsync(async () => !(await host.BlobsAsync()).Exists(blob => blob.Key == left));
    }

    private static Task<SweepReport> SweepAsync(IngestHost host) => host.Services.GetRequiredService<Sweeper>().SweepAsync(IngestHost.Cancellation);

    private static async Task<List<BlobKey>> LeaveAsync(IngestHost host, int count)
    {
        var keys = new List<BlobKey>();
        for (var index = 0; index < count; index++)
        {
            keys.Add(NewKey(host));
            await using var writer = await host.Services.GetRequiredService<IBlobStore>().CreateAsync(keys[^1], IngestHost.Cancellation);
            await writer.CommitAsync(new string('0', 64), IngestHost.Cancellation);
        }

        return keys;
    }

    private static BlobKey NewKey(IngestHost host) =>
        BlobKey.For("default", Uid.Parse("1.2"), Uid.Parse("1.3"), Uid.Parse("1.4"), Guid.CreateVersion7(host.Time.GetUtcNow()));
}
