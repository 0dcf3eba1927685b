using MedCloud.Contracts;
using MedCloud.Ingest;
using MedCloud.Ingest.Ledger;
using MedCloud.Results.V1;
using MedCloud.Tests;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Time.Testing;

namespace MedCloud.Services.Tests.Ingest;

/// <summary>What a new process finds in the folder of one that was not stopped, but ended.</summary>
public abstract class RestartTests(Servers? servers) : IngestTests(servers)
{
    [Fact]
    public async Task WhatWasCommittedAndNotSentIsSentByTheNextProcess()
    {
        var samples = Enumerable.Range(0, 3).Select(_ => new SampleObject()).ToList();
        await using (var ended = IngestHost.Build(Folder))
        {
            await ended.StartWriterAsync();
            foreach (var sample in samples)
                Assert.IsType<StoreOutcome.Stored>(await ended.StoreAsync(sample));
        }

        await using var host = await IngestHost.StartAsync(Folder);

        var requests = await host.RequestsAsync(3);
        Assert.Equal(samples.Select(sample => sample.SopInstanceUid), requests.Select(request => request.Key.SopInstanceUid));
        Assert.All(requests, request => Assert.Equal(1, request.Attempt));
        foreach (var sample in samples)
            Assert.Equal(sample.SopInstanceUid, (await host.InstanceAsync()).SopInstanceUid);
    }

    [Fact]
    public async Task WhatWasSentAndNotRecordedIsSentAgainAndWhatWasRecordedIsNot()
    {
        var (recorded, open) = (new SampleObject(), new SampleObject());
        await using (var ended = await IngestHost.StartAsync(Folder))
        {
            await ended.StoreAsync(recorded);
            await ended.StoreAsync(open);
            var requests = await ended.RequestsAsync(2);
            await ended.RecordAsync(new InstanceRecorded("default", recorded.SopInstanceUid, 1, Stat: false));
            await ended.RecordAsync(requests[0]);
            await ended.UntilAsync(RequestState.Closed);
            await ended.UntilAsync(() => ended.QueryAsync(async db => await db.Recordings.CountAsync(IngestHost.Cancellation) == 1));
        }

        await using var host = await IngestHost.StartAsync(Folder);

        var again = Assert.Single(await host.RequestsAsync(1));
        Assert.Equal((open.SopInstanceUid, 2), (again.Key.SopInstanceUid, again.Attempt));
        Assert.Equal(open.SopInstanceUid, (await host.InstanceAsync()).SopInstanceUid);
    }

    [Fact]
    public async Task SuspectsGoOneAtATimeAndNewRequestsFlowBeside()
    {
        var suspects = Enumerable.Range(0, 3).Select(_ => new SampleObject()).ToList();
        await using (var ended = await IngestHost.StartAsync(Folder))
        {
            foreach (var sample in suspects)
                await ended.StoreAsync(sample);
            await ended.RequestsAsync(3);
        }

        await using var host = await IngestHost.StartAsync(Folder);
        var first = Assert.Single(await host.RequestsAsync(1));
        var fresh = new SampleObject();
        await host.StoreAsync(fresh);
        var beside = Assert.Single(await host.RequestsAsync(1));

        Assert.Equal((suspects[0].SopInstanceUid, 2), (first.Key.SopInstanceUid, first.Attempt));
        Assert.Equal((fresh.SopInstanceUid, 1), (beside.Key.SopInstanceUid, beside.Attempt));
        Assert.Equal([2, 1, 1, 1], (await host.RequestRowsAsync()).Select(row => row.Attempts));

        await host.RecordAsync(first);
        var second = Assert.Single(await host.RequestsAsync(1));
        await host.RecordAsync(second);
        var third = Assert.Single(await host.RequestsAsync(1));

        Assert.Equal([suspects[1].SopInstanceUid, suspects[2].SopInstanceUid], new[] { second, third }.Select(request => request.Key.SopInstanceUid));
    }

