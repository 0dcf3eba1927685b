namespace MedCloud.Tests;

/// <summary>A length of time that is part of what a test does, not a wait for something: how long a server is away, how slow a link is, how soon a sender tries again.</summary>
internal static class Outage
{
    public static async Task LastsAsync(TimeSpan length, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(length);
        await timer.WaitForNextTickAsync(cancellationToken);
    }
}
