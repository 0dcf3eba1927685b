using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace MedCloud.Tests;

/// <summary>
/// One server that <c>tests/servers/start</c> runs, on free loopback ports and a folder of its own. It can be stopped, killed and started again on the same ports and data.
/// The script watches its stdin, so the server ends also when the tests are killed.
/// </summary>
internal abstract class TestServer(string name, int ports) : IAsyncDisposable
{
    private const int ProgramMissing = 127;

    private readonly ConcurrentQueue<string> output = new();
    private Process? script;

    public bool IsRunning => script is { HasExited: false };

    protected string Folder { get; } = Directory.CreateTempSubdirectory($"medcloud-{name}-").FullName;

    /// <summary>The process whose descendants the server is.</summary>
    public int ProcessId => script!.Id;

    protected IReadOnlyList<int> Ports { get; } = FreePorts(ports);

    /// <summary>Starts the server and returns when it answers; skips the test, by name, where the program is missing, unless MEDCLOUD_REQUIRE_SERVERS=1.</summary>
    public async Task StartAsync(CancellationToken cancellationToken)
    {
        var start = new ProcessStartInfo(Path.Combine(SharedData.Repository, "tests", "servers", "start"), [name, Folder, .. Ports.Select(port => $"{port}")])
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        script = new Process { StartInfo = start };
        script.OutputDataReceived += (_, line) => output.Enqueue(line.Data ?? "");
        script.ErrorDataReceived += (_, line) => output.Enqueue(line.Data ?? "");
        script.Start();
        script.BeginOutputReadLine();
        script.BeginErrorReadLine();

        using var limit = Patience.Begin(cancellationToken);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (!await IsReadyAsync(limit.Token))
        {
            if (script.HasExited)
            {
                Assert.SkipWhen(
                    script.ExitCode == ProgramMissing && Environment.GetEnvironmentVariable("MEDCLOUD_REQUIRE_SERVERS") != "1",
                    $"{name} is not installed; tests/run installs it");
                throw new InvalidOperationException($"{name} ended with {script.ExitCode}: {string.Join('\n', output)}");
            }

            await timer.WaitForNextTickAsync(limit.Token);
        }
    }

    /// <summary>Stops it as an administrator would, and waits for its end.</summary>
    public async Task StopAsync()
    {
        if (script is null)
            return;
        script.StandardInput.Close();
        await EndAsync();
    }

    /// <summary>kill -9 of all its processes.</summary>
    public async Task KillAsync()
    {
        if (script is null)
            return;
        script.Kill(entireProcessTree: true);
        await EndAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Directory.Delete(Folder, recursive: true);
    }

    /// <summary>Ports of loopback that nobody listens on now.</summary>
    public static IReadOnlyList<int> FreePorts(int count)
    {
        // Held together, so that they differ.
        var listeners = Enumerable.Range(0, count).Select(_ => new TcpListener(IPAddress.Loopback, 0)).ToList();
        listeners.ForEach(listener => listener.Start());
        var free = listeners.ConvertAll(listener => ((IPEndPoint)listener.LocalEndpoint).Port);
        listeners.ForEach(listener => listener.Dispose());
        return free;
    }

    /// <summary>Whether it answers; no answer is false, not an exception.</summary>
    protected abstract Task<bool> IsReadyAsync(CancellationToken cancellationToken);

    private async Task EndAsync()
    {
        await script!.WaitForExitAsync(CancellationToken.None);
        script.Dispose();
        script = null;
    }
}