    [Fact]
    public async Task ARequestThatEndsTheProcessEachTimeIsGivenUpAndItsNeighbourIsNot()
    {
        var (deadly, neighbour) = (new SampleObject(), new SampleObject());
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using (var first = await IngestHost.StartAsync(Folder, time: time))
        {
            await first.StoreAsync(deadly);
            await first.StoreAsync(neighbour);
            await first.RequestsAsync(2);
        }

        // Each process ends as soon as it is sent the deadly one; the neighbour, tried less often, goes before it and ends well.
        var attempts = 1;
        while (attempts < RetryRule.MaxAttempts)
        {
            await using var host = await IngestHost.StartAsync(Folder, time: time);
            var request = Assert.Single(await host.RequestsAsync(1));
            if (request.Key.SopInstanceUid == neighbour.SopInstanceUid)
            {
                await host.RecordAsync(request);
                request = Assert.Single(await host.RequestsAsync(1));
            }

            Assert.Equal((deadly.SopInstanceUid, ++attempts), (request.Key.SopInstanceUid, request.Attempt));
        }

        await using var last = await IngestHost.StartAsync(Folder, time: time);
        var failed = await last.FailureAsync();
        Assert.Equal(
            (deadly.SopInstanceUid, ReasonCode.AttemptsExhausted, RetryRule.MaxAttempts),
            (failed.Key.SopInstanceUid, failed.Reason.Code, failed.Attempts));
        Assert.Equal(RequestState.Closed, (await last.RequestRowsAsync())[1].State);
    }

    [Fact]
    public async Task AFailureThatWasNotRecordedIsToldAgain()
    {
        await using (var ended = await IngestHost.StartAsync(Folder))
        {
            await ended.StoreAsync(new SampleObject());
            await ended.RequestsAsync(1);
        }

        Folder.Execute("""UPDATE "Requests" SET "Attempts" = 6""");
        for (var start = 0; start < 2; start++)
        {
            await using var host = await IngestHost.StartAsync(Folder);
            Assert.Equal(ReasonCode.AttemptsExhausted, (await host.FailureAsync()).Reason.Code);
        }
    }

    [Fact]
    public async Task ADelaySurvivesARestart()
    {
        var time = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using (var ended = await IngestHost.StartAsync(Folder, time: time))
        {
            await ended.StoreAsync(new SampleObject());
            var request = Assert.Single(await ended.RequestsAsync(1));
            await ended.PublishAsync(new AnalysisDelayed(request.Key.AnalysisId, "out-of-memory"));
            await ended.UntilAsync(RequestState.Delayed);
        }

        await using var host = await IngestHost.StartAsync(Folder, time: time);
        await host.StoreAsync(new SampleObject());
        var fresh = Assert.Single(await host.RequestsAsync(1));
        var due = await host.RequestAfterAsync(TimeSpan.FromSeconds(10));

        Assert.Equal((1, 2), (fresh.Attempt, due.Attempt));
    }

    [Fact]
    public async Task ARequestOfAModelThatLeftTheCatalogueFails()
    {
        await using (var ended = IngestHost.Build(Folder, catalogue: Models.Catalogue(Models.Chest("old"))))
        {
            await ended.StartWriterAsync();
            await ended.StoreAsync(new SampleObject());
        }

        await using var host = await IngestHost.StartAsync(Folder, catalogue: Models.Catalogue(Models.Chest("new")));

        var failed = await host.FailureAsync();
        Assert.Equal(("old", ReasonCode.ModelNotFound), (failed.Key.ModelName, failed.Reason.Code));
    }
}

public sealed class RestartOnSqliteTests() : RestartTests(null)
{
    [Fact]
    public async Task ADatabaseThatAKilledMigrationLockedIsOpened()
    {
        await using (var ended = await IngestHost.StartAsync(Folder))
            await ended.StoreAsync(new SampleObject());
        Folder.Execute("""INSERT INTO "__EFMigrationsLock" ("Id", "Timestamp") VALUES (1, '2026-01-01')""");

        await using var host = await IngestHost.StartAsync(Folder);

        Assert.Single(await host.RequestsAsync(1));
    }
}

public sealed class RestartOnPostgresTests(Servers servers) : RestartTests(servers);
