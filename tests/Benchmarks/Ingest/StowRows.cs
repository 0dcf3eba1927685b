using MedCloud.Benchmarks.Servers;

namespace MedCloud.Benchmarks.Ingest;

/// <summary>STOW-RS: rows 5 and 6.</summary>
internal static class StowRows
{
    private const string Kestrel = "Kestrel, SHA-256 + file + fsync";

    public static async Task<IReadOnlyList<Row>> MeasureAsync(int rounds)
    {
        var cells = await Cells.MeasureAsync(
            rounds,
            [Server.MedCloudAsync, Server.OrthancAsync, Server.KestrelAsync],
            [
                new Cell("ct 4x1", server => Load.StowAsync(server, InstanceKind.Ct, 600, 4, 1)),
                new Cell("ct 4x10", server => Load.StowAsync(server, InstanceKind.Ct, 600, 4, 10)),
                new Cell("cr 4x1", server => Load.StowAsync(server, InstanceKind.Cr, 80, 4, 1)),
            ],
            async server =>
            {
                await Load.StowAsync(server, InstanceKind.Ct, 1500, 4, 1);
                await Load.StowAsync(server, InstanceKind.Cr, 12, 4, 1);
            });
        return
        [
            Rate("5", "STOW-RS rate, ct, 4 connections x 1", "ct 4x1", "Orthanc", new Goal(1.0, 2.0)),
            Rate("5", "STOW-RS rate, ct, 4 connections x 10", "ct 4x10", "Orthanc", new Goal(1.0, 2.0)),
            Rate("5", "STOW-RS rate, cr, 4 connections x 1", "cr 4x1", "Orthanc", new Goal(1.0, 2.0)),
            Rate("6", "STOW-RS rate, ct, 4 connections x 1", "ct 4x1", Kestrel, new Goal(0.35, 0.6)),
            Rate("6", "STOW-RS rate, cr, 4 connections x 1", "cr 4x1", Kestrel, new Goal(0.6, 0.85)),
        ];

        Row Rate(string number, string what, string cell, string peer, Goal goal) => cells.Compare(number, what, cell, peer, goal, sent => sent.PerSecond, "/s");
    }
}
