using System.Collections.Concurrent;
using System.Diagnostics;

namespace MedCloud.Tests;

/// <summary>A program of MedCloud, started as an operator starts it.</summary>
internal class ProductProcess : IAsyncDisposable
{
    private readonly Process child;
    private readonly ConcurrentQueue<string> output = new();
    private readonly ConcurrentQueue<string> log = new();
    private readonly TaskCompletionSource<string?> ready = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Dictionary<string, string> doors = [];

    /// <summary>Starts it and waits for nothing.</summary>
    /// <param name="program">The assembly, e.g. MedCloud.Ingest.</param>
    /// <param name="settings">Environment variables.</param>
    /// <param name="arguments">Of the command line.</param>
    public ProductProcess(string program, IReadOnlyDictionary<string, string>? settings, params IEnumerable<string> arguments)
    {
        Program = program;
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = Path.GetTempPath() };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, $"{program}.dll"));
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        foreach (var (name, value) in settings ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        child = new Process { StartInfo = start };
        child.OutputDataReceived += (_, line) =>
        {
            if (line.Data is null)
            {
                ready.TrySetResult(null);
                return;
            }
            output.Enqueue(line.Data);
            if (line.Data.StartsWith("ready ", StringComparison.Ordinal))
                ready.TrySetResult(line.Data);
        };
        child.ErrorDataReceived += (_, line) =>
        {
            if (line.Data is not null)
                log.Enqueue(line.Data);
        };
        child.Start();
        child.BeginOutputReadLine();
        child.BeginErrorReadLine();
    }

    /// <summary>The assembly, e.g. MedCloud.Ingest.</summary>
    public string Program { get; }

    public int Id => child.Id;

    public bool HasExited => child.HasExited;

    /// <summary>Whether it has exited otherwise than with 0.</summary>
    public bool HasFailed => child is { HasExited: true, ExitCode: not 0 };

    /// <summary>Whether it has said that it is ready.</summary>
    public bool IsReady => doors.Count > 0;

    /// <summary>e.g. http://127.0.0.1:41234</summary>
    public string HttpUrl => doors["http"];

    public string GrpcUrl => doors["grpc"];

    public int DimsePort => int.Parse(doors["dimse"].Split(':')[^1]);

    /// <summary>The lines of stdout so far.</summary>
    public IReadOnlyCollection<string> Output => output;

    /// <summary>The lines of stderr so far.</summary>
    public IReadOnlyCollection<string> Log => log;

    /// <summary>The largest resident memory of the process so far, bytes.</summary>
    public long PeakMemory => MemoryOf("VmHWM");

    /// <summary>The resident memory of the process now, bytes.</summary>
    public long Memory => MemoryOf("VmRSS");

    /// <summary>Waits for the ready line; throws with the log when the process ends before.</summary>
    public async Task ReadyAsync()
    {
        var line = await ready.Task.WaitAsync(Patience.Limit) ?? throw new InvalidOperationException($"{child.StartInfo.ArgumentList[0]} ended before it was ready:\n{string.Join('\n', log)}");
        doors = line.Split(' ').Skip(1).Select(word => word.Split('=', 2)).ToDictionary(word => word[0], word => word[1]);
    }

    /// <summary>Waits until the lines of stdout so far satisfy <paramref name="condition"/>.</summary>
    public async Task OutputAsync(Func<IReadOnlyCollection<string>, bool> condition)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        using var limit = new CancellationTokenSource(Patience.Limit);
        while (!condition(output))
            await timer.WaitForNextTickAsync(limit.Token);
    }

    public async Task<int> ExitAsync()
    {
        await child.WaitForExitAsync().WaitAsync(Patience.Limit);
        return child.ExitCode;
    }

    /// <summary>SIGTERM, as an operator or Kubernetes stops it; the exit code.</summary>
    public async Task<int> StopAsync()
    {
        await SignalAsync("TERM");
        return await ExitAsync();
    }

    /// <summary>Sends a signal by its name, e.g. STOP.</summary>
    public async Task SignalAsync(string signal)
    {
        using var kill = Process.Start("kill", [$"-{signal}", $"{Id}"]);
        await kill.WaitForExitAsync();
    }

    /// <summary>SIGKILL: nothing in the process gets to know.</summary>
    public Task KillAsync()
    {
        child.Kill();
        return child.WaitForExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!child.HasExited)
            await KillAsync();
        child.Dispose();
    }

    /// <summary>A line of /proc/PID/status (proc(5)), which is in kB.</summary>
    private long MemoryOf(string name)
    {
        var line = File.ReadLines($"/proc/{Id}/status").Single(line => line.StartsWith(name + ":", StringComparison.Ordinal));
        return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]) * 1024;
    }
}
