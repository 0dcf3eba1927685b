using System.Text;
using MedCloud.Tests;

namespace MedCloud.Services.Tests;

/// <summary>What the fault tests rely on: a server comes back on its ports with its data, after a stop and after kill -9.</summary>
public sealed class TestServerTests
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Fact]
    public async Task PostgresComesBackAfterKillAndStop()
    {
        await using var server = new PostgresServer();
        await server.StartAsync(Cancellation);

        await server.KillAsync();
        Assert.False(server.IsRunning);
        await server.StartAsync(Cancellation);
        await server.StopAsync();
        await server.StartAsync(Cancellation);

        Assert.True(server.IsRunning);
    }

    [Fact]
    public async Task RabbitMqComesBackAfterKillWithItsQuorumQueue()
    {
        await using var server = new RabbitMqServer();
        await server.StartAsync(Cancellation);
        using var management = server.Management();
        var queue = new Uri("queues/%2F/kept", UriKind.Relative);
        using var declaration = new StringContent("""{"durable":true,"arguments":{"x-queue-type":"quorum"}}""", Encoding.UTF8, "application/json");
        using var declared = await management.PutAsync(queue, declaration, Cancellation);
        declared.EnsureSuccessStatusCode();

        await server.KillAsync();
        await Assert.ThrowsAsync<HttpRequestException>(() => management.GetStringAsync(queue, Cancellation));
        await server.StartAsync(Cancellation);

        Assert.Contains("\"quorum\"", await management.GetStringAsync(queue, Cancellation), StringComparison.Ordinal);
    }
}
