using System.Data;
using System.Data.Common;
using System.Threading.Channels;
using MedCloud.Hosting;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace MedCloud.Ingest.Index;

/// <summary>
/// Makes every write of this process. SQLite has one writer at a time, and in both databases each commit waits for the disk, so all writes that wait are committed in one transaction,
/// each with its own outcome, and every caller is answered after the COMMIT. If one of them fails, the transaction is undone and each is repeated alone.
/// </summary>
public sealed class IngestWriter(IDbContextFactory<IngestDb> databases, ILogger<IngestWriter> logger) : BackgroundService, IHostedLifecycleService
{
    private const int Waiting = 1024;
    private const int Grouped = 256;
    private const int Attempts = 5;

    // Nobody is held up by it, and while instances are stored it saves a commit of its own for nearly every confirmation.
    private static readonly TimeSpan Patience = TimeSpan.FromMilliseconds(100);

    private readonly Channel<Write> queue = Channel.CreateBounded<Write>(new BoundedChannelOptions(Waiting) { SingleReader = true });

    // One context for all transactions, so that its connection stays open and its statements prepared; given up when a transaction fails. Only the loop uses it.
    private IngestDb? kept;

    /// <summary>Runs <paramref name="work"/> in a transaction and returns its result when that is committed. It may run more than once, so it keeps nothing between runs.</summary>
    /// <param name="work">Reads and writes through the context, saves its changes, and does nothing else.</param>
    /// <param name="cancellationToken">Ends the wait for a place in the queue. After that the outcome is awaited, so that the caller knows it.</param>
    /// <param name="isPatient">Nobody waits for it: it is committed with the next write that is not patient, or after 0.1 s.</param>
    /// <exception cref="IngestDatabaseException">The database did not take it.</exception>
    public async Task<T> WriteAsync<T>(Func<IngestDb, Task<T>> work, CancellationToken cancellationToken, bool isPatient = false)
    {
        var write = new Write<T>(work) { IsPatient = isPatient };
        try
        {
            await queue.Writer.WriteAsync(write, cancellationToken);
        }
        catch (ChannelClosedException e)
        {
            throw new IngestDatabaseException("The database is being closed.", mayBeCommitted: false, e);
        }

        return await write.Outcome;
    }

    /// <summary>Brings the embedded database up to date before anything else starts; PostgreSQL is migrated by its job alone.</summary>
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        if (db.Database.IsSqlite())
            await SqliteDatabase.MigrateAsync(db, cancellationToken);
    }

    /// <inheritdoc/>
    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Goes on until everything else has stopped.</summary>
    public override Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Writes what waits, then ends.</summary>
    public Task StoppedAsync(CancellationToken cancellationToken)
    {
        queue.Writer.TryComplete();
        return base.StopAsync(cancellationToken);
    }

    /// <inheritdoc/>
    public override void Dispose()
    {
        queue.Writer.TryComplete();
        base.Dispose();
    }

    /// <summary>Ends when the queue is closed and empty, whatever the token says: a write that was accepted gets its outcome.</summary>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var group = new List<Write>(Grouped);
        while (await queue.Reader.WaitToReadAsync(CancellationToken.None))
        {
            if (Take(group))
                await WaitForOthersAsync(group);
            await CommitAsync(group);
            group.Clear();
        }

        await CloseAsync();
    }

    /// <summary>Adds what waits; false if one of it is not patient, or the group is full.</summary>
    private bool Take(List<Write> group)
    {
        var isPatient = true;
        while (group.Count < Grouped && queue.Reader.TryRead(out var write))
        {
            group.Add(write);
            isPatient &= write.IsPatient;
        }

        return isPatient && group.Count < Grouped;
    }

    private async Task WaitForOthersAsync(List<Write> group)
    {
        using var limit = new CancellationTokenSource(Patience);
        try
        {
            while (await queue.Reader.WaitToReadAsync(limit.Token) && Take(group))
            {
            }
        }
        catch (OperationCanceledException)
        {
            // They have waited long enough.
        }
    }

    /// <param name="group">What is committed together.</param>
    /// <param name="mayBeCommitted">An earlier COMMIT of these failed in doubt.</param>
    private async Task CommitAsync(IReadOnlyList<Write> group, bool mayBeCommitted = false)
    {
        try
        {
            await TransactAsync(group);
            return;
        }
        catch (Exception e) when (group.Count > 1)
        {
            mayBeCommitted = e is IngestDatabaseException { MayBeCommitted: true };
            Log.GroupRepeated(logger, group.Count, e);
        }
        catch (IngestDatabaseException e) when (mayBeCommitted)
        {
            group[0].Fail(new IngestDatabaseException(e.Message, mayBeCommitted: true, e));
            return;
        }
        catch (Exception e)
        {
            group[0].Fail(e);
            return;
        }

        foreach (var write in group)
            await CommitAsync([write], mayBeCommitted);
    }

    private async Task TransactAsync(IReadOnlyList<Write> group)
    {
        for (var attempt = 1; ; attempt++)
        {
            var (committing, committed, reused) = (false, false, kept is not null);
            try
            {
                if (kept is null)
                {
                    kept = await databases.CreateDbContextAsync();
                    // A write that fails takes its whole transaction with it: savepoints would be two statements for nothing.
                    kept.Database.AutoSavepointsEnabled = false;
                    await kept.Database.OpenConnectionAsync();
                    await DatabaseSchema.CheckAsync(kept, CancellationToken.None);
                }

                var db = kept;
                await using var transaction = await db.Database.BeginTransactionAsync();
                foreach (var write in group)
                {
                    await write.RunAsync(db);
                    db.ChangeTracker.Clear();
                }

                committing = true;
                await transaction.CommitAsync();
                committed = true;
                foreach (var write in group)
                    write.Succeed();
                return;
            }
            catch (Exception e) when (attempt < Attempts && kept?.IsLostRace(e) == true)
            {
                // A race was lost to another process: the next reading sees what it wrote.
            }
            catch (Exception) when (reused && !committing && kept?.Database.GetDbConnection().State != ConnectionState.Open)
            {
                // The kept connection broke since it was last used: the database may be back.
            }
            catch (Exception e) when (e is DbException or DbUpdateException or IOException)
            {
                throw new IngestDatabaseException("The database did not take a write.", committing, e);
            }
            finally
            {
                if (!committed)
                    await CloseAsync();
            }
        }
    }

    private async Task CloseAsync()
    {
        if (kept is not null)
            await kept.DisposeAsync();
        kept = null;
    }

    private abstract class Write
    {
        public bool IsPatient { get; init; }

        public abstract Task RunAsync(IngestDb db);

        public abstract void Succeed();

        public abstract void Fail(Exception exception);
    }

    private sealed class Write<T>(Func<IngestDb, Task<T>> work) : Write
    {
        private readonly TaskCompletionSource<T> outcome = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private T? result;

        public Task<T> Outcome => outcome.Task;

        public override async Task RunAsync(IngestDb db) => result = await work(db);

        public override void Succeed() => outcome.SetResult(result!);

        public override void Fail(Exception exception) => outcome.SetException(exception);
    }
}

/// <summary>The database is away, full, locked or read-only.</summary>
public sealed class IngestDatabaseException(string message, bool mayBeCommitted, Exception innerException) : Exception(message, innerException)
{
    /// <summary>The COMMIT itself failed: after a crash, the write may turn out to be there.</summary>
    public bool MayBeCommitted { get; } = mayBeCommitted;
}
