using System.Collections.Concurrent;
using System.Diagnostics;
using System.Text.RegularExpressions;

namespace MedCloud.Tests;

/// <summary>MedCloud in one process, started as a user starts it, on free ports and a data folder of its own.</summary>
internal sealed partial class AllInOneProcess : IAsyncDisposable
{
    /// <summary>How long anything that is waited for may take.</summary>
    private static readonly TimeSpan Limit = TimeSpan.FromMinutes(2);

    private readonly Process child;
    private readonly ConcurrentQueue<string> output = new();
    private readonly ConcurrentQueue<string> log = new();
    private readonly TaskCompletionSource<Match?> ready = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private AllInOneProcess(string data, IReadOnlyDictionary<string, string>? settings, IEnumerable<string> arguments)
    {
        var start = new ProcessStartInfo("dotnet") { RedirectStandardOutput = true, RedirectStandardError = true, WorkingDirectory = Path.GetTempPath() };
        start.ArgumentList.Add(Path.Combine(AppContext.BaseDirectory, "MedCloud.AllInOne.dll"));
        foreach (var argument in arguments)
            start.ArgumentList.Add(argument);
        foreach (var (name, value) in settings ?? new Dictionary<string, string>())
            start.Environment[name] = value;
        Data = data;
        child = new Process { StartInfo = start };
        child.OutputDataReceived += (_, line) =>
        {
            if (line.Data is null)
            {
                ready.TrySetResult(null);
                return;
            }
            output.Enqueue(line.Data);
            if (ReadyLine().Match(line.Data) is { Success: true } match)
                ready.TrySetResult(match);
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

    public string Data { get; }

    public int Id => child.Id;

    /// <summary>e.g. http://127.0.0.1:41234</summary>
    public string HttpUrl { get; private set; } = "";

    public string GrpcUrl { get; private set; } = "";

    public int DimsePort { get; private set; }

    /// <summary>The lines of stdout so far.</summary>
    public IReadOnlyCollection<string> Output => output;

    /// <summary>The lines of stderr so far.</summary>
    public IReadOnlyCollection<string> Log => log;

    /// <summary>The largest resident memory of the process so far, bytes.</summary>
    public long PeakMemory
    {
        get
        {
            var line = File.ReadLines($"/proc/{Id}/status").Single(line => line.StartsWith("VmHWM:", StringComparison.Ordinal));
            return long.Parse(line.Split(' ', StringSplitOptions.RemoveEmptyEntries)[1]) * 1024;
        }
    }

    /// <summary>Starts with free ports and waits for the ready line; throws with the log when the process ends before.</summary>
    public static async Task<AllInOneProcess> StartAsync(string data, IReadOnlyDictionary<string, string>? settings = null, params string[] arguments)
    {
        var process = Run(data, settings, ["--http", "0", "--grpc", "0", "--dimse", "0", "--data", data, .. arguments]);
        await process.ReadyAsync();
        return process;
    }

    /// <summary>Starts with exactly these arguments and waits for nothing.</summary>
    public static AllInOneProcess Run(string data, IReadOnlyDictionary<string, string>? settings, params IEnumerable<string> arguments) =>
        new(data, settings, arguments);

    /// <summary>Waits until the lines of stdout so far satisfy <paramref name="condition"/>.</summary>
    public async Task OutputAsync(Func<IReadOnlyCollection<string>, bool> condition)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        using var limit = new CancellationTokenSource(Limit);
        while (!condition(output))
            await timer.WaitForNextTickAsync(limit.Token);
    }

    public async Task<int> ExitAsync()
    {
        await child.WaitForExitAsync().WaitAsync(Limit);
        return child.ExitCode;
    }

    /// <summary>SIGTERM, as an operator or Kubernetes stops it; the exit code.</summary>
    public Task<int> StopAsync()
    {
        using var kill = Process.Start("kill", ["-TERM", $"{Id}"]);
        return ExitAsync();
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

    private async Task ReadyAsync()
    {
        var match = await ready.Task.WaitAsync(Limit) ?? throw new InvalidOperationException($"MedCloud ended before it was ready:\n{string.Join('\n', log)}");
        (HttpUrl, GrpcUrl, DimsePort) = (match.Groups["http"].Value, match.Groups["grpc"].Value, int.Parse(match.Groups["dimse"].Value));
    }

    [GeneratedRegex(@"^ready http=(?<http>http://127\.0\.0\.1:\d+) grpc=(?<grpc>http://127\.0\.0\.1:\d+) dimse=MEDCLOUD@127\.0\.0\.1:(?<dimse>\d+)$")]
    private static partial Regex ReadyLine();
}
