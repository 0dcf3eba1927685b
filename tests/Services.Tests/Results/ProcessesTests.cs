using MedCloud.Results.V1;
using MedCloud.Tests;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using static MedCloud.Services.Tests.Results.Events;

namespace MedCloud.Services.Tests.Results;

/// <summary>Several processes of Results on one PostgreSQL database, and one whose database is not as it should be.</summary>
public sealed class ProcessesTests(Servers servers)
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task TwoThatRecordInterleavedAndDuplicatedEventsCountEachOnce()
    {
        var database = await servers.PostgresAsync(Cancellation);
        await using var first = await StartAsync(database);
        await using var second = await StartAsync(database);
        List<object> events = [];
        for (var instance = 1; instance <= 40; instance++)
            events.Add(Stored(study: 1, instance, series: 1 + (instance % 2), models: [Pneumonia]).RefusedBy(ReasonCode.OutOfScopeModality, "Modality CT is not one of CR, DX"));
        for (var instance = 1; instance <= 20; instance++)
        {
            var corrected = Stored(study: 1, instance, series: 3, revision: 2, models: [Pneumonia]);
            events.AddRange([corrected, Classified(corrected)]);
        }

        await Task.WhenAll(first.SendAsync([.. events, .. events]), second.SendAsync([.. Enumerable.Reverse(events), .. events]));

        var study = await first.GetStudyAsync(StudyUid(1));
        Assert.Equal((40, 3, StudyState.Complete), (study.InstanceCount, study.SeriesCount, study.State));
        Assert.Equal(
            [(SeriesUid(1, 1), 10), (SeriesUid(1, 2), 10)],
            study.Analyses.Where(each => each.State == AnalysisState.Refused).Select(each => (each.SeriesInstanceUid, each.InstanceCount)).Order());
        Assert.Equal(20, study.Analyses.Count(each => each.State == AnalysisState.Completed));
        Assert.Equal(study, await second.GetStudyAsync(StudyUid(1)));
    }

    [Fact]
    public async Task WithAnotherSchemaItIsNotReady()
    {
        var database = await servers.PostgresAsync(Cancellation);
        await using var host = await StartAsync(database);
        Assert.Equal(HealthStatus.Healthy, (await host.HealthAsync()).Status);

        PostgresDatabases.Execute(database, """INSERT INTO "__EFMigrationsHistory" VALUES ('99991231235959_Later', '99')""");

        var report = await host.HealthAsync();
        Assert.Equal(HealthStatus.Unhealthy, report.Status);
        Assert.Matches("^the schema is 99991231235959_Later, this build needs [0-9]{14}_[A-Za-z]+; run the migration job$", report.Entries["results-database"].Description);
    }

    [Fact]
    public async Task StartedBeforeTheMigrationItIsReadyByItselfAfterIt()
    {
        var database = await servers.PostgresAsync(Cancellation);
        PostgresDatabases.Create(database);
        await using var host = new ResultsHost(_ => Task.FromResult(database), migrated: false);
        await host.InitializeAsync();
        var before = await host.HealthAsync();
        Assert.Equal(HealthStatus.Unhealthy, before.Status);
        Assert.Matches("^the schema is empty, this build needs [0-9]{14}_[A-Za-z]+; run the migration job$", before.Entries["results-database"].Description);
        var recording = host.SendAsync(Stored(study: 1, instance: 1));

        await host.MigrateAsync();

        Assert.Equal(HealthStatus.Healthy, (await host.HealthAsync()).Status);
        await recording.WaitAsync(Patience.Limit, Cancellation);
        Assert.Equal(1, (await host.GetStudyAsync(StudyUid(1))).InstanceCount);
    }

    [Fact]
    public async Task TheMigrationNeedsNoModels()
    {
        await using var migration = new ProductProcess(
            "MedCloud.Results",
            new Dictionary<string, string>
            {
                ["MedCloud__Results__ConnectionString"] = await servers.PostgresAsync(Cancellation),
                ["MedCloud__Models__Folder"] = "/nowhere",
            },
            "migrate");

        Assert.Equal(0, await migration.ExitAsync());
    }

    [Fact]
    public async Task WhatComesWhileTheDatabaseIsAwayIsRecordedWhenItIsBack()
    {
        await using var server = new PostgresServer();
        await server.StartAsync(Cancellation);
        await using var host = await StartAsync(PostgresDatabases.New(server));
        await host.SendAsync(Stored(study: 1, instance: 1));
        await server.StopAsync();
        Assert.Equal(HealthStatus.Unhealthy, (await host.HealthAsync()).Status);

        var recording = host.SendAsync(Stored(study: 1, instance: 2));
        await server.StartAsync(Cancellation);

        await recording.WaitAsync(Patience.Limit, Cancellation);
        Assert.Equal(2, (await host.GetStudyAsync(StudyUid(1))).InstanceCount);
        Assert.Equal(HealthStatus.Healthy, (await host.HealthAsync()).Status);
    }

    private static async Task<ResultsHost> StartAsync(string database)
    {
        var host = new ResultsHost(_ => Task.FromResult(database));
        await host.InitializeAsync();
        return host;
    }
}
