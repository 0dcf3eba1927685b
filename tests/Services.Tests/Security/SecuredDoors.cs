using System.Net.Http.Json;
using System.Text.Json.Nodes;
using MedCloud.Hosting;
using MedCloud.Ingest;
using MedCloud.ModelCatalogue;
using MedCloud.Portal;
using MedCloud.Results;
using MedCloud.Tests;
using Microsoft.AspNetCore.Builder;
using Microsoft.Extensions.Configuration;

namespace MedCloud.Services.Tests.Security;

/// <summary>Ingest and Results behind a Portal that is the development provider, each on real Kestrels of its own as in a process of its own.</summary>
public sealed class SecuredDoors : IAsyncLifetime
{
    private readonly string folder = Directory.CreateTempSubdirectory("medcloud-security-").FullName;
    private readonly List<WebApplication> apps = [];

    public HttpClient Http { get; } = new();

    public string PortalUrl { get; private set; } = "";

    public string ServicesUrl { get; private set; } = "";

    public string GrpcUrl { get; private set; } = "";

    public async ValueTask InitializeAsync()
    {
        var portalPort = TestServer.FreePorts(1)[0];
        PortalUrl = $"http://127.0.0.1:{portalPort}";
        var services = Host(HttpDoors.HttpAndGrpc, 0);
        services.Builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["MedCloud:Storage:Folder"] = Path.Combine(folder, "blobs"),
            ["MedCloud:Ingest:Database"] = Path.Combine(folder, "ingest.db"),
            ["MedCloud:Results:Database"] = Path.Combine(folder, "results.db"),
            ["MedCloud:Dimse:Port"] = "0",
            ["MedCloud:Doors:TrustedProxies:0"] = "127.0.0.1",
        });
        services.Builder.AddCatalogue();
        services.Builder.AddResults();
        services.Builder.AddInMemoryBus(IngestModule.Bus, ResultsModule.Bus);
        services.Builder.AddIngest();
        apps.Add(await services.StartAsync(app => { app.MapIngest(); app.MapResults(); }, null, TestContext.Current.CancellationToken));
        (ServicesUrl, GrpcUrl) = (services.HttpUrl, services.GrpcUrl);

        var portal = Host(HttpDoors.Http, portalPort);
        portal.Builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["MedCloud:Portal:IngestUrl"] = ServicesUrl,
            ["MedCloud:Portal:ResultsUrl"] = ServicesUrl,
            ["MedCloud:Security:DevelopmentProvider"] = "true",
        });
        portal.Builder.AddPortal();
        apps.Add(await portal.StartAsync(app => app.MapPortal(), null, TestContext.Current.CancellationToken));
    }

    /// <summary>An access token of the development provider, as a client gets it.</summary>
    public async Task<string> TokenAsync(string role)
    {
        using var content = new FormUrlEncodedContent([new("grant_type", "client_credentials"), new("client_id", role), new("client_secret", $"{role}-development-secret")]);
        using var response = await Http.PostAsync($"{PortalUrl}/connect/token", content, TestContext.Current.CancellationToken);
        var answer = await response.EnsureSuccessStatusCode().Content.ReadFromJsonAsync<JsonNode>(TestContext.Current.CancellationToken);
        return (string)answer!["access_token"]!;
    }

    public async ValueTask DisposeAsync()
    {
        Http.Dispose();
        foreach (var app in apps)
        {
            await app.StopAsync();
            await app.DisposeAsync();
        }
        Directory.Delete(folder, recursive: true);
    }

    private MedCloudHost Host(HttpDoors doors, int port)
    {
        var host = new MedCloudHost("test", doors);
        host.Builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["MedCloud:Doors:Http"] = $"{port}",
            ["MedCloud:Doors:Grpc"] = "0",
            ["MedCloud:Security:Authority"] = $"{PortalUrl}/connect",
            ["MedCloud:Security:Audience"] = "medcloud",
            ["MedCloud:Security:AllowHttpAuthority"] = "true",
        });
        return host;
    }
}
