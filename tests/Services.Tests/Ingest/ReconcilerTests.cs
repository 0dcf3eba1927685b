using MedCloud.Contracts;
using MedCloud.Ingest.Index;
using MedCloud.Ingest.Ledger;
using MedCloud.Results.V1;
using MedCloud.Tests;
using Microsoft.Extensions.DependencyInjection;

namespace MedCloud.Services.Tests.Ingest;

/// <summary>What counts as lost with a broker, and what becomes of it. Nothing is sent here: the tests take and find rows themselves, at times that they name.</summary>
public abstract class ReconcilerTests(Servers? servers) : IngestTests(servers)
{
    private const string Model = "chest";

    private static readonly TimeSpan LostAfter = TimeSpan.FromMinutes(10);
    private static readonly DateTime Start = new(2026, 3, 2, 8, 0, 0, DateTimeKind.Utc);
    private static readonly QueueDefinition Routine = Queues.Analyse(Model, stat: false);
    private static readonly QueueDefinition Urgent = Queues.Analyse(Model, stat: true);

    [Fact]
    public async Task ASentRequestIsLostOnlyWhenItIsDueAndItsQueueIsEmpty()
    {
        await using var host = await WithAsync(new SampleObject());
        await TakeAsync(host, Start);
        var due = Start + LostAfter;

        Assert.Equal(0, (await FindAsync(host, due.AddSeconds(-1), Routine, Urgent)).Count);
        Assert.Equal(0, (await FindAsync(host, due, Urgent)).Count);
        Assert.Equal(new Lost(0, 1, 0), await FindAsync(host, due, Routine));
        Assert.Equal(0, (await FindAsync(host, due, Routine)).Count);

        var row = Assert.Single(await host.RequestRowsAsync());
        Assert.Equal((RequestState.Queued, 1, false, "lost"), (row.State, row.Attempts, row.Suspect, row.LastEnd));
        Assert.Equal(2, Assert.Single((await TakeAsync(host, due)).Requests).Message.Attempt);
    }

    [Fact]
    public async Task ASentRequestIsLostWhenOneThatWasSentAfterItWasDueHasItsOutcome()
    {
        await using var host = await WithAsync(new SampleObject());
        var lost = Assert.Single((await TakeAsync(host, Start)).Requests).Message;
        var due = Start + LostAfter;

        foreach (var (sent, count) in new[] { (due.AddSeconds(-1), 0), (due, 1) })
        {
            await host.StoreAsync(new SampleObject());
            var later = Assert.Single((await TakeAsync(host, sent)).Requests).Message;
            Assert.Equal(0, (await FindAsync(host, due.AddHours(1))).Requests);
            await WriteAsync(host, db => Reconciler.RecordedAsync(db, new AnalysisRecorded(later.Key.AnalysisId)));
            Assert.Equal(count, (await FindAsync(host, due.AddHours(1))).Requests);
        }

        Assert.Equal(lost.Key, Assert.Single((await TakeAsync(host, due)).Requests).Message.Key);
    }

    [Fact]
    public async Task TheWaitDoublesAndTheSixthLossIsTheLast()
    {
        await using var host = await WithAsync(new SampleObject());
        var now = Start;
        for (var attempt = 1; attempt <= 6; attempt++)
        {
            Assert.Equal(attempt, Assert.Single((await TakeAsync(host, now)).Requests).Message.Attempt);
            now += LostAfter * (1 << (attempt - 1));
            Assert.Equal(0, (await FindAsync(host, now.AddSeconds(-1), Routine)).Count);
            Assert.Equal(attempt < 6 ? new Lost(0, 1, 0) : new Lost(0, 0, 1), await FindAsync(host, now, Routine));
        }

        for (var told = 0; told < 2; told++)
        {
            var failed = Assert.Single((await TakeAsync(host, now)).Failures).Message;
            Assert.Equal((ReasonCode.AttemptsExhausted, 6), (failed.Reason.Code, failed.Attempts));
            Assert.Contains("lost", failed.Reason.Text, StringComparison.Ordinal);
            // Nor is it forgotten while Results does not confirm it.
            now += LostAfter;
            Assert.Equal(0, (await FindAsync(host, now.AddSeconds(-1), Queues.Results)).GivenUp);
            Assert.Equal(1, (await FindAsync(host, now, Queues.Results)).GivenUp);
        }
    }

