using System.Diagnostics;
using System.Globalization;
using System.Net;
using Azure.Storage.Blobs;
using MedCloud.Dicom.Network;
using MedCloud.Tests;

namespace MedCloud.Benchmarks.Servers;

/// <summary>A receiver of instances in processes of its own, on data of its own.</summary>
internal sealed class Server : IAsyncDisposable
{
    // USER_HZ, in which /proc/<pid>/stat counts, is 100 on every architecture that .NET runs on.
    private const double TicksPerSecond = 100;

    private readonly (string Name, int Id)[] processes;
    private readonly Func<ValueTask> stop;
    private readonly TemporaryFolder? folder;

    private Server(string name, (string Name, int Id)[] processes, TemporaryFolder? folder, Func<ValueTask> stop)
    {
        Name = name;
        this.processes = processes;
        this.stop = stop;
        this.folder = folder;
    }

    public string Name { get; }

    public IPEndPoint? Dimse { get; private init; }

    public AeTitle AeTitle { get; private init; } = AeTitle.Parse("BENCH");

    /// <summary>Where it takes STOW-RS.</summary>
    public Uri? Stow { get; private init; }

    /// <summary>Where it takes blobs, if that is all that it does.</summary>
    public BlobContainerClient? Blobs { get; private init; }

    /// <summary>CPU seconds that all processes have used so far, as <see cref="CpuByProcess"/> counts them.</summary>
    public double CpuSeconds => CpuByProcess().Sum(process => process.Seconds);

    /// <summary>CPU seconds that each process and its descendants have used so far; of one that has ended, if its parent waited for it.</summary>
    public IReadOnlyList<(string Name, double Seconds)> CpuByProcess()
    {
        var all = AllProcesses();
        return [.. processes.Select(process => (process.Name, UsedBy(process.Id, all) / TicksPerSecond))];
    }

    /// <summary>MedCloud's own processes; none where the server is another.</summary>
    public IReadOnlyList<ProductProcess> Products { get; private init; } = [];

    /// <summary>MedCloud in one process, as a user starts it.</summary>
    public static async Task<Server> MedCloudAsync()
    {
        var folder = new TemporaryFolder();
        var process = await AllInOneProcess.StartAsync(folder.Path);
        return new Server("MedCloud", [("AllInOne", process.Id)], folder, process.DisposeAsync)
        {
            Dimse = new IPEndPoint(IPAddress.Loopback, process.DimsePort),
            AeTitle = AeTitle.Parse("MEDCLOUD"),
            Stow = new Uri(process.HttpUrl + "/dicom-web/studies"),
            Products = [process],
        };
    }

    /// <summary>
    /// MedCloud as a hospital runs it: Portal, Ingest, Results and a worker, with RabbitMQ and PostgreSQL, whose CPU is its own. That of Azurite, which stands in for
    /// a service elsewhere, is not.
    /// </summary>
    public static async Task<Server> ClusterAsync(ClusterServers servers)
    {
        var cluster = await Cluster.StartAsync(servers, CancellationToken.None);
        await cluster.StartPortalAsync();
        (string Name, int Id)[] processes =
        [
            .. cluster.Processes.Select(process => (process.Program, process.Id)),
            ("RabbitMQ", servers.Broker.ProcessId),
            ("PostgreSQL", servers.Database.ProcessId),
        ];
        return new Server("MedCloud", processes, null, cluster.DisposeAsync)
        {
            Dimse = new IPEndPoint(IPAddress.Loopback, cluster.Ingests[0].DimsePort),
            AeTitle = AeTitle.Parse("MEDCLOUD"),
            Stow = new Uri(cluster.Ingests[0].HttpUrl + "/dicom-web/studies"),
            Products = [.. cluster.Processes],
        };
    }

    /// <summary>The blob store that a cluster stands on, and a container of its own in it: what storing costs without DICOM, an index and a queue.</summary>
    public static async Task<Server> BlobStoreAsync(ClusterServers servers)
    {
        var container = new BlobContainerClient(servers.Blobs.ConnectionString, $"bare-{Guid.NewGuid():n}");
        await container.CreateAsync();
        return new Server("Put Blob", [("Azurite", servers.Blobs.ProcessId)], null, () => ValueTask.CompletedTask) { Blobs = container };
    }

