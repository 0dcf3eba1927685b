using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using Grpc.Core;
using Grpc.Net.Client;
using Grpc.Net.Client.Web;
using MedCloud.Results.V1;

namespace MedCloud.Medctl;

/// <summary>What became of a file that was sent.</summary>
internal abstract record StoreAnswer
{
    /// <summary>It is stored under these UIDs.</summary>
    public sealed record Stored(string Study, string Series, string Instance) : StoreAnswer;

    /// <summary>It is not; <paramref name="Reason"/> says why.</summary>
    public sealed record Refused(string Reason) : StoreAnswer;
}

/// <summary>MedCloud's public doors on one address: STOW-RS and gRPC-Web.</summary>
internal sealed class Server : IDisposable
{
    private const string Json = "application/dicom+json";
    private const int MaxMessageBytes = 64 << 20;

    private readonly HttpClient http;
    private readonly GrpcChannel channel;
    private readonly ResultsService.ResultsServiceClient results;

    /// <param name="url">Scheme, host and port.</param>
    /// <param name="token">Access token; null where the doors ask for none.</param>
    public Server(Uri url, string? token)
    {
        // A study takes as long as it takes; only connecting has a limit.
        var handler = new SocketsHttpHandler { ConnectTimeout = TimeSpan.FromSeconds(10) };
        http = new HttpClient(handler) { BaseAddress = url, Timeout = Timeout.InfiniteTimeSpan };
        var web = new HttpClient(new GrpcWebHandler(GrpcWebMode.GrpcWeb, handler), disposeHandler: false);
        if (token is not null)
            http.DefaultRequestHeaders.Authorization = web.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        channel = GrpcChannel.ForAddress(url, new GrpcChannelOptions { HttpClient = web, DisposeHttpClient = true, HttpVersion = HttpVersion.Version11, MaxReceiveMessageSize = MaxMessageBytes });
        results = new ResultsService.ResultsServiceClient(channel);
    }

    /// <summary>STOW-RS of one Part 10 file. While MedCloud is out of resources it is sent again, as often as MedCloud asks for that.</summary>
    /// <param name="open">Opens the file; called once for each time that it is sent.</param>
    /// <param name="stat">Whether it is urgent.</param>
    /// <param name="cancellationToken">Ends the sending.</param>
    /// <exception cref="HttpRequestException">No answer came.</exception>
    public async Task<StoreAnswer> StoreAsync(Func<Stream> open, bool stat, CancellationToken cancellationToken)
    {
        while (true)
        {
            using var part = new StreamContent(open()) { Headers = { ContentType = new MediaTypeHeaderValue("application/dicom") } };
            using var content = new MultipartContent("related") { part };
            content.Headers.ContentType!.Parameters.Add(new NameValueHeaderValue("type", "\"application/dicom\""));
            using var request = new HttpRequestMessage(HttpMethod.Post, "/dicom-web/studies") { Content = content, Headers = { Accept = { new MediaTypeWithQualityHeaderValue(Json) } } };
            if (stat)
                request.Headers.Add("X-MedCloud-Priority", "stat");
            using var response = await http.SendAsync(request, cancellationToken);
            if (response.StatusCode != HttpStatusCode.ServiceUnavailable || response.Headers.RetryAfter?.Delta is not { } delay)
                return await ReadAsync(response, cancellationToken);
            await Task.Delay(delay, TimeProvider.System, cancellationToken);
        }
    }

    /// <summary>A study, or null where MedCloud knows none of this UID.</summary>
    /// <exception cref="RpcException">No answer came, or another one.</exception>
    public async Task<Study?> FindStudyAsync(string studyInstanceUid, CancellationToken cancellationToken)
    {
        try
        {
            return await results.GetStudyAsync(new GetStudyRequest { StudyInstanceUid = studyInstanceUid }, cancellationToken: cancellationToken);
        }
        catch (RpcException exception) when (exception.StatusCode == StatusCode.NotFound)
        {
            return null;
        }
    }

    /// <summary>The model that new instances are analysed by and that has a label with this code, or null.</summary>
    /// <exception cref="RpcException">No answer came, or another one.</exception>
    public async Task<Model?> FindModelAsync(string code, CancellationToken cancellationToken)
    {
        var models = await results.ListModelsAsync(new ListModelsRequest(), cancellationToken: cancellationToken);
        return models.Models.FirstOrDefault(model => model.Active && model.Labels.Any(label => label.Code == code));
    }

    public void Dispose()
    {
        channel.Dispose();
        http.Dispose();
    }

    private static async Task<StoreAnswer> ReadAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (response.Content.Headers.ContentType?.MediaType != Json)
            return new StoreAnswer.Refused($"HTTP {(int)response.StatusCode}: {await ProblemAsync(response, cancellationToken)}");
        var module = await response.Content.ReadFromJsonAsync<JsonNode>(cancellationToken);
        if (Item(module, "00081199") is { } stored)
        {
            // Retrieve URL: .../studies/{study}/series/{series}/instances/{instance}
            var parts = Text(stored, "00081190").Split('/');
            return new StoreAnswer.Stored(parts[^5], parts[^3], parts[^1]);
        }
        var failed = Item(module, "00081198") ?? Item(module, "0008119A");
        return new StoreAnswer.Refused(string.Create(CultureInfo.InvariantCulture, $"{(int?)Item(failed, "00081197") ?? 0:X4} {Text(Item(failed, "00741048"), "00000902")}"));

        // The first value or item of an element of DICOM JSON.
        static JsonNode? Item(JsonNode? dataSet, string tag) => dataSet?[tag]?["Value"]?[0];

        static string Text(JsonNode? dataSet, string tag) => (string?)Item(dataSet, tag) ?? "";
    }

    /// <summary>The sentence of problem details (RFC 9457), or what HTTP calls the status.</summary>
    private static async Task<string?> ProblemAsync(HttpResponseMessage response, CancellationToken cancellationToken)
    {
        if (response.Content.Headers.ContentType?.MediaType != "application/problem+json")
            return response.ReasonPhrase;
        return (string?)(await response.Content.ReadFromJsonAsync<JsonNode>(cancellationToken))?["detail"] ?? response.ReasonPhrase;
    }
}
