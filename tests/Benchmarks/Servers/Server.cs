using System.Diagnostics;
using System.Globalization;
using System.Net;
using MedCloud.Dicom.Network;
using MedCloud.Tests;

namespace MedCloud.Benchmarks.Servers;

/// <summary>A receiver of instances in a process of its own, on a folder of its own.</summary>
internal sealed class Server : IAsyncDisposable
{
    // USER_HZ, in which /proc/<pid>/stat counts, is 100 on every architecture that .NET runs on.
    private const double TicksPerSecond = 100;

    private readonly int processId;
    private readonly Func<ValueTask> stop;
    private readonly TemporaryFolder folder;

    private Server(string name, int processId, TemporaryFolder folder, Func<ValueTask> stop)
    {
        Name = name;
        this.processId = processId;
        this.stop = stop;
        this.folder = folder;
    }

    public string Name { get; }

    public IPEndPoint? Dimse { get; private init; }

    public AeTitle AeTitle { get; private init; } = AeTitle.Parse("BENCH");

    /// <summary>Where it takes STOW-RS.</summary>
    public Uri? Stow { get; private init; }

    /// <summary>CPU seconds that the process, and the children that it has waited for, have used so far.</summary>
    public double CpuSeconds
    {
        get
        {
            // The second field is the program's name in parentheses and may hold spaces; utime, stime, cutime and cstime are fields 14 to 17 (proc(5)).
            var stat = File.ReadAllText($"/proc/{processId}/stat");
            var fields = stat[(stat.LastIndexOf(')') + 2)..].Split(' ');
            return fields[11..15].Sum(ticks => long.Parse(ticks, CultureInfo.InvariantCulture)) / TicksPerSecond;
        }
    }

    /// <summary>The largest resident memory so far, bytes (VmHWM).</summary>
    public long PeakMemory
    {
        get
        {
            var line = File.ReadLines($"/proc/{processId}/status").Single(line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
            return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1], CultureInfo.InvariantCulture) * 1024;
        }
    }

    /// <summary>MedCloud in one process, as a user starts it.</summary>
    public static async Task<Server> MedCloudAsync()
    {
        var folder = new TemporaryFolder();
        var process = await AllInOneProcess.StartAsync(folder.Path);
        return new Server("MedCloud", process.Id, folder, process.DisposeAsync)
        {
            Dimse = new IPEndPoint(IPAddress.Loopback, process.DimsePort),
            AeTitle = AeTitle.Parse("MEDCLOUD"),
            Stow = new Uri(process.HttpUrl + "/dicom-web/studies"),
        };
    }

    /// <summary>Orthanc with its defaults: SQLite, each file synchronised.</summary>
    public static async Task<Server> OrthancAsync()
    {
        var folder = new TemporaryFolder();
        var (dimse, http) = (Tools.FreePort(), Tools.FreePort());
        var process = Tools.Start("/usr/sbin/Orthanc", Orthanc.WriteConfiguration(folder.Path, dimse, http));
        await Tools.ListeningAsync(process, dimse, http);
        return new Server("Orthanc", process.Id, folder, () => KillAsync(process))
        {
            Dimse = new IPEndPoint(IPAddress.Loopback, dimse),
            Stow = new Uri($"http://127.0.0.1:{http}/dicom-web/studies"),
        };
    }

    /// <summary>DCMTK's receiver: files without synchronisation, no index, a process for each association.</summary>
    public static async Task<Server> StoreScpAsync()
    {
        var folder = new TemporaryFolder();
        var port = Tools.FreePort();
        var process = Tools.Start("/usr/bin/storescp", "--fork", "-od", folder.Path, $"{port}");
        await Tools.ListeningAsync(process, port);
        return new Server("storescp --fork", process.Id, folder, () => KillAsync(process)) { Dimse = new IPEndPoint(IPAddress.Loopback, port) };
    }

    /// <summary>A bare Kestrel that hashes each body and writes it to a synchronised file: what STOW-RS costs without DICOM and without an index.</summary>
    public static async Task<Server> KestrelAsync()
    {
        var folder = new TemporaryFolder();
        var port = Tools.FreePort();
        var process = Tools.Start("dotnet", typeof(Server).Assembly.Location, "--kestrel", $"{port}", folder.Path);
        await Tools.ListeningAsync(process, port);
        return new Server("Kestrel, SHA-256 + file + fsync", process.Id, folder, () => KillAsync(process)) { Stow = new Uri($"http://127.0.0.1:{port}/") };
    }

    /// <summary>Waits until the process rests: what it does after its answers is its own cost and must not fall into the next measurement.</summary>
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
        folder.Dispose();
    }

    private static async ValueTask KillAsync(Process process)
    {
        process.Kill(entireProcessTree: true);
        await process.WaitForExitAsync();
        process.Dispose();
    }
}
