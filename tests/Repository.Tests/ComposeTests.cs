using System.Text.Json.Nodes;

namespace MedCloud.Repository.Tests;

/// <summary>docker-compose.yml, as docker-compose reads it, which tests/run installs. What it starts is for ComposeRunTests.</summary>
public sealed class ComposeTests
{
    private const string File = "docker-compose.yml";

    [Fact]
    public void DockerComposeTakesIt()
    {
        var (exitCode, output) = Tool.Compose("", "-f", File, "config", "-q");
        Assert.True(exitCode == 0, output);
        Assert.Empty(output);
    }

    [Theory]
    [InlineData("depends_on:", "dependson:", "Additional property dependson is not allowed")]
    [InlineData("postgres: {condition:", "postgre: {condition:", "depends on undefined service \"postgre\"")]
    [InlineData("[rabbitmq:/var/lib/rabbitmq]", "[rabbit:/var/lib/rabbitmq]", "refers to undefined volume rabbit")]
    public void ABrokenFileIsFound(string right, string wrong, string sentence)
    {
        var (exitCode, output) = Tool.Compose(Checkout.Read(File).Replace(right, wrong, StringComparison.Ordinal), "--project-directory", ".", "-f", "-", "config", "-q");
        Assert.NotEqual(0, exitCode);
        Assert.Contains(sentence, output, StringComparison.Ordinal);
    }

    [Fact]
    public void ItsDoorsAreOpenOnThisMachineAlone()
    {
        var ports = Services().SelectMany(service => service.Value!["ports"]?.AsArray() ?? []).Select(port => $"{port!["host_ip"]}:{port["published"]}");
        Assert.Equal(["127.0.0.1:11112", "127.0.0.1:8080", "127.0.0.1:8081"], ports.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void EveryServiceSaysWhetherItIsHealthy()
    {
        var services = Services();
        var jobs = services.SelectMany(service => service.Value!["depends_on"]?.AsObject().ToArray() ?? [])
            .Where(needed => (string?)needed.Value!["condition"] == "service_completed_successfully").Select(needed => needed.Key).ToHashSet();
        Assert.NotEmpty(jobs);
        Assert.Empty(services.Where(service => !jobs.Contains(service.Key) && service.Value!["healthcheck"]?["test"] is null).Select(service => service.Key));
    }

    private static JsonObject Services()
    {
        var (exitCode, output) = Tool.Compose("", "-f", File, "config", "--format", "json");
        Assert.True(exitCode == 0, output);
        return JsonNode.Parse(output)!["services"]!.AsObject();
    }
}
