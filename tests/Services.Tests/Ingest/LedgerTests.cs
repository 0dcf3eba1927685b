using MedCloud.Contracts;
using MedCloud.Ingest;
using MedCloud.Ingest.Ledger;
using MedCloud.Results.V1;
using MedCloud.Tests;
using Microsoft.EntityFrameworkCore;

namespace MedCloud.Services.Tests.Ingest;

public abstract class LedgerTests(Servers? servers) : IngestTests(servers)
{
    [Fact]
    public async Task AStoredInstanceIsAnnouncedWithEveryAnalysisAndAskedOfEachModel()
    {
        await using var host = await IngestHost.StartAsync(Folder, catalogue: Models.Catalogue(Models.Chest("cxr-a"), Models.Chest("cxr-b")));
        var sample = new SampleObject { PatientName = "Doe^Jane" };

        await host.StoreAsync(sample);

        var announced = await host.InstanceAsync();
        var found = Assert.Single(await host.FindAsync(sample.StudyInstanceUid));
        Assert.Equal(
            (sample.SopInstanceUid, 1, found.Blob.Value, found.ContentHash, "Doe^Jane", "DX", false),
            (announced.SopInstanceUid, announced.Revision, announced.BlobKey, announced.ContentHash, announced.Study.PatientName, announced.Modality, announced.Stat));
        Assert.Equal(["cxr-a", "cxr-b"], announced.Analyses.Select(analysis => analysis.ModelName));
        Assert.All(announced.Analyses, analysis =>
        {
            Assert.Null(analysis.Refusal);
            Assert.Equal(AnalysisId.Create("default", sample.SopInstanceUid, found.ContentHash, analysis.ModelName), analysis.AnalysisId);
        });
        var requests = await host.RequestsAsync(2);
        Assert.Equal(announced.Analyses.Select(analysis => analysis.AnalysisId).Order(), requests.Select(request => request.Key.AnalysisId).Order());
        Assert.All(requests, request => Assert.Equal((found.Blob.Value, 1, false, 1), (request.BlobKey, request.Attempt, request.Stat, request.Key.Revision)));
    }

    [Fact]
    public async Task TheHeaderGateRefusesWithAReasonAndAsksNothing()
    {
        await using var host = await IngestHost.StartAsync(Folder);

        await host.StoreAsync(new SampleObject { Modality = "MR" });
        await host.StoreAsync(new SampleObject { Rows = 32 });

        var announced = new[] { await host.InstanceAsync(), await host.InstanceAsync() };
        Assert.Equal(
            [ReasonCode.OutOfScopeModality, ReasonCode.OutOfScopeSize],
            announced.Select(each => Assert.Single(each.Analyses).Refusal!.Code));
        Assert.All(announced, each => Assert.Contains("chest", Assert.Single(each.Analyses).Refusal!.Text, StringComparison.Ordinal));
        Assert.Empty(await host.RequestRowsAsync());
    }

    [Fact]
    public async Task ADuplicateIsNeitherAnnouncedNorAnalysedAgain()
    {
        await using var host = await IngestHost.StartAsync(Folder);
        var sample = new SampleObject();
        await host.StoreAsync(sample);
        await host.StoreAsync(sample);
        var last = new SampleObject();
        await host.StoreAsync(last);

        var requests = await host.RequestsAsync(2);

        Assert.Equal([sample.SopInstanceUid, last.SopInstanceUid], requests.Select(request => request.Key.SopInstanceUid));
        Assert.Equal(sample.SopInstanceUid, (await host.InstanceAsync()).SopInstanceUid);
        Assert.Equal(last.SopInstanceUid, (await host.InstanceAsync()).SopInstanceUid);
    }

