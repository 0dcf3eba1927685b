using MedCloud.Ingest;

namespace MedCloud.Services.Tests.Ingest;

[CollectionDefinition(nameof(MeasuredAlone), DisableParallelization = true)]
public sealed class MeasuredAlone;

/// <summary>Counts what the whole process allocates, so nothing runs beside it.</summary>
[Collection(nameof(MeasuredAlone))]
public sealed class LargeObjectTests : IDisposable
{
    private const int PixelBytes = 200 * 1024 * 1024;

    private readonly DataFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public async Task ALargeObjectIsStoredInLittleMemory()
    {
        await using var host = await IngestHost.StartAsync(folder);
        await host.StoreAsync(new SampleObject());
        var sample = new SampleObject();
        var before = GC.GetTotalAllocatedBytes(precise: true);

        var outcome = await host.StoreAsync(new Reception { Tenant = "default", Door = "stow", Content = sample.WithLongPixels(PixelBytes) });

        var allocated = GC.GetTotalAllocatedBytes(precise: true) - before;
        Assert.IsType<StoreOutcome.Stored>(outcome);
        Assert.InRange(allocated, 0, 16 * 1024 * 1024);
        var file = Assert.Single(Directory.GetFiles(folder.Blobs, $"{sample.SopInstanceUid}_*.dcm", SearchOption.AllDirectories));
        Assert.InRange(new FileInfo(file).Length, PixelBytes, PixelBytes + 4096);
    }
}
