using System.Text.Json.Nodes;
using MedCloud.Tests;

namespace MedCloud.Interop.Tests.Product;

/// <summary>
/// docker-compose.yml with the images of deploy/docker, built and run; their base images are stand-ins (tests/servers/stand-ins.Dockerfile). It takes the ports that the file
/// names. Only in <c>tests/run --long</c>.
/// </summary>
public sealed class ComposeRunTests
{
    private const string Portal = "http://127.0.0.1:8080";

    [Fact]
    public async Task WhatIsSentToItsDoorsIsAnalysed()
    {
        Assert.SkipUnless(LongRun.Is, "containers are for tests/run --long");
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var engine = new ContainerEngine();
        await engine.StartAsync(cancellationToken);
        await Tool.RunAsync(Path.Combine(SharedData.Repository, "tests", "servers", "images"), engine.Storage);
        // Podman would ask for more than this machine lets a process have.
        var limits = Path.Combine(engine.Storage, "limits.yml");
        var services = (await ComposeAsync(engine, "config", "--services")).Split('\n', StringSplitOptions.RemoveEmptyEntries);
        await File.WriteAllTextAsync(limits, "services:\n" + string.Concat(services.Select(service => $"  {service}: {{ulimits: {{nofile: 20000, nproc: 4096}}}}\n")), cancellationToken);

        await ComposeAsync(engine, "-f", limits, "up", "--detach", "--no-build", "--pull", "never");

        using var client = new ProductClient(Portal, await TokenAsync());
        var (stowed, sent) = (SampleXray.Create(1, 1), SampleXray.Create(2, 2));
        Assert.Equal(200, (await client.StowAsync(stowed.File, cancellationToken: cancellationToken)).Status);
        var file = Path.Combine(engine.Storage, "sent.dcm");
        await File.WriteAllBytesAsync(file, sent.File, cancellationToken);
        await Tool.RunAsync("storescu", "-aec", "MEDCLOUD", "127.0.0.1", "11112", file);
        foreach (var xray in new[] { stowed, sent })
        {
            var study = await client.StudyAsync(xray.Study, study => (string?)study["state"] == "STUDY_STATE_COMPLETE", cancellationToken);
            Assert.All(ProductClient.InScope(study), analysis => Assert.Equal("ANALYSIS_STATE_COMPLETED", (string?)analysis["state"]));
        }

        var containers = await ContainersAsync(engine);
        Assert.Equal(
            ["127.0.0.1:11112", "127.0.0.1:8080", "127.0.0.1:8081"],
            containers.SelectMany(container => container["Publishers"]?.AsArray() ?? []).Where(port => (int)port!["PublishedPort"]! != 0).Select(port => $"{port!["URL"]}:{port["PublishedPort"]}").Order(StringComparer.Ordinal));

        await ComposeAsync(engine, "down", "--volumes");
        Assert.Empty(await ContainersAsync(engine));
    }

    /// <summary>Waits for Portal, which is started last: its port takes connections before it does.</summary>
    private static async Task<string> TokenAsync()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        using var http = new HttpClient();
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(500));
        using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        limit.CancelAfter(TimeSpan.FromMinutes(2));
        while (true)
        {
            using var content = new FormUrlEncodedContent([new("grant_type", "client_credentials"), new("client_id", "integrator"), new("client_secret", "integrator-development-secret")]);
            try
            {
                using var response = await http.PostAsync($"{Portal}/connect/token", content, limit.Token);
                return (string)JsonNode.Parse(await response.EnsureSuccessStatusCode().Content.ReadAsStringAsync(limit.Token))!["access_token"]!;
            }
            catch (HttpRequestException exception) when (exception.StatusCode is null)
            {
                await timer.WaitForNextTickAsync(limit.Token);
            }
        }
    }

    /// <summary>Those that run, as docker-compose tells of them: an object on each line.</summary>
    private static async Task<List<JsonNode>> ContainersAsync(ContainerEngine engine) =>
        [.. (await ComposeAsync(engine, "ps", "--format", "json")).Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(line => JsonNode.Parse(line)!)];

    private static Task<string> ComposeAsync(ContainerEngine engine, params string[] arguments) => Tool.RunAsync(
        "env",
        ["--chdir", SharedData.Repository, $"DOCKER_HOST={engine.Address}", Path.Combine("tests", "servers", "node_modules", ".compose", "docker-compose"), "-f", "docker-compose.yml", .. arguments]);
}
