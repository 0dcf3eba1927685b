using System.Diagnostics;
using MedCloud.Tests;

namespace MedCloud.Repository.Tests;

/// <summary>The tracked files, as text.</summary>
internal static class Checkout
{
    /// <summary>Paths relative to the root, with forward slashes, as git tracks them.</summary>
    public static IReadOnlyList<string> Files { get; } = ListFiles();

    public static string Read(string file) => File.ReadAllText(Path.Combine(SharedData.Repository, file));

    /// <summary>The product's own C# sources, without generated migrations.</summary>
    public static IEnumerable<string> ProductSources =>
        Files.Where(file => file.StartsWith("services/", StringComparison.Ordinal) && file.EndsWith(".cs", StringComparison.Ordinal) && !file.Contains("/Migrations/", StringComparison.Ordinal));

    public static IEnumerable<string> TestSources =>
        Files.Where(file => file.StartsWith("tests/", StringComparison.Ordinal) && file.EndsWith(".cs", StringComparison.Ordinal) && !file.StartsWith("tests/Repository.Tests/", StringComparison.Ordinal));

    public static IEnumerable<string> Documents => Files.Where(file => file.EndsWith(".md", StringComparison.Ordinal));

    private static List<string> ListFiles()
    {
        var start = new ProcessStartInfo("git", ["ls-files", "--cached", "--others", "--exclude-standard", "-z"]) { RedirectStandardOutput = true, WorkingDirectory = SharedData.Repository };
        using var git = Process.Start(start)!;
        var files = git.StandardOutput.ReadToEnd().Split('\0', StringSplitOptions.RemoveEmptyEntries);
        git.WaitForExit();
        return [.. files.Where(file => File.Exists(Path.Combine(SharedData.Repository, file)))];
    }
}
