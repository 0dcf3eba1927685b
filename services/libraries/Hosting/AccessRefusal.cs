using System.Diagnostics.Metrics;
using Microsoft.AspNetCore.Authentication;
using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Authorization;
using Microsoft.AspNetCore.Authorization.Infrastructure;
using Microsoft.AspNetCore.Authorization.Policy;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Http.Features;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;
using Microsoft.IdentityModel.Tokens;

namespace MedCloud.Hosting;

/// <summary>Answers a request without a valid token or without the role, in the form of the door and with a sentence that says what is missing.</summary>
internal sealed class AccessRefusal(IOptionsMonitor<JwtBearerOptions> jwt, ILogger<AccessRefusal> logger) : IAuthorizationMiddlewareResultHandler
{
    private static readonly Counter<long> Refused = new Meter("MedCloud.Hosting").CreateCounter<long>("medcloud.access.refused", "{request}", "Requests without a valid token or the role.");

    /// <inheritdoc/>
    public async Task HandleAsync(RequestDelegate next, HttpContext context, AuthorizationPolicy policy, PolicyAuthorizationResult authorizeResult)
    {
        if (authorizeResult.Succeeded)
        {
            await next(context);
            return;
        }

        // The server reads away for a few seconds what the sender still sends, else the answer would be lost in a reset; above its limit of size it would not.
        if (context.Features.Get<IHttpMaxRequestBodySizeFeature>() is { IsReadOnly: false } size)
            size.MaxRequestBodySize = null;
        if (authorizeResult.Forbidden)
        {
            var roles = (authorizeResult.AuthorizationFailure?.FailedRequirements ?? []).OfType<RolesAuthorizationRequirement>().SelectMany(requirement => requirement.AllowedRoles);
            await RefuseAsync(context, ErrorCode.PermissionDenied, $"The access token has none of the roles that may do this: {string.Join(", ", roles)}.");
            return;
        }

        var failure = context.Features.Get<IAuthenticateResultFeature>()?.AuthenticateResult?.Failure;
        if (failure is not null && !await CanValidateAsync(context.RequestAborted))
        {
            await RefuseAsync(context, ErrorCode.OutOfResources, "The access token cannot be checked now: the authority is away.");
            return;
        }
        await context.ChallengeAsync();
        await RefuseAsync(context, ErrorCode.Unauthenticated, failure switch
        {
            null => "An access token is missing; send it as Authorization: Bearer TOKEN.",
            SecurityTokenExpiredException => "The access token has expired.",
            SecurityTokenInvalidAudienceException => "The access token is for another audience.",
            _ => "The access token is not one of the authority that is trusted here.",
        });
    }

    private async Task<bool> CanValidateAsync(CancellationToken cancellationToken)
    {
        try
        {
            return jwt.Get(JwtBearerDefaults.AuthenticationScheme).ConfigurationManager is { } authority && await authority.GetConfigurationAsync(cancellationToken) is not null;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    private Task RefuseAsync(HttpContext context, ErrorCode code, string sentence)
    {
        HostingLog.AccessRefused(logger, code, sentence);
        Refused.Add(1, new KeyValuePair<string, object?>("reason", code.ToString()));
        return DoorError.WriteAsync(context, code, sentence);
    }
}

internal static partial class HostingLog
{
    [LoggerMessage(5000, LogLevel.Warning, "Refused a request, {Code}: {Sentence}", EventName = "hosting.access.refused")]
    public static partial void AccessRefused(ILogger logger, ErrorCode code, string sentence);
}
