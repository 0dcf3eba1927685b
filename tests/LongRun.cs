namespace MedCloud.Tests;

/// <summary>The table of what was counted, which <c>tests/run</c> prints at its end and <c>docs/reliability.md</c> keeps.</summary>
internal static class LongRun
{
    private static readonly SemaphoreSlim Writing = new(1);

    /// <summary>Whether the counts are those that the reliability table names: <c>tests/run --long</c>.</summary>
    public static bool Is { get; } = Environment.GetEnvironmentVariable("MEDCLOUD_TEST_LONG") == "1";

    public static async Task ReportAsync(string line)
    {
        var folder = Directory.CreateDirectory(Path.Combine(SharedData.Repository, "artifacts"));
        await Writing.WaitAsync();
        try
        {
            await File.AppendAllTextAsync(Path.Combine(folder.FullName, "reliability.txt"), line + Environment.NewLine);
        }
        finally
        {
            Writing.Release();
        }
    }
}
