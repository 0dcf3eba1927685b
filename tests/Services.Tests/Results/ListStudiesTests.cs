using MedCloud.Results.V1;
using MedCloud.Tests;
using static MedCloud.Services.Tests.Results.Events;

namespace MedCloud.Services.Tests.Results;

public abstract class ListStudiesTests(ResultsHost host) : IAsyncLifetime
{
    public ValueTask InitializeAsync() => host.InitializeAsync();

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return host.DisposeAsync();
    }

    [Fact]
    public async Task PagesHoldEveryStudyOnceNewestReceptionFirst()
    {
        // Instances 1 to 120 are received a second apart, every third with the one before it.
        await host.SendAsync([.. Enumerable.Range(1, 120).Select(n => Stored(study: n, instance: n) with { ReceivedAt = ReceivedAt(n - (n % 3 == 0 ? 1 : 0)) })]);

        var seen = new List<Study>();
        var sizes = new List<int>();
        var request = new ListStudiesRequest();
        do
        {
            var page = await host.Grpc.ListStudiesAsync(request, cancellationToken: TestContext.Current.CancellationToken);
            seen.AddRange(page.Studies);
            sizes.Add(page.Studies.Count);
            request.PageToken = page.NextPageToken;
        }
        while (request.PageToken.Length > 0);

        Assert.Equal([50, 50, 20], sizes);
        Assert.Equal(120, seen.Select(study => study.StudyInstanceUid).Distinct().Count());
        Assert.Equal(seen.Select(study => study.LastReceivedAt).OrderDescending(), seen.Select(study => study.LastReceivedAt));
    }

    [Fact]
    public async Task AFullLastPageHasNoToken()
    {
        await host.SendAsync(Stored(study: 1, instance: 1), Stored(study: 2, instance: 2));

        var page = await host.Grpc.ListStudiesAsync(new ListStudiesRequest { PageSize = 2 }, cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal(2, page.Studies.Count);
        Assert.Equal("", page.NextPageToken);
    }

    [Fact]
    public async Task AStudyListedIsTheStudyGot()
    {
        var stored = Stored(study: 1, instance: 1, models: [Pneumonia, Lungs]);
        await host.SendAsync(stored, Classified(stored), Detected(stored, RightLung, LeftLung));
        await host.SendAsync(Stored(study: 1, instance: 2, series: 2, models: [Pneumonia]).RefusedBy(ReasonCode.OutOfScopeBodyPart, "Body Part Examined is not CHEST"));
        await host.SendAsync(Stored(study: 2, instance: 3, models: [Lungs]));

        var list = await host.Grpc.ListStudiesAsync(new ListStudiesRequest(), cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal([await host.GetStudyAsync(StudyUid(2)), await host.GetStudyAsync(StudyUid(1))], list.Studies);
        Assert.Equal(3, list.Studies[1].Analyses.Count);
    }
}

public sealed class ListStudiesOnSqliteTests() : ListStudiesTests(new ResultsHost());

public sealed class ListStudiesOnPostgresTests(Servers servers) : ListStudiesTests(new PostgresResultsHost(servers));