    /// <summary>Orthanc with its defaults: SQLite, each file synchronised.</summary>
    public static async Task<Server> OrthancAsync()
    {
        var folder = new TemporaryFolder();
        var ports = TestServer.FreePorts(2);
        var (dimse, http) = (ports[0], ports[1]);
        var process = Tools.Start("/usr/sbin/Orthanc", Orthanc.WriteConfiguration(folder.Path, dimse, http));
        await Tools.ListeningAsync(process, dimse, http);
        return new Server("Orthanc", [("Orthanc", process.Id)], folder, () => KillAsync(process))
        {
            Dimse = new IPEndPoint(IPAddress.Loopback, dimse),
            Stow = new Uri($"http://127.0.0.1:{http}/dicom-web/studies"),
        };
    }

    /// <summary>DCMTK's receiver: files without synchronisation, no index, a process for each association.</summary>
    public static async Task<Server> StoreScpAsync()
    {
        var folder = new TemporaryFolder();
        var port = TestServer.FreePorts(1)[0];
        var process = Tools.Start("/usr/bin/storescp", "--fork", "-od", folder.Path, $"{port}");
        await Tools.ListeningAsync(process, port);
        return new Server("storescp --fork", [("storescp", process.Id)], folder, () => KillAsync(process)) { Dimse = new IPEndPoint(IPAddress.Loopback, port) };
    }

    /// <summary>A bare Kestrel that hashes each body and writes it to a synchronised file: what STOW-RS costs without DICOM and without an index.</summary>
    public static async Task<Server> KestrelAsync()
    {
        var folder = new TemporaryFolder();
        var port = TestServer.FreePorts(1)[0];
        var process = Tools.Start("dotnet", typeof(Server).Assembly.Location, "--kestrel", $"{port}", folder.Path);
        await Tools.ListeningAsync(process, port);
        return new Server("Kestrel, SHA-256 + file + fsync", [("Kestrel", process.Id)], folder, () => KillAsync(process)) { Stow = new Uri($"http://127.0.0.1:{port}/") };
    }

    /// <summary>Waits until the processes rest: what it does after its answers is its own cost and must not fall into the next measurement.</summary>
    public async Task RestAsync()
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(250));
        var used = CpuSeconds;
        while (await timer.WaitForNextTickAsync())
        {
            var before = used;
            used = CpuSeconds;
            if (used - before < 0.02)
                return;
        }
    }

    public async ValueTask DisposeAsync()
    {
        await stop();
        folder?.Dispose();
    }

    private static long UsedBy(int process, Dictionary<int, (int Parent, long Ticks)> all)
    {
        var (used, next) = (0L, new Stack<int>([process]));
        while (next.TryPop(out var id))
        {
            used += all.GetValueOrDefault(id).Ticks;
            foreach (var (child, found) in all)
            {
                if (found.Parent == id)
                    next.Push(child);
            }
        }
        return used;
    }

    private static Dictionary<int, (int Parent, long Ticks)> AllProcesses()
    {
        var all = new Dictionary<int, (int Parent, long Ticks)>();
        foreach (var folder in Directory.EnumerateDirectories("/proc"))
        {
            if (!int.TryParse(Path.GetFileName(folder), CultureInfo.InvariantCulture, out var id))
                continue;
            try
            {
                // The second field is the program's name in parentheses and may hold spaces; the parent is field 4, utime, stime, cutime and cstime are 14 to 17 (proc(5)).
                var stat = File.ReadAllText($"{folder}/stat");
                var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
                all.Add(id, (int.Parse(fields[1], CultureInfo.InvariantCulture), fields[11..15].Sum(ticks => long.Parse(ticks, CultureInfo.InvariantCulture))));
            }
            catch (IOException)
            {
                // It has ended.
            }
        }
        return all;
    }

    private static async ValueTask KillAsync(Process process)
    {
        process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync();
        process.Dispose();
    }
}
