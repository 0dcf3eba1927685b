using System.ComponentModel.DataAnnotations;

namespace MedCloud.Ingest.Ledger;

/// <summary>The ledger: section <c>MedCloud:Ledger</c>.</summary>
public sealed record LedgerOptions
{
    /// <summary>
    /// How many requests of one model may be sent and not ended; default 64. It bounds the in-memory queue, and how many requests become suspects when the process is killed.
    /// </summary>
    [Range(1, 10_000, ErrorMessage = "MedCloud:Ledger:MaxInFlight must be between 1 and 10000")]
    public int MaxInFlight { get; init; } = 64;
}
