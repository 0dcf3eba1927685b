using MedCloud.Benchmarks.Servers;

namespace MedCloud.Benchmarks.Ingest;

/// <summary>One condition under which servers are compared.</summary>
internal sealed record Cell(string Name, Func<Server, Task<Sent>> SendAsync);

/// <summary>Servers measured in turn under the same conditions: round after round, in each round cell after cell, in each cell server after server.</summary>
internal sealed class Cells
{
    private readonly Dictionary<(string Cell, string Server), List<Sent>> samples = [];

    /// <summary>
    /// Each round has new servers on new folders, warmed up by every cell, so that an index does not grow from round to round. The order of the servers turns.
    /// </summary>
    public static async Task<Cells> MeasureAsync(int rounds, IReadOnlyList<Func<Task<Server>>> servers, IReadOnlyList<Cell> cells, Func<Server, Task> warmUp)
    {
        var measured = new Cells();
        for (var round = 0; round < rounds; round++)
        {
            var started = new List<Server>();
            try
            {
                foreach (var start in servers)
                {
                    var server = await start();
                    started.Add(server);
                    await warmUp(server);
                    await server.RestAsync();
                }
                foreach (var cell in cells)
                {
                    for (var turn = 0; turn < started.Count; turn++)
                    {
                        var server = started[(turn + round) % started.Count];
                        measured.Add(cell, server, await cell.SendAsync(server));
                    }
                }
            }
            finally
            {
                foreach (var server in started)
                    await server.DisposeAsync();
            }
        }
        return measured;
    }

    /// <summary>The median of a figure over the rounds.</summary>
    public double Of(string cell, string server, Func<Sent, double> figure) => Median.Of(samples[(cell, server)].Select(figure));

    /// <summary>A row that compares MedCloud's figure with a peer's: the median of the rounds' ratios.</summary>
    public Row Compare(string number, string what, string cell, string peer, Goal goal, Func<Sent, double> figure, string unit)
    {
        var ratios = samples[(cell, "MedCloud")].Zip(samples[(cell, peer)], (own, other) => figure(own) / figure(other));
        return new Row(number, what, Median.Of(ratios), goal, $"{Of(cell, "MedCloud", figure):0.#} {unit}", $"{Of(cell, peer, figure):0.#} {unit} ({peer})");
    }

    private void Add(Cell cell, Server server, Sent sent)
    {
        Console.Error.WriteLine($"{cell.Name} {server.Name}: {sent.PerSecond:0.0}/s, p50 {sent.MedianMs:0.0} ms, {sent.CpuMs:0.00} ms CPU each"
            + (sent.CpuByProcess.Count > 1 ? $" ({string.Join(", ", sent.CpuByProcess.Select(process => $"{process.Name} {process.Ms:0.00}"))})" : ""));
        var key = (cell.Name, server.Name);
        if (!samples.TryGetValue(key, out var list))
            samples.Add(key, list = []);
        list.Add(sent);
    }
}