    [Fact]
    public async Task OnlyTheAllowedNumberIsInFlightAndEachEndLetsOneMoreGo()
    {
        await using var host = await IngestHost.StartAsync(Folder, settings => settings["MedCloud:Ledger:MaxInFlight"] = "2");
        var samples = Enumerable.Range(0, 5).Select(_ => new SampleObject()).ToList();
        foreach (var sample in samples)
            await host.StoreAsync(sample);

        var sent = await host.RequestsAsync(2);
        foreach (var _ in samples.Skip(2))
        {
            Assert.Equal(0, host.Requests.Reader.Count);
            Assert.Equal(2, (await host.RequestRowsAsync()).Count(row => row.State == RequestState.Sent));
            await host.RecordAsync(sent[^2]);
            sent.AddRange(await host.RequestsAsync(1));
        }

        Assert.Equal(samples.Select(sample => sample.SopInstanceUid), sent.Select(request => request.Key.SopInstanceUid));
    }

    [Fact]
    public async Task StatGoesFirstAndRaisesWhatWaitsOfItsStudy()
    {
        await using var host = await IngestHost.StartAsync(Folder, settings => settings["MedCloud:Ledger:MaxInFlight"] = "1");
        var study = SampleObject.NewUid();
        var (first, routine, waiting, urgent, later) =
            (new SampleObject(), new SampleObject(), new SampleObject { StudyInstanceUid = study }, new SampleObject { StudyInstanceUid = study }, new SampleObject { StudyInstanceUid = study });
        await host.StoreAsync(first);
        var sent = await host.RequestsAsync(1);
        await host.StoreAsync(routine);
        await host.StoreAsync(waiting);
        await host.StoreAsync(urgent, stat: true);
        await host.StoreAsync(later);

        for (var index = 0; index < 4; index++)
        {
            await host.RecordAsync(sent[^1]);
            sent.AddRange(await host.RequestsAsync(1));
        }

        Assert.Equal(
            new[] { first, waiting, urgent, later, routine }.Select(sample => sample.SopInstanceUid),
            sent.Select(request => request.Key.SopInstanceUid));
        Assert.Equal([false, true, true, true, false], sent.Select(request => request.Stat));
        Assert.True(await host.QueryAsync(db => db.Studies.Where(row => row.StudyInstanceUid == study).Select(row => row.Stat).SingleAsync()));
    }

    [Fact]
    public async Task ADuplicateMarkedStatRaisesItsStudyAndWhatWaitsOfIt()
    {
        await using var host = await IngestHost.StartAsync(Folder, settings => settings["MedCloud:Ledger:MaxInFlight"] = "1");
        var (sample, waiting) = (new SampleObject(), new SampleObject());
        var sibling = waiting with { SopInstanceUid = SampleObject.NewUid() };
        await host.StoreAsync(sample);
        var sent = Assert.Single(await host.RequestsAsync(1));
        await host.StoreAsync(waiting);
        await host.StoreAsync(sibling);
        await host.InstanceAsync();
        var stored = await host.InstanceAsync();
        await host.InstanceAsync();
        await host.RecordAsync(new InstanceRecorded("default", waiting.SopInstanceUid, 1, Stat: false));
        await host.UntilAsync(() => host.QueryAsync(async db => await db.Recordings.CountAsync(IngestHost.Cancellation) == 2));

        var outcome = await host.StoreAsync(waiting, stat: true);

        Assert.True(Assert.IsType<StoreOutcome.Stored>(outcome).Duplicate);
        var announced = await host.InstanceAsync();
        Assert.Equivalent(stored with { Stat = true, Analyses = [] }, announced, strict: true);
        Assert.Equal([false, true, true], (await host.RequestRowsAsync()).Select(row => row.Stat));
        await host.RecordAsync(sent);
        var next = Assert.Single(await host.RequestsAsync(1));
        Assert.Equal((waiting.SopInstanceUid, true, stored.BlobKey), (next.Key.SopInstanceUid, next.Stat, next.BlobKey));

        await host.RecordAsync(new InstanceRecorded("default", waiting.SopInstanceUid, 1, Stat: true));
        await host.UntilAsync(() => host.QueryAsync(async db => await db.Recordings.CountAsync(IngestHost.Cancellation) == 2));
        await host.StoreAsync(waiting, stat: true);
        await host.StoreAsync(waiting);

        Assert.Equal(2, await host.QueryAsync(db => db.Recordings.CountAsync(IngestHost.Cancellation)));
        Assert.Equal(3, (await host.RequestRowsAsync()).Count);
    }

