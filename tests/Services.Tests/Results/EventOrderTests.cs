using CsCheck;
using MedCloud.Contracts;
using MedCloud.Hosting;
using MedCloud.Results;
using MedCloud.Results.Database;
using MedCloud.Results.Reading;
using MedCloud.Results.Recording;
using MedCloud.Results.V1;
using MedCloud.Tests;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging.Abstractions;
using Microsoft.Extensions.Options;
using Microsoft.Extensions.Time.Testing;
using static MedCloud.Services.Tests.Results.Events;

namespace MedCloud.Services.Tests.Results;

public abstract class EventOrderTests
{
    /// <summary>Services with a database in which nothing is recorded yet.</summary>
    protected abstract Task<ServiceProvider> EmptyAsync();

    [Fact]
    public async Task AnyOrderAndAnyNumberOfDeliveriesGiveTheSameStudies()
    {
        var events = AllKinds();
        var expected = await StudiesAfterAsync(events.Select(each => new[] { each }));
        Assert.Equal([5, 1, 0], expected.Select(study => study?.InstanceCount ?? 0));

        // Each event once, some of them again, shuffled, and delivered in groups that are committed together.
        var deliveries =
            from again in Gen.Int[0, events.Count - 1].Array[0, 12]
            from order in Gen.Shuffle<object>(events.Concat(again.Select(index => events[index])).ToArray())
            from groups in Gen.Int[1, 6].Array[order.Length]
            select Split(order, groups);

        await deliveries.SampleAsync(
            async groups => Assert.Equal(expected, await StudiesAfterAsync(groups)), iter: 60, threads: 1);
    }

    /// <summary>
    /// Two series, stubs, all three outcomes, refusals by gate and worker, a superseded revision, an instance that leaves its study, and two whose earlier bytes return.
    /// </summary>
    private static List<object> AllKinds()
    {
        var plain = Stored(study: 1, instance: 1, models: [Pneumonia, Lungs]);
        var gated = Stored(study: 1, instance: 2, models: [Pneumonia, Lungs]).RefusedBy(ReasonCode.OutOfScopeModality, "Modality CT is not one of CR, DX");
        var gatedToo = Stored(study: 1, instance: 3, models: [Pneumonia, Lungs]).RefusedBy(ReasonCode.OutOfScopeModality, "Modality CT is not one of CR, DX");
        var replaced = Stored(study: 1, instance: 3, revision: 2, models: [Pneumonia, Lungs]);
        var leaving = Stored(study: 3, instance: 4, series: 2, models: [Pneumonia]).RefusedBy(ReasonCode.OutOfScopeAge, "The age is below 18");
        var arrived = Stored(study: 2, instance: 4, revision: 2, models: [Pneumonia]);
        var original = Stored(study: 1, instance: 5, models: [Pneumonia, Lungs]);
        var altered = Stored(study: 1, instance: 5, revision: 2, models: [Pneumonia, Lungs]);
        var restored = original.Returning(revision: 3);
        var outside = Stored(study: 1, instance: 6, models: [Pneumonia, Lungs]).RefusedBy(ReasonCode.OutOfScopeModality, "Modality CT is not one of CR, DX");
        var inside = Stored(study: 1, instance: 6, revision: 2, models: [Pneumonia, Lungs]);
        return
        [
            plain, Classified(plain), Failed(plain, Lungs),
            gated,
            gatedToo, replaced, Classified(replaced, probability: 0.1), Refused(replaced, Lungs, ReasonCode.CorruptPixels, "The pixel data is cut short"),
            leaving, arrived with { Stat = true }, Classified(arrived),
            original, Classified(original), Refused(original, Lungs, ReasonCode.CorruptPixels, "The pixel data is cut short"), altered, Failed(altered, Pneumonia),
            restored, Classified(restored), Refused(restored, Lungs, ReasonCode.CorruptPixels, "The pixel data is cut short"),
            outside, inside, Classified(inside, probability: 0.3), outside.Returning(revision: 3), inside.Returning(revision: 4),
        ];
    }

    private static List<object[]> Split(object[] order, int[] sizes)
    {
        var groups = new List<object[]>();
        for (var (start, i) = (0, 0); start < order.Length; start += sizes[i], i++)
            groups.Add(order[start..Math.Min(order.Length, start + sizes[i])]);
        return groups;
    }

    private async Task<IReadOnlyList<Study?>> StudiesAfterAsync(IEnumerable<object[]> groups)
    {
        await using var services = await EmptyAsync();
        using (var recorder = new Recorder(services.GetRequiredService<IServiceScopeFactory>(), TimeProvider.System, NullLogger<Recorder>.Instance))
        {
            foreach (var group in groups)
                await Task.WhenAll(group.Select(each => recorder.RecordAsync(each, TestContext.Current.CancellationToken)));
        }

        await using var scope = services.CreateAsyncScope();
        var reader = new StudyReader(
            scope.ServiceProvider.GetRequiredService<ResultsDb>(), new FakeTimeProvider(ResultsHost.Now), Options.Create(new StudiesOptions()));
        return
        [
            await reader.FindAsync(StudyUid(1), TestContext.Current.CancellationToken),
            await reader.FindAsync(StudyUid(2), TestContext.Current.CancellationToken),
            await reader.FindAsync(StudyUid(3), TestContext.Current.CancellationToken),
        ];
    }
}

public sealed class EventOrderOnSqliteTests : EventOrderTests, IAsyncLifetime
{
    private readonly string folder = Directory.CreateTempSubdirectory("medcloud-events-").FullName;
    private string empty = "";

    public async ValueTask InitializeAsync()
    {
        empty = Path.Combine(folder, "empty.db");
        await using (var services = Services(empty))
        await using (var scope = services.CreateAsyncScope())
            await SqliteDatabase.MigrateAsync(scope.ServiceProvider.GetRequiredService<ResultsDb>(), TestContext.Current.CancellationToken);
        SqliteConnection.ClearAllPools();
    }

    public ValueTask DisposeAsync()
    {
        SqliteConnection.ClearAllPools();
        Directory.Delete(folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    protected override Task<ServiceProvider> EmptyAsync()
    {
        var file = Path.Combine(folder, $"{Guid.NewGuid():N}.db");
        File.Copy(empty, file);
        return Task.FromResult(Services(file));
    }

    private static ServiceProvider Services(string file) =>
        new ServiceCollection().AddDbContext<ResultsDb, SqliteResultsDb>(options => options.UseSqliteFile(file)).BuildServiceProvider();
}

public sealed class EventOrderOnPostgresTests(Servers servers) : EventOrderTests, IAsyncLifetime
{
    private string database = "";

    public async ValueTask InitializeAsync()
    {
        database = await servers.PostgresAsync(TestContext.Current.CancellationToken);
        await using var services = Services();
        await ResultsModule.MigrateAsync(services, TestContext.Current.CancellationToken);
    }

    public ValueTask DisposeAsync()
    {
        PostgresDatabases.Drop(database);
        return ValueTask.CompletedTask;
    }

    protected override Task<ServiceProvider> EmptyAsync()
    {
        PostgresDatabases.Execute(database, "TRUNCATE studies CASCADE");
        return Task.FromResult(Services());
    }

    private ServiceProvider Services() =>
        new ServiceCollection().AddDbContext<ResultsDb, PostgresResultsDb>(options => options.UsePostgres(database)).BuildServiceProvider();
}
