using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text;

namespace MedCloud.Tests;

/// <summary>RabbitMQ with its management API, user and password guest.</summary>
internal sealed class RabbitMqServer() : TestServer("rabbitmq", ports: 4)
{
    public Uri Amqp => new($"amqp://guest:guest@127.0.0.1:{Ports[0]}");

    /// <summary>A client of the management API; its addresses are relative, e.g. <c>queues</c>.</summary>
    public HttpClient Management() => new()
    {
        BaseAddress = new Uri($"http://127.0.0.1:{Ports[1]}/api/"),
        DefaultRequestHeaders = { Authorization = new AuthenticationHeaderValue("Basic", Convert.ToBase64String(Encoding.ASCII.GetBytes("guest:guest"))) },
    };

    /// <summary>Adds a virtual host in which guest may do everything.</summary>
    public async Task AddVirtualHostAsync(string name, CancellationToken cancellationToken)
    {
        using var management = Management();
        using var made = await management.PutAsync(new Uri($"vhosts/{name}", UriKind.Relative), null, cancellationToken);
        made.EnsureSuccessStatusCode();
        using var allowed = await management.PutAsJsonAsync($"permissions/{name}/guest", new { configure = ".*", write = ".*", read = ".*" }, cancellationToken);
        allowed.EnsureSuccessStatusCode();
    }

    protected override async Task<bool> IsReadyAsync(CancellationToken cancellationToken)
    {
        using var management = Management();
        try
        {
            using var answer = await management.GetAsync(new Uri("health/checks/port-listener/" + Ports[0], UriKind.Relative), cancellationToken);
            return answer.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }
}