    [Fact]
    public async Task WhatIsMarkedStatBeforeItIsRecordedIsAnnouncedAgainAndOpenUntilThatIsRecorded()
    {
        await using var host = await IngestHost.StartAsync(Folder);
        var (sample, other) = (new SampleObject(), new SampleObject());
        await host.StoreAsync(sample);
        var routine = await host.InstanceAsync();
        await host.StoreAsync(other);
        await host.InstanceAsync();

        await host.StoreAsync(sample, stat: true);

        Assert.Equivalent(routine with { Stat = true }, await host.InstanceAsync(), strict: true);
        // Sent already; were it delayed or lost, it would go by the STAT queue.
        Assert.Equal([true, false], (await host.RequestRowsAsync()).Select(row => row.Stat));
        var recorded = new InstanceRecorded("default", sample.SopInstanceUid, 1, Stat: false);
        await host.RecordAsync(recorded);
        await host.RecordAsync(recorded with { SopInstanceUid = other.SopInstanceUid });
        await host.UntilAsync(async () => await OpenAsync() is [var open] && open == sample.SopInstanceUid);
        await host.RecordAsync(recorded with { Stat = true });
        await host.UntilAsync(async () => await OpenAsync() is []);

        Task<List<string>> OpenAsync() => host.QueryAsync(db => db.Recordings.Select(row => row.SopInstanceUid).ToListAsync(IngestHost.Cancellation));
    }

    [Fact]
    public async Task OnlySoManyInstancesAreAnnouncedAndNotRecorded()
    {
        await using (var ended = IngestHost.Build(Folder))
        {
            await ended.StartWriterAsync();
            await ended.StoreAsync(new SampleObject { Modality = "MR" });
        }

        Folder.Execute("""
            WITH RECURSIVE "Numbers" ("N") AS (SELECT 1 UNION ALL SELECT "N" + 1 FROM "Numbers" WHERE "N" < 1100)
            INSERT INTO "Recordings" ("Tenant", "SopInstanceUid", "Revision", "Body", "CreatedAt")
            SELECT "Tenant", "SopInstanceUid", "Revision" + "N", "Body", "CreatedAt" FROM "Recordings", "Numbers"
            """);
        await using var host = await IngestHost.StartAsync(Folder);

        for (var announced = 0; announced < 1000; announced++)
            await host.InstanceAsync();
        Assert.Equal(101, await host.QueryAsync(db => db.Recordings.CountAsync(row => row.SentAt == null, IngestHost.Cancellation)));
        var first = await host.QueryAsync(db => db.Recordings.OrderBy(row => row.Id).Select(row => row.SopInstanceUid).FirstAsync(IngestHost.Cancellation));
        await host.RecordAsync(new InstanceRecorded("default", first, 1, Stat: false));
        await host.InstanceAsync();

        Assert.Equal(100, await host.QueryAsync(db => db.Recordings.CountAsync(row => row.SentAt == null, IngestHost.Cancellation)));
    }

