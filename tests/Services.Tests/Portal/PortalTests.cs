using System.Net;
using System.Text.Json.Nodes;
using MedCloud.Services.Tests.EndToEnd;
using MedCloud.Tests;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace MedCloud.Services.Tests.Portal;

/// <summary>Portal as a process of its own, before services that come and go.</summary>
public sealed class PortalTests : IDisposable
{
    private readonly CancellationToken cancellationToken = TestContext.Current.CancellationToken;
    private readonly TemporaryFolder folder = new();

    [Fact]
    public async Task WhileAServiceIsAwayTheAnswerIsTryAgain_AndItIsReachedWhenItIsBack()
    {
        var port = TestServer.FreePorts(1)[0];
        await using var portal = await PortalAsync($"http://127.0.0.1:{port}");
        using var client = new ProductClient(portal.HttpUrl);
        foreach (var path in new[] { "/dicom-web/studies/1.2.3", "/v1/studies" })
        {
            using var refused = await client.GetAsync(path, cancellationToken);
            Assert.Equal(HttpStatusCode.ServiceUnavailable, refused.StatusCode);
            Assert.NotNull(refused.Headers.RetryAfter?.Delta);
        }

        await using var services = AllInOneProcess.Run(folder.Path, null, "--http", $"{port}", "--grpc", "0", "--dimse", "0", "--data", folder.Path);
        await services.ReadyAsync();

        using var answer = await client.GetAsync("/v1/studies", cancellationToken);
        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
    }

    [Fact]
    public async Task APriorityOtherThanStatIsRefusedThroughPortal()
    {
        await using var services = await AllInOneProcess.StartAsync(folder.Path);
        await using var portal = await PortalAsync(services.HttpUrl);
        using var client = new ProductClient(portal.HttpUrl);

        var (status, body) = await client.StowAsync(SampleXray.Create(1, 1).File, priority: "urgent", cancellationToken: cancellationToken);

        Assert.Equal(400, status);
        Assert.Contains("X-MedCloud-Priority", body!.ToJsonString(), StringComparison.Ordinal);
    }

    /// <summary>Whether Portal's own peer is among <c>MedCloud:Doors:TrustedProxies</c>, and what the service behind is told of the sender: its address, the host it named, the scheme.</summary>
    [Theory]
    [InlineData(null, "127.0.0.1 PORTAL http")]
    [InlineData("10.0.0.0/8", "127.0.0.1 PORTAL http")]
    [InlineData("127.0.0.0/8", "10.9.8.7 pacs.example.org https")]
    public async Task OnlyATrustedProxyMaySayWhereARequestComesFrom(string? trusted, string expected)
    {
        await using var service = Echo();
        await service.StartAsync(cancellationToken);
        await using var portal = await PortalAsync(service.Urls.Single(), trusted);
        using var client = new ProductClient(portal.HttpUrl);
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v1/studies")
        {
            Headers = { { "X-Forwarded-For", "10.9.8.7" }, { "X-Forwarded-Host", "pacs.example.org" }, { "X-Forwarded-Proto", "https" } },
        };

        var told = JsonNode.Parse(await client.SendAsync(request, cancellationToken))!;

        Assert.Equal(expected.Replace("PORTAL", new Uri(portal.HttpUrl).Authority, StringComparison.Ordinal), (string?)told["told"]);
    }

    public void Dispose() => folder.Dispose();

    /// <summary>A service that answers with what it was told of the sender.</summary>
    private static WebApplication Echo()
    {
        var builder = WebApplication.CreateBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var echo = builder.Build();
        echo.MapGet("/v1/studies", (HttpRequest request) => new { told = $"{request.Headers["X-Forwarded-For"]} {request.Headers["X-Forwarded-Host"]} {request.Headers["X-Forwarded-Proto"]}" });
        return echo;
    }

    private static async Task<ProductProcess> PortalAsync(string servicesUrl, string? trusted = null)
    {
        var settings = new Dictionary<string, string>
        {
            ["MedCloud__Doors__Http"] = "0",
            ["MedCloud__Portal__IngestUrl"] = servicesUrl,
            ["MedCloud__Portal__ResultsUrl"] = servicesUrl,
        };
        if (trusted is not null)
            settings["MedCloud__Doors__TrustedProxies__0"] = trusted;
        var portal = new ProductProcess("MedCloud.Portal", settings);
        await portal.ReadyAsync();
        return portal;
    }
}
