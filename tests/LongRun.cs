namespace MedCloud.Tests;

/// <summary>The table of what was counted, which <c>tests/run</c> prints at its end and <c>docs/reliability.md</c> keeps.</summary>
internal static class LongRun
{
    private static readonly SemaphoreSlim Writing = new(1);

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
