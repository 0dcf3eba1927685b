using MedCloud.Storage;
using Microsoft.Extensions.Logging;

namespace MedCloud.InferenceWorker.Analysis;

/// <summary>Holds requests back while the blob store is away, so that an outage does not use up the attempts of everything that waits.</summary>
internal sealed class StoreGate(IBlobStore store, TimeProvider time, ILogger<StoreGate> logger)
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(1);
    private int away;

    /// <summary>A request has found the store away.</summary>
    public void Close()
    {
        if (Interlocked.Exchange(ref away, 1) == 0)
            logger.StoreAway();
    }

    /// <summary>Returns at once while the store is there, else when it is back.</summary>
    public async Task PassAsync(CancellationToken cancellationToken)
    {
        while (Volatile.Read(ref away) == 1)
        {
            if (!await store.IsAvailableAsync(cancellationToken))
                await Task.Delay(Pause, time, cancellationToken);
            else if (Interlocked.Exchange(ref away, 0) == 1)
                logger.StoreBack();
        }
    }
}
