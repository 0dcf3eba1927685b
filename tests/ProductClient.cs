using System.Net.Http.Headers;
using System.Text.Json.Nodes;

namespace MedCloud.Tests;

/// <summary>MedCloud's HTTP doors as a client from outside uses them.</summary>
internal sealed class ProductClient(string httpUrl, string? token = null) : IDisposable
{
    private readonly HttpClient http = new() { BaseAddress = new Uri(httpUrl), Timeout = Patience.Limit, DefaultRequestHeaders = { Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token) } };

    /// <summary>STOW of one Part 10 file; throws HttpRequestException when no answer came.</summary>
    public async Task<(int Status, JsonNode? Body)> StowAsync(byte[] file, string path = "/dicom-web/studies", string? priority = null, CancellationToken cancellationToken = default)
    {
        using var content = new MultipartContent("related", "medcloud-test-boundary");
        content.Headers.ContentType!.Parameters.Add(new NameValueHeaderValue("type", "\"application/dicom\""));
        var part = new ByteArrayContent(file);
        part.Headers.ContentType = new MediaTypeHeaderValue("application/dicom");
        content.Add(part);
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = content };
        if (priority is not null)
            request.Headers.Add("X-MedCloud-Priority", priority);
        using var response = await http.SendAsync(request, cancellationToken);
        var text = await response.Content.ReadAsStringAsync(cancellationToken);
        return ((int)response.StatusCode, text.Length == 0 ? null : JsonNode.Parse(text));
    }

    /// <summary>The stored Part 10 file, or null when there is none.</summary>
    public async Task<byte[]?> RetrieveAsync(string study, string series, string instance, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, $"/dicom-web/studies/{study}/series/{series}/instances/{instance}");
        request.Headers.Accept.Add(new MediaTypeWithQualityHeaderValue("application/dicom"));
        using var response = await http.SendAsync(request, cancellationToken);
        return response.StatusCode == System.Net.HttpStatusCode.NotFound ? null : await response.EnsureSuccessStatusCode().Content.ReadAsByteArrayAsync(cancellationToken);
    }

    /// <summary>The study as JSON, or null while it is unknown.</summary>
    public async Task<JsonNode?> StudyAsync(string study, CancellationToken cancellationToken)
    {
        using var response = await http.GetAsync($"/v1/studies/{study}", cancellationToken);
        return response.StatusCode == System.Net.HttpStatusCode.NotFound
            ? null
            : JsonNode.Parse(await response.EnsureSuccessStatusCode().Content.ReadAsStringAsync(cancellationToken));
    }

    /// <summary>The study once it has <paramref name="analyses"/> analyses and none is pending.</summary>
    public Task<JsonNode> FinishedStudyAsync(string study, int analyses, CancellationToken cancellationToken) =>
        StudyAsync(
            study,
            found => found["analyses"]!.AsArray() is { } list && list.Count >= analyses && list.All(analysis => (string)analysis!["state"]! != "ANALYSIS_STATE_PENDING"),
            cancellationToken);

    /// <summary>The analyses of a study but those that a model refused by the header alone, such as the microscopy model every X-ray.</summary>
    public static JsonNode[] InScope(JsonNode study) =>
        [.. study["analyses"]!.AsArray().Where(analysis => analysis!["reason"]?["code"] is not { } code || !((string)code!).StartsWith("REASON_CODE_OUT_OF_SCOPE", StringComparison.Ordinal)).Select(analysis => analysis!)];

    /// <summary>The study once it is as <paramref name="wanted"/> says.</summary>
    public async Task<JsonNode> StudyAsync(string study, Func<JsonNode, bool> wanted, CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        using var limit = Patience.Begin(cancellationToken);
        while (true)
        {
            if (await StudyAsync(study, limit.Token) is { } found && wanted(found))
                return found;
            await timer.WaitForNextTickAsync(limit.Token);
        }
    }

    /// <summary>The body of a successful answer.</summary>
    public async Task<byte[]> SendAsync(HttpRequestMessage request, CancellationToken cancellationToken)
    {
        using var response = await http.SendAsync(request, cancellationToken);
        return await response.EnsureSuccessStatusCode().Content.ReadAsByteArrayAsync(cancellationToken);
    }

    /// <summary>The answer, whatever it is.</summary>
    public Task<HttpResponseMessage> SendAnyAsync(HttpRequestMessage request, CancellationToken cancellationToken) => http.SendAsync(request, cancellationToken);

    public Task<HttpResponseMessage> GetAsync(string path, CancellationToken cancellationToken) => http.GetAsync(path, cancellationToken);

    public void Dispose() => http.Dispose();
}
