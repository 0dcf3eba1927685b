using System.ComponentModel.DataAnnotations;

namespace MedCloud.Ingest.DicomWeb;

/// <summary>The DICOMweb door: section <c>MedCloud:DicomWeb</c>.</summary>
public sealed record DicomWebOptions
{
    /// <summary>
    /// The most bytes that the body of one Store request may have; more is answered with 413. Default 64 GiB. Parts are streamed, so it bounds time and disk, not memory;
    /// a single instance is bounded by <c>MedCloud:Ingest:MaxInstanceBytes</c>.
    /// </summary>
    [Range(1L, long.MaxValue, ErrorMessage = "MedCloud:DicomWeb:MaxRequestBytes must be at least 1, e.g. 68719476736 (64 GiB)")]
    public long MaxRequestBytes { get; init; } = 64L * 1024 * 1024 * 1024;

    /// <summary>Store requests that are received at one time; further ones are answered with 503 and Retry-After, so that memory stays bounded. Default 100.</summary>
    [Range(1, 10_000, ErrorMessage = "MedCloud:DicomWeb:MaxStoreRequests must be between 1 and 10000, e.g. 100")]
    public int MaxStoreRequests { get; init; } = 100;

    /// <summary>
    /// How long the sender of a Store request may send nothing before it is answered with 408. Default 1 minute. It is the only deadline: a request may take as long as bytes keep coming.
    /// </summary>
    [Range(typeof(TimeSpan), "00:00:00.100", "1.00:00:00", ErrorMessage = "MedCloud:DicomWeb:IdleTimeout must be between 00:00:00.100 and 1.00:00:00, e.g. 00:01:00")]
    public TimeSpan IdleTimeout { get; init; } = TimeSpan.FromMinutes(1);
}