    [Fact]
    public async Task AnInstanceIsAnnouncedAgainWhenTheQueueBeforeResultsIsEmptyOrHasPassedIt()
    {
        await using var host = await WithAsync(new SampleObject());
        Assert.Single((await TakeAsync(host, Start)).Instances);
        var late = Start + LostAfter;

        Assert.Equal(0, (await FindAsync(host, late.AddSeconds(-1), Queues.Results)).Instances);
        Assert.Equal(0, (await FindAsync(host, late)).Instances);
        Assert.Equal(1, (await FindAsync(host, late, Queues.Results)).Instances);
        Assert.Single((await TakeAsync(host, Start)).Instances);

        await host.StoreAsync(new SampleObject());
        var later = Assert.Single((await TakeAsync(host, late)).Requests).Message;
        Assert.Equal(0, (await FindAsync(host, late)).Instances);
        await WriteAsync(host, db => Reconciler.RecordedAsync(db, new AnalysisRecorded(later.Key.AnalysisId)));
        Assert.Equal(1, (await FindAsync(host, late)).Instances);
    }

    [Fact]
    public async Task DeadLetteredRequestsAreSuspectsAndGoOneAtATimeWithOthersBeside()
    {
        await using var host = await WithAsync(new SampleObject(), new SampleObject(), new SampleObject());
        foreach (var request in (await TakeAsync(host, Start)).Requests)
            Assert.Equal(1, await WriteAsync(host, db => Reconciler.DeadLetteredAsync(db, request.Message.Key.AnalysisId)));
        Assert.All(await host.RequestRowsAsync(), row => Assert.Equal((RequestState.Queued, true, "dead-lettered"), (row.State, row.Suspect, row.LastEnd)));
        await host.StoreAsync(new SampleObject());

        var together = (await TakeAsync(host, Start)).Requests;
        Assert.Equal([2, 1], together.Select(request => request.Message.Attempt));
        for (var left = 2; left > 0; left--)
        {
            Assert.Empty((await TakeAsync(host, Start)).Requests);
            await WriteAsync(host, db => Reconciler.RecordedAsync(db, new AnalysisRecorded(together[0].Message.Key.AnalysisId)));
            together = (await TakeAsync(host, Start)).Requests;
            Assert.Equal([2], together.Select(request => request.Message.Attempt));
        }
    }

    private async Task<IngestHost> WithAsync(params IReadOnlyList<SampleObject> samples)
    {
        var host = IngestHost.Build(Folder);
        await host.StartWriterAsync();
        foreach (var sample in samples)
            await host.StoreAsync(sample);
        return host;
    }

    private static Task<Outgoing> TakeAsync(IngestHost host, DateTime now) => WriteAsync(host, db => new Outbox([Model], 100, LostAfter).TakeAsync(db, now));

    private static Task<Lost> FindAsync(IngestHost host, DateTime now, params IReadOnlyList<QueueDefinition> empty) =>
        WriteAsync(host, db => Reconciler.FindLostAsync(db, [Model], empty, LostAfter, now));

    private static Task<T> WriteAsync<T>(IngestHost host, Func<IngestDb, Task<T>> work) =>
        host.Services.GetRequiredService<IngestWriter>().WriteAsync(work, IngestHost.Cancellation);
}

public sealed class ReconcilerOnSqliteTests() : ReconcilerTests(null);

public sealed class ReconcilerOnPostgresTests(Servers servers) : ReconcilerTests(servers);
