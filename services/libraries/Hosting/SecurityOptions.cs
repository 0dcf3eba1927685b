using System.Net;
using Microsoft.Extensions.Options;

namespace MedCloud.Hosting;

/// <summary>Who may use the HTTP and gRPC doors: section <c>MedCloud:Security</c>. Without <see cref="Authority"/> they are open, which only loopback allows.</summary>
public sealed record SecurityOptions
{
    /// <summary>The section's name.</summary>
    public const string Section = "MedCloud:Security";

    /// <summary>
    /// The OpenID Connect provider whose access tokens are taken, e.g. https://login.example.org/realms/hospital; its discovery document is fetched from below it.
    /// Default none. Needs <see cref="Audience"/>.
    /// </summary>
    public string? Authority { get; init; }

    /// <summary>
    /// Where the discovery document is, if this process does not reach the provider at the address that tokens name as their issuer,
    /// e.g. http://portal:8080/connect/.well-known/openid-configuration between containers. Default: below <see cref="Authority"/>, which it needs.
    /// </summary>
    public string? MetadataAddress { get; init; }

    /// <summary>What a token's <c>aud</c> must be, e.g. medcloud. Default none.</summary>
    public string? Audience { get; init; }

    /// <summary>Whether <see cref="Authority"/> and <see cref="MetadataAddress"/> may be plain http addresses, over which anybody on the way can exchange the keys: for development only. Default false.</summary>
    public bool AllowHttpAuthority { get; init; }

    /// <summary>
    /// Portal only: whether Portal itself is the provider, with clients whose secrets everybody knows: for development only, and so with an http
    /// <see cref="Authority"/> only, e.g. http://127.0.0.1:8080/connect. Default false.
    /// </summary>
    public bool DevelopmentProvider { get; init; }
}

/// <summary>Reports every fault of <see cref="SecurityOptions"/> at once, each with the setting's name and a remedy.</summary>
internal sealed class SecurityOptionsValidator(IOptions<DoorsOptions> doors) : IValidateOptions<SecurityOptions>
{
    public ValidateOptionsResult Validate(string? name, SecurityOptions options)
    {
        var faults = Faults(options).ToList();
        return faults.Count == 0 ? ValidateOptionsResult.Success : ValidateOptionsResult.Fail(faults);
    }

    private IEnumerable<string> Faults(SecurityOptions options)
    {
        var why = (options, BeyondLoopback()) switch
        {
            ({ DevelopmentProvider: true }, _) => "MedCloud__Security__DevelopmentProvider is on",
            (_, { } bind) => $"{bind} is beyond loopback and every door there needs authentication",
            ({ Authority: null or "" }, _) and not ({ Audience: null or "" }, _) => "MedCloud__Security__Audience is set",
            ({ Audience: null or "" }, _) and not ({ Authority: null or "" }, _) => "MedCloud__Security__Authority is set",
            ({ Authority: null or "" }, _) and not ({ MetadataAddress: null or "" }, _) => "MedCloud__Security__MetadataAddress is set",
            _ => null,
        };
        if (why is not null && options.Authority is null or "")
            yield return $"MedCloud__Security__Authority is missing: {why}; name the OpenID Connect provider, e.g. https://login.example.org/realms/hospital";
        if (why is not null && options.Audience is null or "")
            yield return $"MedCloud__Security__Audience is missing: {why}; name the audience that tokens must have, e.g. medcloud";
        if (options.Authority is null or "")
            yield break;
        if (options.DevelopmentProvider && options.Authority.StartsWith("https:", StringComparison.OrdinalIgnoreCase))
            yield return "MedCloud__Security__DevelopmentProvider must be off with an https authority: its secrets are public; use a provider of your own, or for development e.g. MedCloud__Security__Authority=http://127.0.0.1:8080/connect";
        foreach (var (setting, address, example) in new[]
        {
            ("Authority", options.Authority, "https://login.example.org/realms/hospital"),
            ("MetadataAddress", options.MetadataAddress, "https://login.example.org/realms/hospital/.well-known/openid-configuration"),
        })
        {
            if (address is null or "")
                continue;
            if (!HttpAddress.TryParse(address, out var url))
                yield return $"MedCloud__Security__{setting} must be an absolute address, e.g. {example}";
            else if (url.Scheme == Uri.UriSchemeHttp && !options.AllowHttpAuthority)
                yield return $"MedCloud__Security__{setting} must begin with https; for development alone MedCloud__Security__AllowHttpAuthority=true takes http";
        }
    }

    /// <summary>The address that is listened on, if others than this machine reach it; what is no address is reported with the doors.</summary>
    private string? BeyondLoopback()
    {
        try
        {
            return IPAddress.TryParse(doors.Value.Bind, out var address) && !IPAddress.IsLoopback(address) ? $"MedCloud__Doors__Bind={address}" : null;
        }
        catch (OptionsValidationException)
        {
            return null;
        }
    }
}
