using System.ComponentModel;
using System.Diagnostics;

namespace MedCloud.Interop.Tests;

/// <summary>A foreign program on the PATH; its absence fails the test, by name.</summary>
internal static class Tool
{
    /// <summary>Runs to the end; a failure fails the test with what it printed. Returns stdout.</summary>
    public static async Task<string> RunAsync(string program, params string[] arguments)
    {
        var (code, output) = await TryRunAsync(program, arguments);
        Assert.True(code == 0, $"{program} {string.Join(' ', arguments)} ended with {code}:\n{output}");
        return output;
    }

    /// <summary>Runs to the end; the exit code, and stdout followed by stderr.</summary>
    public static async Task<(int Code, string Output)> TryRunAsync(string program, params string[] arguments)
    {
        var start = new ProcessStartInfo(program, arguments) { RedirectStandardOutput = true, RedirectStandardError = true };
        try
        {
            using var process = Process.Start(start)!;
            var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
            var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
            await process.WaitForExitAsync(TestContext.Current.CancellationToken);
            return (process.ExitCode, output + await error);
        }
        catch (Win32Exception)
        {
            Assert.Fail($"{program} is not installed; tests/run installs it");
            throw;
        }
    }
}
