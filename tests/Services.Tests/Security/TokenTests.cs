using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using Grpc.Core;
using Grpc.Net.Client;
using Grpc.Reflection.V1Alpha;
using MedCloud.Results.V1;
using MedCloud.Services.Tests.DicomWeb;
using MedCloud.Tests;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.IdentityModel.JsonWebTokens;
using Microsoft.IdentityModel.Tokens;

namespace MedCloud.Services.Tests.Security;

/// <summary>Tokens as providers of other makes issue them, all signed with the provider's own key.</summary>
public sealed class TokenTests(TokenTests.Provider provider) : IClassFixture<TokenTests.Provider>
{
    private static readonly object Reader = "reader";

    public static TheoryData<string, HttpStatusCode> Tokens => new()
    {
        { "one role", HttpStatusCode.NotFound },
        { "several roles", HttpStatusCode.NotFound },
        { "roles, as Entra ID calls them", HttpStatusCode.NotFound },
        { "a token of type JWT", HttpStatusCode.NotFound },
        { "expired", HttpStatusCode.Unauthorized },
        { "not valid yet", HttpStatusCode.Unauthorized },
        { "for another audience", HttpStatusCode.Unauthorized },
        { "of another issuer", HttpStatusCode.Unauthorized },
        { "of a type that is no access token", HttpStatusCode.Unauthorized },
        { "without a role", HttpStatusCode.Forbidden },
        { "with a role that we do not know", HttpStatusCode.Forbidden },
    };

    /// <summary>What a valid token opens is a study that is not there.</summary>
    [Theory]
    [MemberData(nameof(Tokens))]
    public async Task ATokenOpensTheDoorOnlyIfAllOfItIsRight(string which, HttpStatusCode expected)
    {
        var now = DateTime.UtcNow;
        var token = new SecurityTokenDescriptor
        {
            Issuer = which == "of another issuer" ? "http://127.0.0.1:1" : provider.Url,
            Audience = which == "for another audience" ? "billing" : "medcloud",
            NotBefore = which == "not valid yet" ? now.AddHours(1) : now.AddHours(-2),
            IssuedAt = now.AddHours(-2),
            Expires = which == "expired" ? now.AddHours(-1) : now.AddHours(2),
            TokenType = which switch { "a token of type JWT" => "JWT", "of a type that is no access token" => "secevent+jwt", _ => "at+jwt" },
            Claims = which switch
            {
                "several roles" => new Dictionary<string, object> { ["role"] = new[] { "billing", "reader" } },
                "roles, as Entra ID calls them" => new Dictionary<string, object> { ["roles"] = new[] { "reader" } },
                "without a role" => new Dictionary<string, object>(),
                "with a role that we do not know" => new Dictionary<string, object> { ["role"] = "janitor" },
                _ => new Dictionary<string, object> { ["role"] = Reader },
            },
            SigningCredentials = provider.Credentials,
        };

        Assert.Equal(expected, await OpensAsync(provider.Server, new JsonWebTokenHandler().CreateToken(token)));
    }

    [Fact]
    public async Task TheProvidersKeysAreFetchedFromTheMetadataAddressWhereThereIsOne()
    {
        await using var server = await DicomWebServer.StartAsync(
            ("MedCloud:Security:Authority", "http://127.0.0.1:1"),
            ("MedCloud:Security:MetadataAddress", $"{provider.Url}/.well-known/openid-configuration"),
            ("MedCloud:Security:Audience", "medcloud"),
            ("MedCloud:Security:AllowHttpAuthority", "true"));

        Assert.Equal(HttpStatusCode.NotFound, await OpensAsync(server, provider.Token("reader")));
    }

