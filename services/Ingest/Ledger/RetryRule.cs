namespace MedCloud.Ingest.Ledger;

/// <summary>How often a request is sent, and how long it waits in between.</summary>
public static class RetryRule
{
    /// <summary>After so many attempts, whatever ended each, a request is given up.</summary>
    public const int MaxAttempts = 6;

    private static readonly TimeSpan First = TimeSpan.FromSeconds(10);
    private static readonly TimeSpan Longest = TimeSpan.FromMinutes(10);

    /// <summary>The wait after <paramref name="attempts"/> attempts (1 or more): 10 s, doubled for each, at most 10 min.</summary>
    public static TimeSpan DelayAfter(int attempts) =>
        attempts > 16 ? Longest : TimeSpan.FromTicks(Math.Min(Longest.Ticks, First.Ticks << (attempts - 1)));
}
