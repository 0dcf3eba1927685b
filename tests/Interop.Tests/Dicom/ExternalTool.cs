using System.Diagnostics;

namespace MedCloud.Interop.Tests;

/// <summary>Runs the programs of other projects that ours are compared with.</summary>
internal static class ExternalTool
{
    /// <summary>Runs a tool to its end and gives what it printed; fails the test if the tool is missing or ends in error.</summary>
    public static async Task<string> RunAsync(string tool, string package, IEnumerable<string> arguments, string input = "")
    {
        var path = Find(tool);
        Assert.True(path is not null, $"{tool} is not here; these tests need Debian's {package}");
        var start = new ProcessStartInfo(path, arguments)
        {
            RedirectStandardInput = true,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            StandardOutputEncoding = System.Text.Encoding.Latin1,
        };
        using var process = Process.Start(start);
        Assert.NotNull(process);
        var cancellationToken = TestContext.Current.CancellationToken;
        var output = process.StandardOutput.ReadToEndAsync(cancellationToken);
        var errors = process.StandardError.ReadToEndAsync(cancellationToken);
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        await process.WaitForExitAsync(cancellationToken);
        Assert.True(process.ExitCode == 0, $"{tool} {string.Join(' ', arguments)} ended with {process.ExitCode}: {await errors}");
        return await output;
    }

    private static string? Find(string tool) =>
        (Environment.GetEnvironmentVariable("PATH") ?? "").Split(Path.PathSeparator).Select(folder => Path.Combine(folder, tool)).FirstOrDefault(File.Exists);
}
