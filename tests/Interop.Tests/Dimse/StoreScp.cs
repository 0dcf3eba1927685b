using System.ComponentModel;
using System.Diagnostics;
using System.Net;
using System.Net.NetworkInformation;
using System.Net.Sockets;

namespace MedCloud.Interop.Tests.Dimse;

/// <summary>DCMTK's receiver, which has to be on the PATH: its absence fails the test, by name.</summary>
internal sealed class StoreScp : IDisposable
{
    private readonly Process process;

    private StoreScp(Process process, int port)
    {
        this.process = process;
        EndPoint = new IPEndPoint(IPAddress.Loopback, port);
    }

    public IPEndPoint EndPoint { get; }

    /// <summary>Starts <c>storescp</c>, which keeps in <paramref name="folder"/> what it receives, byte for byte, and waits until it listens.</summary>
    public static async Task<StoreScp> StartAsync(string folder, params string[] arguments)
    {
        using var probe = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        probe.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        var port = ((IPEndPoint)probe.LocalEndPoint!).Port;
        probe.Dispose();

        var process = Start(["-aet", "ARCHIVE", "+B", "-od", folder, .. arguments, $"{port}"]);
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (!IPGlobalProperties.GetIPGlobalProperties().GetActiveTcpListeners().Any(listener => listener.Port == port))
        {
            Assert.False(process.HasExited, "storescp ended before it listened");
            await timer.WaitForNextTickAsync(TestContext.Current.CancellationToken);
        }
        return new StoreScp(process, port);
    }

    public void Dispose()
    {
        process.Kill();
        process.WaitForExit();
        process.Dispose();
    }

    private static Process Start(string[] arguments)
    {
        var start = new ProcessStartInfo("storescp", arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        try
        {
            return Process.Start(start) ?? throw new InvalidOperationException("storescp did not start");
        }
        catch (Win32Exception)
        {
            throw new InvalidOperationException("storescp is not installed; install DCMTK");
        }
    }
}
