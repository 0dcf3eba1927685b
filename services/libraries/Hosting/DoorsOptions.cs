using System.ComponentModel.DataAnnotations;
using System.Net;

namespace MedCloud.Hosting;

/// <summary>Where a process listens for HTTP: section <c>MedCloud:Doors</c>.</summary>
public sealed record DoorsOptions : IValidatableObject
{
    /// <summary>The section's name.</summary>
    public const string Section = "MedCloud:Doors";

    /// <summary>The address to listen on. Default 127.0.0.1; in a container 0.0.0.0. Beyond loopback, <see cref="SecurityOptions"/> must say who may call.</summary>
    public string Bind { get; init; } = "127.0.0.1";

    /// <summary>The port of HTTP/1.1: DICOMweb, JSON, health. Default 8080; 0 takes a free one.</summary>
    [Range(IPEndPoint.MinPort, IPEndPoint.MaxPort, ErrorMessage = "MedCloud:Doors:Http must be between 0 and 65535, e.g. 8080")]
    public int Http { get; init; } = 8080;

    /// <summary>The port of gRPC (HTTP/2 without TLS), in a process that has one. Default 8081; 0 takes a free one.</summary>
    [Range(IPEndPoint.MinPort, IPEndPoint.MaxPort, ErrorMessage = "MedCloud:Doors:Grpc must be between 0 and 65535, e.g. 8081")]
    public int Grpc { get; init; } = 8081;

    /// <summary>
    /// The proxies whose X-Forwarded-Host and -Proto say how the sender reached us, as addresses or networks, e.g. 10.1.2.3 or 10.1.0.0/16: URLs in answers then name what
    /// the sender used. Default none; from anybody else these headers mean nothing.
    /// </summary>
    public IReadOnlyList<string> TrustedProxies { get; init; } = [];

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!IPAddress.TryParse(Bind, out _))
            yield return new("MedCloud:Doors:Bind must be an IP address, e.g. 127.0.0.1");
        for (var index = 0; index < TrustedProxies.Count; index++)
        {
            if (!Networks.TryParse(TrustedProxies[index], out _))
                yield return new($"MedCloud:Doors:TrustedProxies:{index} must be an IP address or a network, e.g. 10.1.2.3 or 10.1.0.0/16");
        }
    }
}
