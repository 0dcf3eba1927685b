using System.Net.Http.Headers;
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
