using MedCloud.Benchmarks.Servers;

namespace MedCloud.Benchmarks.Ingest;

/// <summary>Memory under load: row 10.</summary>
internal static class MemoryRows
{
    private const int Instances = 80;
    private const double Megabyte = 1e6;

    public static async Task<IReadOnlyList<Row>> MeasureAsync()
    {
        await using var server = await Server.MedCloudAsync();
        await Load.StoreAsync(server, InstanceKind.Cr, Instances, 8);
        var first = server.Products[0].PeakMemory;
        await Load.StoreAsync(server, InstanceKind.Cr, 10 * Instances, 8);
        var peak = server.Products[0].PeakMemory;
        return
        [
            new Row("10", $"peak memory, {11 * Instances} cr over 8 associations, MB", peak / Megabyte, new Goal(400, 200), $"{peak / Megabyte:0} MB", "-"),
            new Row("10", $"growth of the peak, {11 * Instances} cr to {Instances} cr", (double)peak / first, new Goal(1.15, 1.0), $"{first / Megabyte:0} to {peak / Megabyte:0} MB", "-"),
        ];
    }
}
