using System.Diagnostics;
using System.Net.NetworkInformation;
using MedCloud.Tests;

namespace MedCloud.Benchmarks.Servers;

/// <summary>The foreign programs, which have to be installed.</summary>
internal static class Tools
{
    private static readonly (string Path, string Package)[] Needed =
    [
        ("/usr/sbin/Orthanc", "orthanc"),
        (Orthanc.DicomWebPlugin, "orthanc-dicomweb"),
        ("/usr/bin/storescp", "dcmtk"),
        ("/usr/lib/rabbitmq/bin/rabbitmq-server", "rabbitmq-server"),
        ("/usr/lib/postgresql", "postgresql"),
    ];

    /// <summary>The command that installs what is missing; empty where nothing is.</summary>
    public static string Missing()
    {
        var packages = string.Join(' ', Needed.Where(tool => !Path.Exists(tool.Path)).Select(tool => tool.Package));
        if (packages.Length > 0)
            return $"the peers are missing; as root: apt-get install {packages}";
        return Path.Exists(Path.Combine(SharedData.Repository, "tests", "servers", "node_modules", "azurite")) ? "" : "Azurite is missing; tests/run installs it";
    }

    /// <summary>Starts a program without DCMTK's delay of small packets (Nagle's algorithm), which would cost it 44 ms per C-STORE.</summary>
    public static Process Start(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["TCP_NODELAY"] = "1";
        var process = new Process { StartInfo = start };
        process.Start();
        process.OutputDataReceived += (_, _) => { };
        process.ErrorDataReceived += (_, _) => { };
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
        return process;
    }

    /// <summary>Runs a program to its end; throws where that is a failure.</summary>
    public static async Task RunAsync(string program, params string[] arguments)
    {
        using var process = Start(program, arguments);
        await process.WaitForExitAsync();
        if (process.ExitCode != 0)
            throw new InvalidOperationException($"{program} {string.Join(' ', arguments)} ended with {process.ExitCode}");
    }

    /// <summary>Waits until <paramref name="process"/> listens on every port.</summary>
    public static async Task ListeningAsync(Process process, params int[] ports)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (!ports.All(port => IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners().Any(listener => listener.Port == port)))
        {
            if (process.HasExited)
                throw new InvalidOperationException($"{process.StartInfo.FileName} ended before it listened");
            await timer.WaitForNextTickAsync();
        }
    }
}
