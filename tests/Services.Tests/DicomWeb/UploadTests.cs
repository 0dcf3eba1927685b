using System.Net;
using System.Text;
using MedCloud.Ingest.Index;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace MedCloud.Services.Tests.DicomWeb;

/// <summary>The table of uploads, sent to one server row after row.</summary>
public sealed class UploadTests(UploadTests.Fixture fixture) : IClassFixture<UploadTests.Fixture>
{
    public static IEnumerable<TheoryDataRow<string>> Names => Upload.Table.Select(upload => new TheoryDataRow<string>(upload.Name));

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Upload_GetsItsStatusAndAReasonForEachInstance(string name)
    {
        var upload = Upload.Table.Single(row => row.Name == name);
        var before = await StoredAsync();
        using var response = await upload.SendAsync(fixture.Server.Client, Token);

        var answer = await StoreAnswer.ReadAsync(response, Token);

        Assert.Equal((HttpStatusCode)upload.Status, answer.Status);
        Assert.Equal(upload.Outcomes, answer.Outcomes);
        Assert.All(answer.Sentences, Assert.NotEmpty);
        Assert.Contains(upload.Sentence, answer.Sentences is [.., var last] ? last : "");
        if (answer.Status is HttpStatusCode.Accepted or HttpStatusCode.Conflict)
            Assert.All(answer.Sentences, sentence => Assert.True(sentence.Length <= 64 && Ascii.IsValid(sentence), sentence));

        var named = StoreAnswer.Items(answer.Body, "00081199").ToList();
        Assert.Equal(
            named.Select(item => $"{StoreAnswer.Value(item, "00081155")}").Distinct().Order(StringComparer.Ordinal),
            (await StoredAsync()).Except(before).Order(StringComparer.Ordinal));
        foreach (var item in named)
        {
            using var retrieved = await fixture.Server.Client.GetAsync(new Uri($"{StoreAnswer.Value(item, "00081190")}"), Token);
            Assert.Equal(HttpStatusCode.OK, retrieved.StatusCode);
        }
        Assert.NotEmpty(fixture.Server.Log);
        Assert.DoesNotContain(fixture.Server.Log, line => line.Contains("ZZMARKED", StringComparison.Ordinal) || line.Contains("1.2.826.0.1.3680043", StringComparison.Ordinal));
    }

    private async Task<List<string>> StoredAsync()
    {
        await using var db = await fixture.Server.Services.GetRequiredService<IDbContextFactory<IngestDb>>().CreateDbContextAsync(Token);
        return await db.Instances.Where(row => row.IsCurrent).Select(row => row.SopInstanceUid).ToListAsync(Token);
    }

    public sealed class Fixture : IAsyncLifetime
    {
        private DicomWebServer? server;

        public DicomWebServer Server => server!;

        public async ValueTask InitializeAsync() => server = await DicomWebServer.StartAsync();

        public ValueTask DisposeAsync() => Server.DisposeAsync();
    }
}
