using MedCloud.Ingest.Index;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Options;

namespace MedCloud.Services.Tests.Ingest;

public sealed class IngestModuleTests : IDisposable
{
    private readonly DataFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Theory]
    [InlineData("synchronous", "2")]
    [InlineData("journal_mode", "wal")]
    public async Task EveryConnectionFlushesEachCommitToDisk(string pragma, string value)
    {
        await using var host = await IngestHost.StartAsync(folder);

        for (var connection = 0; connection < 3; connection++)
        {
            Assert.Equal(value, await host.QueryAsync(async db =>
            {
                await db.Database.OpenConnectionAsync(IngestHost.Cancellation);
                await using var command = db.Database.GetDbConnection().CreateCommand();
                command.CommandText = "PRAGMA " + pragma;
                return Convert.ToString(await command.ExecuteScalarAsync(IngestHost.Cancellation), System.Globalization.CultureInfo.InvariantCulture);
            }));
        }
    }

    [Fact]
    public async Task TheMigrationsAreThoseOfTheModel()
    {
        await using var host = await IngestHost.StartAsync(folder);

        Assert.False(await host.QueryAsync(db => Task.FromResult(db.Database.HasPendingModelChanges())));
        Assert.Empty(await host.QueryAsync(db => db.Database.GetPendingMigrationsAsync(IngestHost.Cancellation)));
    }

    [Fact]
    public async Task TimesReadFromTheDatabaseAreUtc()
    {
        await using var host = await IngestHost.StartAsync(folder);
        await host.StoreAsync(new SampleObject());

        var receivedAt = await host.QueryAsync(db => db.Instances.Select(row => row.ReceivedAt).SingleAsync(IngestHost.Cancellation));

        Assert.Equal(DateTimeKind.Utc, receivedAt.Kind);
        Assert.Equal(host.Time.GetUtcNow().UtcDateTime, receivedAt, TimeSpan.FromMicroseconds(1));
    }

    [Fact]
    public async Task EveryFaultOfTheSettingsIsReportedAtStart()
    {
        await using var host = IngestHost.Build(folder, settings =>
        {
            settings["MedCloud:Storage:Folder"] = "";
            settings["MedCloud:Ingest:MaxInstanceBytes"] = "5";
            settings["MedCloud:Ledger:MaxInFlight"] = "0";
            settings["MedCloud:Sweeper:MinimumAge"] = "00:00:01";
        });

        var thrown = Assert.Throws<AggregateException>(host.Services.GetRequiredService<IStartupValidator>().Validate);

        var told = string.Join('\n', thrown.InnerExceptions.Cast<OptionsValidationException>().Select(fault => fault.Message));
        foreach (var setting in new[] { "MedCloud:Storage:Folder", "MedCloud:Ingest:MaxInstanceBytes", "MedCloud:Ledger:MaxInFlight", "MedCloud:Sweeper:MinimumAge" })
            Assert.Contains(setting, told, StringComparison.Ordinal);
    }

    [Fact]
    public async Task AStoreThatIsAwayMakesIngestNotReady()
    {
        await using var host = await IngestHost.StartAsync(folder);
        Assert.Equal(HealthStatus.Healthy, (await CheckAsync(host)).Status);

        Directory.Move(folder.Blobs, folder.Blobs + "-away");

        var report = await CheckAsync(host);
        Assert.Equal(HealthStatus.Unhealthy, report.Status);
        Assert.Equal(HealthStatus.Unhealthy, report.Entries["ingest-blob-store"].Status);
        Assert.Equal(HealthStatus.Healthy, report.Entries["ingest-database"].Status);
    }

    [Fact]
    public async Task ADatabaseThatCannotBeReadMakesIngestNotReady()
    {
        await using var host = await IngestHost.StartAsync(folder);
        folder.Execute("""ALTER TABLE "Instances" RENAME TO "Away" """);

        Assert.Equal(HealthStatus.Unhealthy, (await CheckAsync(host)).Entries["ingest-database"].Status);
    }

    [Fact]
    public async Task MessagesThatDoNotGoOutMakeIngestDegradedWithDepthAndAge()
    {
        await using var host = IngestHost.Build(folder);
        await host.StartWriterAsync();
        await host.StoreAsync(new SampleObject());
        host.Time.Advance(TimeSpan.FromSeconds(29));
        Assert.Equal(HealthStatus.Healthy, (await CheckAsync(host)).Status);

        host.Time.Advance(TimeSpan.FromSeconds(2));

        var report = await CheckAsync(host);
        Assert.Equal(HealthStatus.Degraded, report.Status);
        Assert.Equal((2, 31.0), (report.Entries["ingest-outbox"].Data["depth"], report.Entries["ingest-outbox"].Data["ageSeconds"]));
    }

    private static Task<HealthReport> CheckAsync(IngestHost host) =>
        host.Services.GetRequiredService<HealthCheckService>().CheckHealthAsync(check => check.Tags.Contains("ready"), IngestHost.Cancellation);
}
