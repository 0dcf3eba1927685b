using MedCloud.Benchmarks.Servers;
using MedCloud.Tests;

namespace MedCloud.Benchmarks.Ingest;

/// <summary>MedCloud on RabbitMQ, PostgreSQL and Azurite: rows 7 and 8.</summary>
internal static class ClusterRows
{
    public static async Task<IReadOnlyList<Row>> MeasureAsync(int rounds)
    {
        ClusterServers? servers = null;
        try
        {
            var cells = await Cells.MeasureAsync(
                rounds,
                [StartClusterAsync, () => Server.BlobStoreAsync(servers!), Server.OrthancAsync],
                [
                    new Cell("ct 4", server => SendAsync(server, InstanceKind.Ct, 600)),
                    new Cell("cr 4", server => SendAsync(server, InstanceKind.Cr, 80)),
                ],
                async server =>
                {
                    await SendAsync(server, InstanceKind.Ct, 1500);
                    await SendAsync(server, InstanceKind.Cr, 12);
                });
            return
            [
                Cpu("cluster: CPU of all but the blob store per ct", "ct 4", new Goal(1.2, 0.8)),
                Cpu("cluster: CPU of all but the blob store per cr", "cr 4", new Goal(0.8, 0.5)),
                Rate("cluster: C-STORE rate into Azurite, ct, 4 associations", "ct 4", new Goal(0.6, 0.8)),
                Rate("cluster: C-STORE rate into Azurite, cr, 4 associations", "cr 4", new Goal(0.7, 0.85)),
            ];

            Row Cpu(string what, string cell, Goal goal) => cells.Compare("7", what, cell, "Orthanc", goal, sent => sent.CpuMs, "ms");
            Row Rate(string what, string cell, Goal goal) => cells.Compare("8", what, cell, "Put Blob", goal, sent => sent.PerSecond, "/s");
        }
        finally
        {
            await StopServersAsync();
        }

        // Each round on servers of its own: they are the data that a round begins without.
        async Task<Server> StartClusterAsync()
        {
            await StopServersAsync();
            servers = await ClusterServers.StartAsync(CancellationToken.None);
            return await Server.ClusterAsync(servers);
        }

        async Task StopServersAsync()
        {
            if (servers is not null)
                await servers.StopAsync();
            servers = null;
        }
    }

    private static Task<Sent> SendAsync(Server server, InstanceKind kind, int count) =>
        server.Blobs is null ? Load.StoreAsync(server, kind, count, 4) : Load.PutAsync(server, kind, count, 4);
}
