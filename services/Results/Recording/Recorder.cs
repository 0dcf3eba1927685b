using System.Collections.Concurrent;
using MedCloud.Hosting;
using MedCloud.Results.Database;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace MedCloud.Results.Recording;

/// <summary>The one writer of this process. Events that wait while a commit is under way are committed together, so that they share its flush to disk.</summary>
internal sealed class Recorder(IServiceScopeFactory scopes, TimeProvider time, ILogger<Recorder> logger) : IDisposable
{
    /// <summary>How many events one transaction takes at most; also how many the endpoint hands out at a time.</summary>
    public const int MostTogether = 64;

    private const int Attempts = 5;

    private readonly ConcurrentQueue<Waiting> waiting = [];
    private readonly SemaphoreSlim writer = new(1);

    /// <summary>Returns after the event's effect is committed.</summary>
    public async Task RecordAsync(object @event, CancellationToken cancellationToken)
    {
        using var span = Tracing.Source.StartActivity("record");
        var started = time.GetTimestamp();
        var own = new Waiting(@event, new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously));
        waiting.Enqueue(own);
        await writer.WaitAsync(cancellationToken);
        try
        {
            // SQLite works synchronously: without this, a caller that sends one event after another would have each committed alone.
            await Task.Yield();
            while (!own.Committed.Task.IsCompleted)
                await CommitNextAsync();
        }
        finally
        {
            writer.Release();
        }

        await own.Committed.Task;
        Metrics.Recorded(@event, own.IsNew, time.GetElapsedTime(started), time.GetUtcNow());
    }

    public void Dispose() => writer.Dispose();

    private async Task CommitNextAsync()
    {
        var batch = new List<Waiting>();
        while (batch.Count < MostTogether && waiting.TryDequeue(out var next))
            batch.Add(next);
        try
        {
            await CommitAsync(batch);
            batch.ForEach(each => each.Committed.SetResult());
        }
        catch (Exception exception) when (batch.Count > 1)
        {
            // Each for itself, so that an event that cannot be written faults alone.
            Log.BatchSplit(logger, batch.Count, exception);
            foreach (var each in batch)
                await CommitAloneAsync(each);
        }
        catch (Exception exception)
        {
            batch[0].Committed.SetException(exception);
        }
    }

    private async Task CommitAloneAsync(Waiting waiting)
    {
        try
        {
            await CommitAsync([waiting]);
            waiting.Committed.SetResult();
        }
        catch (Exception exception)
        {
            waiting.Committed.SetException(exception);
        }
    }

    private async Task CommitAsync(IReadOnlyCollection<Waiting> batch)
    {
        // The caller whose turn it is commits for others too: its going away must not fail them.
        var cancellationToken = CancellationToken.None;
        for (var attempt = 1; ; attempt++)
        {
            await using var scope = scopes.CreateAsyncScope();
            var db = scope.ServiceProvider.GetRequiredService<ResultsDb>();
            try
            {
                await using var transaction = await db.BeginRecordingAsync(cancellationToken);
                var rows = await EventBatch.LoadAsync(db, [.. batch.Select(each => each.Event)], cancellationToken);
                foreach (var each in batch)
                    each.IsNew = rows.Apply(each.Event);
                await db.SaveChangesAsync(cancellationToken);
                await transaction.CommitAsync(cancellationToken);
                return;
            }
            catch (Exception e) when (attempt < Attempts && db.IsLostRace(e))
            {
                // The next reading sees what was committed first.
            }
        }
    }

    private sealed record Waiting(object Event, TaskCompletionSource Committed)
    {
        /// <summary>What the commit found it to be.</summary>
        public bool IsNew { get; set; }
    }
}
