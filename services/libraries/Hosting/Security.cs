using System.Security.Claims;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace MedCloud.Hosting;

/// <summary>What a token's <c>role</c> can be.</summary>
public static class Roles
{
    /// <summary>Sends studies and reads everything: a PACS, a router.</summary>
    public const string Integrator = "integrator";

    /// <summary>Reads images and findings: clinicians.</summary>
    public const string Reader = "reader";

    /// <summary>Reads all of it too, and sends nothing.</summary>
    public const string Operator = "operator";
}

/// <summary>What doors ask for: names of authorization policies.</summary>
public static class Access
{
    /// <summary>To send studies: integrators.</summary>
    public const string Store = nameof(Store);

    /// <summary>To read images, findings and the services' descriptions: every role.</summary>
    public const string Read = nameof(Read);
}

/// <summary>Authentication and authorization of the HTTP and gRPC doors.</summary>
public static class Security
{
    /// <summary>
    /// Adds what endpoints with <see cref="Access"/> need; without an authority they are open. <c>WebApplication</c> puts the middleware in front by itself.
    /// Calling it again changes nothing.
    /// </summary>
    public static IHostApplicationBuilder AddSecurity(this IHostApplicationBuilder builder)
    {
        var services = builder.Services;
        if (services.Any(service => service.ImplementationType == typeof(AccessRefusal)))
            return builder;
        services.AddOptions<DoorsOptions>().BindConfiguration(DoorsOptions.Section);
        services.AddOptions<SecurityOptions>().BindConfiguration(SecurityOptions.Section).ValidateOnStart();
        services.AddSingleton<IValidateOptions<SecurityOptions>, SecurityOptionsValidator>();
        services.AddSingleton<IAuthorizationMiddlewareResultHandler, AccessRefusal>();
        services.AddAuthentication(JwtBearerDefaults.AuthenticationScheme).AddJwtBearer();
        services.AddOptions<JwtBearerOptions>(JwtBearerDefaults.AuthenticationScheme).Configure<IOptions<SecurityOptions>>((jwt, security) => Configure(jwt, security.Value));
        services.AddAuthorization();
        services.AddOptions<AuthorizationOptions>().Configure<IOptions<SecurityOptions>>((authorization, security) =>
        {
            AddPolicy(authorization, security.Value, Access.Store, Roles.Integrator);
            AddPolicy(authorization, security.Value, Access.Read, Roles.Integrator, Roles.Reader, Roles.Operator);
        });
        return builder;
    }

    private static void AddPolicy(AuthorizationOptions authorization, SecurityOptions security, string name, params string[] roles) => authorization.AddPolicy(
        name,
        policy => _ = security.Authority is null or "" ? policy.RequireAssertion(_ => true) : policy.RequireRole(roles));

    private static void Configure(JwtBearerOptions jwt, SecurityOptions security)
    {
        jwt.Authority = security.Authority;
        if (security.MetadataAddress is { Length: > 0 } metadata)
            jwt.MetadataAddress = metadata;
        jwt.Audience = security.Audience;
        jwt.RequireHttpsMetadata = !security.AllowHttpAuthority;
        jwt.MapInboundClaims = false;
        jwt.TokenValidationParameters.NameClaimType = "sub";
        jwt.TokenValidationParameters.RoleClaimType = "role";
        // RFC 9068 calls access tokens at+jwt, and OpenIddict does; Entra ID and Keycloak call them JWT. Their ID tokens do not pass for access: those are for another audience.
        jwt.TokenValidationParameters.ValidTypes = ["at+jwt", "JWT"];
        jwt.Events = new JwtBearerEvents
        {
            OnTokenValidated = context =>
            {
                // Entra ID calls them roles.
                if (context.Principal?.Identity is ClaimsIdentity identity)
                    identity.AddClaims([.. identity.FindAll("roles").Select(role => new Claim("role", role.Value))]);
                return Task.CompletedTask;
            },
        };
    }
}