    /// <summary>Role (or no token) at the gRPC door, and the status.</summary>
    [Theory]
    [InlineData(null, StatusCode.Unauthenticated)]
    [InlineData("janitor", StatusCode.PermissionDenied)]
    [InlineData("reader", StatusCode.OK)]
    public async Task AtTheGrpcDoorServiceAndReflectionTakeTheSameTokens(string? role, StatusCode expected)
    {
        using var folder = new TemporaryFolder();
        await using var process = await AllInOneProcess.StartAsync(folder.Path, new Dictionary<string, string>
        {
            ["MedCloud__Security__Authority"] = provider.Url,
            ["MedCloud__Security__Audience"] = "medcloud",
            ["MedCloud__Security__AllowHttpAuthority"] = "true",
        });
        using var channel = GrpcChannel.ForAddress(process.GrpcUrl);
        var headers = role is null ? [] : new Metadata { { "Authorization", $"Bearer {provider.Token(role)}" } };

        Assert.Equal(expected, await StatusAsync(() => new ResultsService.ResultsServiceClient(channel).ListStudiesAsync(new ListStudiesRequest(), headers).ResponseAsync));
        Assert.Equal(expected, await StatusAsync(async () =>
        {
            using var call = new ServerReflection.ServerReflectionClient(channel).ServerReflectionInfo(headers);
            await call.RequestStream.WriteAsync(new ServerReflectionRequest { ListServices = "" }, TestContext.Current.CancellationToken);
            Assert.True(await call.ResponseStream.MoveNext(TestContext.Current.CancellationToken));
            await call.RequestStream.CompleteAsync();
        }));
    }

    private static async Task<HttpStatusCode> OpensAsync(DicomWebServer server, string token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/dicom-web/studies/1.2.3");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", token);
        using var response = await server.Client.SendAsync(request, TestContext.Current.CancellationToken);
        return response.StatusCode;
    }

    private static async Task<StatusCode> StatusAsync(Func<Task> call)
    {
        try
        {
            await call();
            return StatusCode.OK;
        }
        catch (RpcException exception)
        {
            return exception.StatusCode;
        }
    }

    /// <summary>A provider that shows its key, and an Ingest that trusts it.</summary>
    public sealed class Provider : IAsyncLifetime
    {
        private readonly RSA key = RSA.Create(2048);
        private WebApplication? app;
        private DicomWebServer? server;

        public string Url => app!.Urls.First();

        public DicomWebServer Server => server!;

        public SigningCredentials Credentials => new(new RsaSecurityKey(key) { KeyId = "test" }, SecurityAlgorithms.RsaSha256);

        /// <summary>A token with that role and nothing wrong in it.</summary>
        public string Token(string role) => new JsonWebTokenHandler().CreateToken(new SecurityTokenDescriptor
        {
            Issuer = Url,
            Audience = "medcloud",
            NotBefore = DateTime.UtcNow.AddHours(-1),
            IssuedAt = DateTime.UtcNow.AddHours(-1),
            Expires = DateTime.UtcNow.AddHours(1),
            TokenType = "at+jwt",
            Claims = new Dictionary<string, object> { ["role"] = role },
            SigningCredentials = Credentials,
        });

        public async ValueTask InitializeAsync()
        {
            var builder = WebApplication.CreateBuilder();
            builder.Logging.ClearProviders();
            builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
            app = builder.Build();
            var shown = key.ExportParameters(includePrivateParameters: false);
            app.MapGet("/.well-known/openid-configuration", () => new { issuer = Url, jwks_uri = $"{Url}/keys" });
            app.MapGet("/keys", () => new { keys = new[] { new { kty = "RSA", use = "sig", kid = "test", n = Base64UrlEncoder.Encode(shown.Modulus), e = Base64UrlEncoder.Encode(shown.Exponent) } } });
            await app.StartAsync(TestContext.Current.CancellationToken);
            server = await DicomWebServer.StartAsync(
                ("MedCloud:Security:Authority", Url), ("MedCloud:Security:Audience", "medcloud"), ("MedCloud:Security:AllowHttpAuthority", "true"));
        }

        public async ValueTask DisposeAsync()
        {
            await Server.DisposeAsync();
            await app!.DisposeAsync();
            key.Dispose();
        }
    }
}
