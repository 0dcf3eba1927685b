using System.ComponentModel;
using System.Diagnostics;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace MedCloud.Interop.Tests.Dimse;

/// <summary>DCMTK's tools, which have to be on the PATH: their absence fails the test, by name.</summary>
internal static class Dcmtk
{
    /// <summary>Runs a tool to its end; its exit code, and what it printed.</summary>
    public static async Task<(int Code, string Output)> RunAsync(string tool, params string[] arguments)
    {
        using var process = Start(tool, arguments);
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return (process.ExitCode, output + await error);
    }

    /// <summary>Starts <c>storescp</c>, which keeps in <paramref name="folder"/> what it receives, byte for byte, and waits until it listens.</summary>
    public static async Task<StoreScp> StoreScpAsync(string folder, params string[] arguments)
    {
        using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        probe.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var port = ((IPEndPoint)probe.LocalEndPoint!).Port;
        probe.Dispose();

        var process = Start("storescp", ["-aet", "ARCHIVE", "+B", "-od", folder, .. arguments, $"{port}"]);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (!IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners().Any(listener => listener.Port == port))
        {
            Assert.False(process.HasExited, "storescp ended before it listened");
            await timer.WaitForNextTickAsync(TestContext.Current.CancellationToken);
        }
        return new StoreScp(process, port);
    }

    private static Process Start(string tool, string[] arguments)
    {
        var start = new ProcessStartInfo(tool, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        start.Environment["TCP_NODELAY"] = "1";
        try
        {
            return Process.Start(start) ?? throw new InvalidOperationException($"{tool} did not start");
        }
        catch (Win32Exception)
        {
            throw new InvalidOperationException($"{tool} is not installed; install DCMTK");
        }
    }

    /// <summary>A running <c>storescp</c>; stopped when disposed of.</summary>
    internal sealed class StoreScp(Process process, int port) : IDisposable
    {
        public IPEndPoint EndPoint { get; } = new(IPAddress.Loopback, port);

        public void Dispose()
        {
            process.Kill();
            process.WaitForExit();
            process.Dispose();
        }
    }
}
