namespace MedCloud.Ingest.Ledger;

/// <summary>Wakes the relay: set after each commit that may have made something to send. Setting it many times wakes it once.</summary>
public sealed class LedgerSignal : IDisposable
{
    private readonly SemaphoreSlim signal = new(0, 1);

    /// <summary>There may be something to send.</summary>
    public void Set()
    {
        lock (signal)
        {
            if (signal.CurrentCount == 0)
                signal.Release();
        }
    }

    /// <summary>Waits until the signal is set, or until <paramref name="limit"/> has passed (null: without limit).</summary>
    public async Task WaitAsync(TimeSpan? limit, TimeProvider time, CancellationToken cancellationToken)
    {
        if (limit is not { } wait)
        {
            await signal.WaitAsync(cancellationToken);
            return;
        }

        using var timer = new CancellationTokenSource(wait, time);
        using var either = CancellationTokenSource.CreateLinkedTokenSource(timer.Token, cancellationToken);
        try
        {
            await signal.WaitAsync(either.Token);
        }
        catch (OperationCanceledException) when (!cancellationToken.IsCancellationRequested)
        {
            // Due.
        }
    }

    /// <inheritdoc/>
    public void Dispose() => signal.Dispose();
}
