using System.ComponentModel.DataAnnotations;
using MedCloud.Hosting;

namespace MedCloud.Ingest;

/// <summary>What happens to other bytes under a SOP Instance UID that is stored already.</summary>
public enum DifferentBytes
{
    /// <summary>They become the next revision.</summary>
    Replace,

    /// <summary>They are refused (DIMSE 0111).</summary>
    Refuse,
}

/// <summary>Reception and index: section <c>MedCloud:Ingest</c>. Exactly one of <see cref="Database"/> and <see cref="ConnectionString"/> is set.</summary>
public sealed record IngestOptions : IValidatableObject
{
    /// <summary>Path of the SQLite file of index and ledger; made when missing.</summary>
    public string Database { get; init; } = "";

    /// <summary>The connection string of the PostgreSQL database of index and ledger; a secret.</summary>
    public string ConnectionString { get; init; } = "";

    /// <summary>Default: replace.</summary>
    [EnumDataType(typeof(DifferentBytes), ErrorMessage = "MedCloud:Ingest:OnDifferentBytes must be replace or refuse")]
    public DifferentBytes OnDifferentBytes { get; init; } = DifferentBytes.Replace;

    /// <summary>The longest object that is accepted, in bytes; default 4 GiB. A longer one is refused when it passes this length.</summary>
    [Range(1L << 20, 1L << 40, ErrorMessage = "MedCloud:Ingest:MaxInstanceBytes must be between 1048576 (1 MiB) and 1099511627776 (1 TiB)")]
    public long MaxInstanceBytes { get; init; } = 4L << 30;

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) =>
        DatabaseSettings.Faults("MedCloud:Ingest", "ingest", Database, ConnectionString).Select(fault => new ValidationResult(fault));
}
