using System.Diagnostics.CodeAnalysis;

namespace MedCloud.Hosting;

/// <summary>What settings name a service by: absolute http and https addresses.</summary>
public static class HttpAddress
{
    /// <summary>False where <paramref name="text"/> is none.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out Uri? address) =>
        Uri.TryCreate(text, UriKind.Absolute, out address) && (address.Scheme == Uri.UriSchemeHttp || address.Scheme == Uri.UriSchemeHttps);
}
