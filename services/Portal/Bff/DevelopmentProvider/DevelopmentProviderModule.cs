using System.Security.Claims;
using System.Security.Cryptography;
using System.Text;
using MedCloud.Hosting;
using Microsoft.Extensions.Options;
using OpenIddict.Abstractions;
using OpenIddict.Server;
using static OpenIddict.Abstractions.OpenIddictConstants;
using static OpenIddict.Server.OpenIddictServerEvents;

namespace MedCloud.Portal.DevelopmentProvider;

/// <summary>
/// An OpenID Connect provider below <c>/connect</c>, for development: a client for each role (client credentials; its id is the role, its secret the role and
/// <c>-development-secret</c>), keys that live as long as the process, and no store.
/// </summary>
internal static class DevelopmentProviderModule
{
    private static readonly string[] Clients = [Roles.Integrator, Roles.Reader, Roles.Operator];

    /// <summary>Adds the provider where <see cref="SecurityOptions.DevelopmentProvider"/> says so.</summary>
    public static void AddDevelopmentProvider(this IHostApplicationBuilder builder)
    {
        if (builder.Configuration.GetSection(SecurityOptions.Section).Get<SecurityOptions>() is not { DevelopmentProvider: true })
            return;
        builder.Services.AddHostedService<Warning>();
        builder.Services.AddOptions<OpenIddictServerOptions>().Configure<IOptions<SecurityOptions>>((server, security) => server.Issuer = new Uri(security.Value.Authority!));
        builder.Services.AddOpenIddict().AddServer(server =>
        {
            server.EnableDegradedMode();
            server.SetConfigurationEndpointUris("connect/.well-known/openid-configuration");
            server.SetJsonWebKeySetEndpointUris("connect/.well-known/jwks");
            server.SetTokenEndpointUris("connect/token");
            server.AllowClientCredentialsFlow();
            server.AddEphemeralEncryptionKey().AddEphemeralSigningKey();
            // The services read the tokens.
            server.DisableAccessTokenEncryption();
            server.UseAspNetCore().DisableTransportSecurityRequirement();
            server.AddEventHandler<ValidateTokenRequestContext>(handler => handler.UseInlineHandler(context =>
            {
                if (!Clients.Contains(context.ClientId) || !HasSecret(context.ClientId!, context.ClientSecret))
                    context.Reject(Errors.InvalidClient, "The client or its secret is not one of development.");
                return ValueTask.CompletedTask;
            }));
            server.AddEventHandler<HandleTokenRequestContext>(handler => handler.UseSingletonHandler<Issue>());
        });
    }

    private static bool HasSecret(string client, string? secret) =>
        CryptographicOperations.FixedTimeEquals(Encoding.UTF8.GetBytes($"{client}-development-secret"), Encoding.UTF8.GetBytes(secret ?? ""));

    private sealed class Issue(IOptions<SecurityOptions> security) : IOpenIddictServerHandler<HandleTokenRequestContext>
    {
        public ValueTask HandleAsync(HandleTokenRequestContext context)
        {
            var client = context.ClientId ?? throw new InvalidOperationException("a client that was not validated");
            var identity = new ClaimsIdentity("development", "sub", "role");
            identity.SetClaim(Claims.Subject, client).SetClaim("role", client).SetDestinations(_ => [Destinations.AccessToken]);
            identity.SetResources(security.Value.Audience!);
            context.SignIn(new ClaimsPrincipal(identity));
            return ValueTask.CompletedTask;
        }
    }

    private sealed class Warning(ILogger<Warning> logger) : IHostedService
    {
        public Task StartAsync(CancellationToken cancellationToken)
        {
            Log.DevelopmentProviderOn(logger);
            return Task.CompletedTask;
        }

        public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;
    }
}