    /// <summary>As many as wait go as one message, unless what their senders wrote would make it too large for the broker.</summary>
    [Theory]
    [InlineData(0, new[] { 3 })]
    [InlineData(600_000, new[] { 1, 1, 1 })]
    [InlineData(400_000, new[] { 2, 1 })]
    public async Task WhatWaitsIsAnnouncedTogetherUpToAMebibyte(int letters, int[] messages)
    {
        await using (var ended = IngestHost.Build(Folder))
        {
            await ended.StartWriterAsync();
            for (var stored = 0; stored < 3; stored++)
                await ended.StoreAsync(new SampleObject { Modality = "MR" });
        }

        Folder.Execute($"""UPDATE "Recordings" SET "Body" = REPLACE("Body", '"StudyDescription":null', '"StudyDescription":"{new string('x', letters)}"')""");
        await using var host = await IngestHost.StartAsync(Folder);

        for (var announced = 0; announced < 3; announced++)
            Assert.Equal(letters, (await host.InstanceAsync()).Study.StudyDescription?.Length);
        Assert.Equal(messages, host.Announcements);
    }

    [Fact]
    public async Task OneModelsBacklogDoesNotHoldUpAnother()
    {
        await using var host = await IngestHost.StartAsync(
            Folder,
            settings => settings["MedCloud:Ledger:MaxInFlight"] = "1",
            Models.Catalogue(Models.Chest("cxr-a"), Models.Model("mr", new() { Modality = new() { Allowed = ["MR"], Required = true } })));
        for (var index = 0; index < 3; index++)
            await host.StoreAsync(new SampleObject());
        await host.StoreAsync(new SampleObject { Modality = "MR" });

        var requests = await host.RequestsAsync(2);

        Assert.Equal(["cxr-a", "mr"], requests.Select(request => request.Key.ModelName).Order());
    }

    [Fact]
    public async Task ADelayedRequestIsSentAgainAfterADelayThatDoublesAndIsGivenUpAfterSixAttempts()
    {
        await using var host = await IngestHost.StartAsync(Folder);
        await host.StoreAsync(new SampleObject());
        var request = Assert.Single(await host.RequestsAsync(1));

        foreach (var seconds in new[] { 10, 20, 40, 80, 160 })
        {
            var now = host.Time.GetUtcNow().UtcDateTime;
            await DelayAsync(host, request);
            var row = await host.UntilAsync(RequestState.Delayed);
            // PostgreSQL keeps microseconds.
            Assert.Equal(now.AddSeconds(seconds), row.DueAt!.Value, TimeSpan.FromMicroseconds(1));

            var again = await host.RequestAfterAsync(TimeSpan.FromSeconds(seconds));
            Assert.Equal((request.Key, request.Attempt + 1), (again.Key, again.Attempt));
            request = again;
        }

        await DelayAsync(host, request);

        var failed = await host.FailureAsync();
        Assert.Equal((request.Key, ReasonCode.AttemptsExhausted, 6), (failed.Key, failed.Reason.Code, failed.Attempts));
        Assert.Contains("blob-store-unavailable", failed.Reason.Text, StringComparison.Ordinal);
        await host.RecordAsync(request);
        await host.UntilAsync(RequestState.Closed);
    }

    [Fact]
    public async Task WhatResultsHasRecordedLeavesTheLedger()
    {
        await using var host = await IngestHost.StartAsync(Folder);
        var sample = new SampleObject();
        await host.StoreAsync(sample);
        var request = Assert.Single(await host.RequestsAsync(1));

        await host.RecordAsync(new InstanceRecorded("default", sample.SopInstanceUid, 1, Stat: false));
        await host.RecordAsync(new InstanceRecorded("default", sample.SopInstanceUid, 1, Stat: false));
        await host.RecordAsync(request);
        await host.RecordAsync(request);

        await host.UntilAsync(RequestState.Closed);
        await host.UntilAsync(() => host.QueryAsync(async db => !await db.Recordings.AnyAsync(IngestHost.Cancellation)));
    }

    private static Task DelayAsync(IngestHost host, AnalyseInstance request) => host.PublishAsync(new AnalysisDelayed(request.Key.AnalysisId, "blob-store-unavailable"));
}

public sealed class LedgerOnSqliteTests() : LedgerTests(null);

public sealed class LedgerOnPostgresTests(Servers servers) : LedgerTests(servers);
