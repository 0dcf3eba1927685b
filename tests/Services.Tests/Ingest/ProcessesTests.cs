using System.Collections.Concurrent;
using MedCloud.Contracts;
using MedCloud.Hosting;
using MedCloud.Ingest;
using MedCloud.Ingest.Index;
using MedCloud.Ingest.Ledger;
using MedCloud.Tests;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace MedCloud.Services.Tests.Ingest;

/// <summary>Several processes of Ingest on one PostgreSQL database, and one whose database is not as it should be.</summary>
public sealed class ProcessesTests(Servers servers)
{
    [Fact]
    public async Task TwoStoreOneNewStudyAtOnceAndTheirRelaysSendEveryRowOnce()
    {
        const int Both = 200;
        using var folder = await DataFolder.CreateAsync(servers);
        var broker = await servers.RabbitMqAsync(IngestHost.Cancellation);
        var sample = new SampleObject();
        var samples = Enumerable.Range(0, Both).Select(_ => sample with { SopInstanceUid = SampleObject.NewUid() }).ToList();
        await using (var first = await IngestHost.StartAsync(folder, broker.Configure, peers: false))
        await using (var second = await IngestHost.StartAsync(folder, broker.Configure, peers: false))
        {
            var outcomes = await Task.WhenAll(samples.Select((each, index) => Task.Run(() => (index % 2 == 0 ? first : second).StoreAsync(each))));

            Assert.All(outcomes, outcome => Assert.False(Assert.IsType<StoreOutcome.Stored>(outcome).Duplicate));
            await first.UntilAsync(async () =>
            {
                // What one stored and could not send wakes the other by the clock alone.
                first.Time.Advance(TimeSpan.FromSeconds(1));
                second.Time.Advance(TimeSpan.FromSeconds(1));
                return await first.QueryAsync(db => db.Recordings.CountAsync(row => row.SentAt == null, IngestHost.Cancellation)) == 0 && await CountAsync(Queues.Analyse("chest", stat: false)) >= Both;
            });
            await Task.WhenAll(first.StopAsync(), second.StopAsync());
        }

        // Now nobody sends any more.
        Assert.Equal<uint?>(Both, await CountAsync(Queues.Analyse("chest", stat: false)));
        var messages = await CountAsync(Queues.Results);
        await using var receiver = await IngestHost.StartAsync(folder, broker.Configure);
        var requests = await receiver.RequestsAsync(Both);
        var announced = new List<InstanceStored>();
        while (announced.Count < Both)
            announced.Add(await receiver.InstanceAsync());
        // What a message holds has gone to the channel before the next is counted.
        Assert.Equal((messages, Both), ((uint)receiver.Announcements.Count, receiver.Announcements.Sum()));
        var expected = samples.Select(each => each.SopInstanceUid).Order().ToList();
        Assert.Equal(expected, requests.Select(request => request.Key.SopInstanceUid).Order());
        Assert.Equal(expected, announced.Select(each => each.SopInstanceUid).Order());
        Assert.Equal(expected, (await receiver.FindAsync(sample.StudyInstanceUid)).Select(found => found.Identity.SopInstanceUid.Value).Order());
        Assert.All(requests, request => Assert.Equal(1, request.Attempt));

        Task<uint?> CountAsync(QueueDefinition queue) => broker.CountAsync(queue, IngestHost.Cancellation);
    }

    [Fact]
    public async Task OtherBytesOfOneInstanceFromTwoAtOnceAreConsecutiveRevisions()
    {
        using var folder = await DataFolder.CreateAsync(servers);
        await using var first = IngestHost.Build(folder);
        await using var second = IngestHost.Build(folder);
        await first.StartWriterAsync();
        await second.StartWriterAsync();
        var sample = new SampleObject();

        var outcomes = await Task.WhenAll(
            Enumerable.Range(0, 24).Select(grey => Task.Run(() => (grey % 2 == 0 ? first : second).StoreAsync(sample with { Grey = (byte)grey }))));

        Assert.Equal(Enumerable.Range(1, 24), outcomes.Select(outcome => Assert.IsType<StoreOutcome.Stored>(outcome).Revision).Order());
        Assert.Equal(24, Assert.Single(await first.FindAsync(sample.StudyInstanceUid)).Revision);
        Assert.Equal([24], await first.QueryAsync(db => db.Instances.Where(row => row.IsCurrent).Select(row => row.Revision).ToListAsync(IngestHost.Cancellation)));
        Assert.Equal(24, (await first.BlobsAsync()).Count);
    }

    [Fact]
    public async Task WhileOneLooksForLostMessagesAnotherDoesNothing()
    {
        using var folder = await DataFolder.CreateAsync(servers);
        await using var first = IngestHost.Build(folder);
        await using var second = IngestHost.Build(folder);
        await first.StartWriterAsync();
        await second.StartWriterAsync();
        await first.StoreAsync(new SampleObject());
        var now = first.Time.GetUtcNow().UtcDateTime;
        await WriteAsync(first, db => new Outbox(["chest"], 10, TimeSpan.FromMinutes(1)).TakeAsync(db, now));
        var (looking, done) = (new TaskCompletionSource(), new TaskCompletionSource());

        var held = WriteAsync(first, async db =>
        {
            var lost = await FindAsync(db, now);
            looking.TrySetResult();
            await done.Task;
            return lost;
        });
        await looking.Task.WaitAsync(IngestHost.Cancellation);
        var meanwhile = await WriteAsync(second, db => FindAsync(db, now.AddMinutes(1)));
        done.SetResult();

        Assert.Equal(new Lost(0, 0, 0), await held);
        Assert.Equal(new Lost(0, 0, 0), meanwhile);
        Assert.Equal(new Lost(0, 1, 0), await WriteAsync(second, db => FindAsync(db, now.AddMinutes(1))));

        static Task<T> WriteAsync<T>(IngestHost host, Func<IngestDb, Task<T>> work) => host.Services.GetRequiredService<IngestWriter>().WriteAsync(work, IngestHost.Cancellation);

        static Task<Lost> FindAsync(IngestDb db, DateTime now) =>
            Reconciler.FindLostAsync(db, ["chest"], [Queues.Analyse("chest", stat: false)], TimeSpan.FromMinutes(1), now);
    }

