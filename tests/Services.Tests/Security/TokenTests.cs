using System.Net;
using System.Net.Http.Headers;
using System.Security.Cryptography;
using MedCloud.Services.Tests.DicomWeb;
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
        using var request = new HttpRequestMessage(HttpMethod.Get, "/dicom-web/studies/1.2.3");
        request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", new JsonWebTokenHandler().CreateToken(token));

        using var response = await provider.Server.Client.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(expected, response.StatusCode);
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
