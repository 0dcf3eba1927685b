namespace MedCloud.Tests;

/// <summary>How long a test waits for what it expects: far longer than that takes, since a busy machine is no failure.</summary>
internal static class Patience
{
    public static TimeSpan Limit { get; } = TimeSpan.FromMinutes(5);

    /// <summary>Is cancelled with <paramref name="cancellationToken"/>, or when the patience is at its end.</summary>
    public static CancellationTokenSource Begin(CancellationToken cancellationToken)
    {
        var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(Limit);
        return limit;
    }
}
