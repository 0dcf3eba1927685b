using MedCloud.Benchmarks.Servers;

namespace MedCloud.Benchmarks.Ingest;

/// <summary>C-STORE: rows 1, 2, 3, 4 and 7.</summary>
internal static class DimseRows
{
    public static async Task<IReadOnlyList<Row>> MeasureAsync(int rounds)
    {
        var cells = await Cells.MeasureAsync(
            rounds,
            [Server.MedCloudAsync, Server.OrthancAsync, Server.StoreScpAsync],
            [
                new Cell("ct 4", server => Load.StoreAsync(server, InstanceKind.Ct, 600, 4)),
                new Cell("ct 1", server => Load.StoreAsync(server, InstanceKind.Ct, 300, 1)),
                new Cell("cr 4", server => Load.StoreAsync(server, InstanceKind.Cr, 80, 4)),
                new Cell("cr 1", server => Load.StoreAsync(server, InstanceKind.Cr, 40, 1)),
            ],
            async server =>
            {
                await Load.StoreAsync(server, InstanceKind.Ct, 1500, 4);
                await Load.StoreAsync(server, InstanceKind.Cr, 12, 4);
            });
        return
        [
            Rate("1", "C-STORE rate, ct, 4 associations", "ct 4", "Orthanc", new Goal(0.8, 1.5)),
            Rate("1", "C-STORE rate, cr, 4 associations", "cr 4", "Orthanc", new Goal(1.0, 1.5)),
            Rate("2", "C-STORE rate, ct, 1 association", "ct 1", "Orthanc", new Goal(1.0, 2.0)),
            Rate("2", "C-STORE rate, cr, 1 association", "cr 1", "Orthanc", new Goal(1.0, 2.0)),
            Rate("3", "C-STORE rate, ct, 4 associations", "ct 4", "storescp --fork", new Goal(0.25, 0.45)),
            Rate("3", "C-STORE rate, cr, 4 associations", "cr 4", "storescp --fork", new Goal(0.30, 0.55)),
            new Row("4", "C-STORE p50, ct, 1 association, ms", cells.Of("ct 1", "MedCloud", Latency), new Goal(8, 3), $"{cells.Of("ct 1", "MedCloud", Latency):0.0} ms", $"{cells.Of("ct 1", "Orthanc", Latency):0.0} ms (Orthanc)"),
            cells.Compare("7", "CPU of the server per ct", "ct 4", "Orthanc", new Goal(1.2, 0.8), sent => sent.CpuMs, "ms"),
            cells.Compare("7", "CPU of the server per cr", "cr 4", "Orthanc", new Goal(0.8, 0.5), sent => sent.CpuMs, "ms"),
        ];

        Row Rate(string number, string what, string cell, string peer, Goal goal) => cells.Compare(number, what, cell, peer, goal, sent => sent.PerSecond, "/s");
        static double Latency(Sent sent) => sent.MedianMs;
    }
}
