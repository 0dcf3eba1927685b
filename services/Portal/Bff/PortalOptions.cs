using System.ComponentModel.DataAnnotations;
using MedCloud.Hosting;

namespace MedCloud.Portal;

/// <summary>Where Portal passes requests on to: section <c>MedCloud:Portal</c>.</summary>
internal sealed record PortalOptions : IValidatableObject
{
    public const string Section = "MedCloud:Portal";

    /// <summary>The HTTP door of Ingest, e.g. http://ingest:8080. No default.</summary>
    public string? IngestUrl { get; init; }

    /// <summary>The HTTP door of Results, e.g. http://results:8080. No default.</summary>
    public string? ResultsUrl { get; init; }

    /// <summary>
    /// How long neither side of a forwarded request may send anything before it is given up. Default 5 minutes. It must be longer than
    /// <c>MedCloud:DicomWeb:IdleTimeout</c> at Ingest, so that a silent sender has Ingest's answer.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "1.00:00:00", ErrorMessage = "MedCloud:Portal:IdleTimeout must be between 00:00:00.100 and 1.00:00:00, e.g. 00:05:00")]
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromMinutes(5);

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        if (!HttpAddress.TryParse(IngestUrl, out _))
            yield return new("MedCloud:Portal:IngestUrl must be the address of Ingest's HTTP door, e.g. http://ingest:8080");
        if (!HttpAddress.TryParse(ResultsUrl, out _))
            yield return new("MedCloud:Portal:ResultsUrl must be the address of Results' HTTP door, e.g. http://results:8080");
    }
}