    [Fact]
    public async Task WithAnotherSchemaNothingIsTakenUntilTheMigrationHasRun()
    {
        var database = await servers.PostgresAsync(IngestHost.Cancellation);
        PostgresDatabases.Create(database);
        using var folder = new DataFolder(database);
        await using var host = await IngestHost.StartAsync(folder);
        var needed = await host.QueryAsync(db => Task.FromResult(db.Database.GetMigrations().Last()));
        var sample = new SampleObject();

        var refused = Assert.IsType<StoreOutcome.Refused>(await host.StoreAsync(sample));
        Assert.Equal(ErrorCode.OutOfResources, refused.Code);
        Assert.Equal((HealthStatus.Unhealthy, $"the schema is empty, this build needs {needed}; run the migration job"), await ReadinessAsync());

        await folder.MigrateAsync();

        Assert.Equal(HealthStatus.Healthy, (await host.HealthAsync()).Status);
        Assert.IsType<StoreOutcome.Stored>(await host.StoreAsync(sample));
        Assert.Equal(sample.SopInstanceUid, (await host.RequestAfterAsync(TimeSpan.FromSeconds(5))).Key.SopInstanceUid);
        PostgresDatabases.Execute(database, """INSERT INTO "__EFMigrationsHistory" VALUES ('99991231235959_Later', '99')""");
        Assert.Equal((HealthStatus.Unhealthy, $"the schema is 99991231235959_Later, this build needs {needed}; run the migration job"), await ReadinessAsync());

        async Task<(HealthStatus Status, string? Sentence)> ReadinessAsync()
        {
            var report = await host.HealthAsync();
            return (report.Status, report.Entries["ingest-database"].Description);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task TwoMigrationsAtOnceBothSucceed(bool exists)
    {
        var database = await servers.PostgresAsync(IngestHost.Cancellation);
        if (exists)
            PostgresDatabases.Create(database);
        using var folder = new DataFolder(database);

        await Task.WhenAll(Enumerable.Range(0, 2).Select(_ => Task.Run(folder.MigrateAsync)));

        await using var host = await IngestHost.StartAsync(folder);
        Assert.Equal(HealthStatus.Healthy, (await host.HealthAsync()).Status);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task WhileTheDatabaseIsAwayNothingIsTakenAndWhatWasAcknowledgedIsThereAfterwards(bool killed)
    {
        await using var server = new PostgresServer();
        await server.StartAsync(IngestHost.Cancellation);
        using var folder = new DataFolder(PostgresDatabases.New(server));
        await folder.MigrateAsync();
        await using var host = await IngestHost.StartAsync(folder);
        var sample = new SampleObject();
        var acknowledged = new ConcurrentBag<string>();
        var senders = Enumerable.Range(0, 4).Select(_ => Task.Run(SendAsync)).ToList();
        await host.UntilAsync(() => Task.FromResult(acknowledged.Count > 20));

        await (killed ? server.KillAsync() : server.StopAsync());

        Assert.All(await Task.WhenAll(senders), refused => Assert.Equal(ErrorCode.OutOfResources, refused.Code));
        Assert.Equal(HealthStatus.Unhealthy, (await host.HealthAsync()).Status);
        Assert.Equal(ErrorCode.OutOfResources, Assert.IsType<StoreOutcome.Refused>(await host.StoreAsync(new SampleObject())).Code);
        await server.StartAsync(IngestHost.Cancellation);
        await host.UntilAsync(async () => (await host.HealthAsync()).Status != HealthStatus.Unhealthy);

        var last = sample with { SopInstanceUid = SampleObject.NewUid() };
        Assert.IsType<StoreOutcome.Stored>(await host.StoreAsync(last));
        var found = (await host.FindAsync(sample.StudyInstanceUid)).Select(each => each.Identity.SopInstanceUid.Value).ToHashSet();
        Assert.All(acknowledged.Append(last.SopInstanceUid), each => Assert.Contains(each, found));
        // All of them go out: none was in flight when the database went away that is not counted as sent.
        await host.UntilAsync(async () =>
        {
            host.Time.Advance(TimeSpan.FromSeconds(1));
            foreach (var request in await host.RequestsAsync(host.Requests.Reader.Count))
                await host.RecordAsync(request);
            return (await host.RequestRowsAsync()).All(row => row.State == RequestState.Closed);
        });

        async Task<StoreOutcome.Refused> SendAsync()
        {
            while (true)
            {
                var next = sample with { SopInstanceUid = SampleObject.NewUid() };
                switch (await host.StoreAsync(next))
                {
                    case StoreOutcome.Refused refused:
                        return refused;
                    default:
                        acknowledged.Add(next.SopInstanceUid);
                        break;
                }
            }
        }
    }
}
