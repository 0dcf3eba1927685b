using System.Net;
using System.Net.Http.Headers;
using System.Security.Claims;
using System.Security.Cryptography;
using Grpc.Core;
using Grpc.Health.V1;
using Grpc.Net.Client;
using Grpc.Net.Client.Web;
using MedCloud.Results.V1;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;
using static MedCloud.Services.Tests.DicomWeb.Part10;

namespace MedCloud.Services.Tests.Security;

public sealed class DoorAccessTests(SecuredDoors doors) : IClassFixture<SecuredDoors>
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    /// <summary>Role (or none), direct or through Portal, and the statuses of STOW, WADO and JSON.</summary>
    [Theory]
    [InlineData(null, 401, 401, 401)]
    [InlineData("integrator", 200, 404, 200)]
    [InlineData("reader", 403, 404, 200)]
    [InlineData("operator", 403, 404, 200)]
    public async Task EachRoleMayDoAtHttpDoorsWhatIsDocumented(string? role, int store, int retrieve, int json)
    {
        var token = role is null ? null : await doors.TokenAsync(role);
        foreach (var url in new[] { doors.ServicesUrl, doors.PortalUrl })
        {
            using var stored = await StowAsync(url, token, File(1));
            using var retrieved = await GetAsync($"{url}/dicom-web/studies/1.2.3", token);
            using var listed = await GetAsync($"{url}/v1/studies", token);

            Assert.Equal([store, retrieve, json], new[] { stored, retrieved, listed }.Select(response => (int)response.StatusCode));
            Assert.Equal(store == 401, stored.Headers.WwwAuthenticate.Any(challenge => challenge.Scheme == "Bearer"));
            if (store == 403)
                Assert.Contains("integrator", await stored.Content.ReadAsStringAsync(Cancelled), StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData(null, StatusCode.Unauthenticated)]
    [InlineData("integrator", StatusCode.OK)]
    [InlineData("reader", StatusCode.OK)]
    [InlineData("operator", StatusCode.OK)]
    public async Task EachRoleMayReadOverGrpcAndGrpcWeb(string? role, StatusCode expected)
    {
        var headers = new Metadata();
        if (role is not null)
            headers.Add("Authorization", $"Bearer {await doors.TokenAsync(role)}");
        foreach (var channel in Channels())
        {
            using (channel)
                Assert.Equal(expected, await StatusAsync(channel, headers));
        }
    }

    [Fact]
    public async Task ATokenSignedWithAnotherKeyIsRefusedAtEveryDoor()
    {
        using var rsa = RSA.Create(2048);
        var token = new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
        {
            Issuer = $"{doors.PortalUrl}/connect",
            Audience = "medcloud",
            NotBefore = DateTime.UnixEpoch,
            IssuedAt = DateTime.UnixEpoch,
            Expires = DateTime.UnixEpoch.AddYears(100),
            Subject = new ClaimsIdentity([new Claim("role", "integrator")]),
            TokenType = "at+jwt",
            SigningCredentials = new SigningCredentials(new RsaSecurityKey(rsa), SecurityAlgorithms.RsaSha256),
        });

        using var stored = await StowAsync(doors.ServicesUrl, token, File(1));
        using var listed = await GetAsync($"{doors.ServicesUrl}/v1/studies", token);
        Assert.Equal([HttpStatusCode.Unauthorized, HttpStatusCode.Unauthorized], new[] { stored.StatusCode, listed.StatusCode });
        foreach (var channel in Channels())
        {
            using (channel)
                Assert.Equal(StatusCode.Unauthenticated, await StatusAsync(channel, new Metadata { { "Authorization", $"Bearer {token}" } }));
        }
    }

    [Fact]
    public async Task HealthAndMetricsNeedNoToken()
    {
        using var health = await doors.Http.GetAsync($"{doors.ServicesUrl}/health/live", Cancelled);
        using var metrics = await doors.Http.GetAsync($"{doors.ServicesUrl}/metrics", Cancelled);
        using var channel = GrpcChannel.ForAddress(doors.GrpcUrl);

        Assert.Equal([HttpStatusCode.OK, HttpStatusCode.OK], [health.StatusCode, metrics.StatusCode]);
        Assert.Equal(HealthCheckResponse.Types.ServingStatus.Serving, (await new Health.HealthClient(channel).CheckAsync(new HealthCheckRequest(), cancellationToken: Cancelled)).Status);
    }

    [Fact]
    public async Task WhatIsStoredThroughPortalComesBackByteForByte_AndItsUrlNamesPortal()
    {
        var token = await doors.TokenAsync("integrator");
        var file = File(7, study: 7, change: dataSet => dataSet.Set(new MedCloud.Dicom.DicomElement(MedCloud.Dicom.DicomTags.PixelData, MedCloud.Dicom.Vr.OW, new byte[40 << 20])));

        using var stored = await StowAsync(doors.PortalUrl, token, file);
        var url = $"{doors.PortalUrl}/dicom-web/studies/{Study(7)}/series/{Series(7)}/instances/{Instance(7)}";
        using var retrieved = await GetAsync(url, token, "application/dicom");

        Assert.Equal(HttpStatusCode.OK, stored.StatusCode);
        Assert.Contains(url, await stored.Content.ReadAsStringAsync(Cancelled), StringComparison.Ordinal);
        Assert.Equal(file, await retrieved.Content.ReadAsByteArrayAsync(Cancelled));
    }

    [Theory]
    [InlineData("/grpc.health.v1.Health/Check")]
    [InlineData("/v1/..%2fhealth/live")]
    public async Task NothingElseOfTheServicesIsReachedThroughPortal(string path)
    {
        using var response = await GetAsync(doors.PortalUrl + path, await doors.TokenAsync("operator"));

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    [Fact]
    public async Task AWrongSecretHasNoToken()
    {
        using var content = new FormUrlEncodedContent([new("grant_type", "client_credentials"), new("client_id", "operator"), new("client_secret", "guess")]);
        using var response = await doors.Http.PostAsync($"{doors.PortalUrl}/connect/token", content, Cancelled);

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
    }

    private IEnumerable<GrpcChannel> Channels() =>
    [
        GrpcChannel.ForAddress(doors.GrpcUrl),
        GrpcChannel.ForAddress(doors.ServicesUrl, Web()),
        GrpcChannel.ForAddress(doors.PortalUrl, Web()),
    ];

    private static GrpcChannelOptions Web() => new()
    {
        HttpHandler = new GrpcWebHandler(new HttpClientHandler()),
        HttpVersion = HttpVersion.Version11,
        HttpVersionPolicy = HttpVersionPolicy.RequestVersionExact,
    };

    private static async Task<StatusCode> StatusAsync(GrpcChannel channel, Metadata headers)
    {
        try
        {
            await new ResultsService.ResultsServiceClient(channel).ListStudiesAsync(new ListStudiesRequest(), headers, cancellationToken: Cancelled);
            return StatusCode.OK;
        }
        catch (RpcException exception)
        {
            Assert.StartsWith("The access token", exception.Status.Detail.Replace("An access", "The access", StringComparison.Ordinal), StringComparison.Ordinal);
            return exception.StatusCode;
        }
    }

    private Task<HttpResponseMessage> GetAsync(string url, string? token, string accept = "*/*") =>
        SendAsync(new HttpRequestMessage(HttpMethod.Get, url) { Headers = { { "Accept", accept } } }, token);

    private Task<HttpResponseMessage> StowAsync(string url, string? token, byte[] file)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, $"{url}/dicom-web/studies") { Content = new ByteArrayContent(Multipart(file)) };
        request.Content.Headers.TryAddWithoutValidation("Content-Type", DicomWeb.Upload.Multipart10);
        return SendAsync(request, token);
    }

    private async Task<HttpResponseMessage> SendAsync(HttpRequestMessage request, string? token)
    {
        using (request)
        {
            if (token is not null)
                request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
            return await doors.Http.SendAsync(request, Cancelled);
        }
    }
}
