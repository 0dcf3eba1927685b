using System.ComponentModel.DataAnnotations;

namespace MedCloud.Results;

/// <summary>Section <c>MedCloud:Results</c>.</summary>
internal sealed record ResultsOptions
{
    public const string Section = "MedCloud:Results";

    /// <summary>Path of the SQLite file of the results; it and its folder are created when missing. No default. It holds patient names.</summary>
    [Required(ErrorMessage = "MedCloud:Results:Database is missing: name the file of the results' database, e.g. /var/lib/medcloud/results.db")]
    public string? Database { get; init; }
}

/// <summary>Section <c>MedCloud:Studies</c>.</summary>
internal sealed record StudiesOptions
{
    public const string Section = "MedCloud:Studies";

    /// <summary>
    /// Seconds after its last instance during which a study counts as being received; 5 unless set. 0: never, a study is at once ANALYSING, COMPLETE or FAILED.
    /// </summary>
    [Range(0, 3600, ErrorMessage = "MedCloud:Studies:IdleSeconds must be 0 to 3600, e.g. 5")]
    public int IdleSeconds { get; init; } = 5;
}
