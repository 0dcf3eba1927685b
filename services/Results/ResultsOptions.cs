using System.ComponentModel.DataAnnotations;
using MedCloud.Hosting;

namespace MedCloud.Results;

/// <summary>Section <c>MedCloud:Results</c>. Exactly one of <see cref="Database"/> and <see cref="ConnectionString"/> is set.</summary>
internal sealed record ResultsOptions : IValidatableObject
{
    public const string Section = "MedCloud:Results";

    /// <summary>Path of the SQLite file of the results; it and its folder are created when missing. It holds patient names.</summary>
    public string Database { get; init; } = "";

    /// <summary>The connection string of the PostgreSQL database of the results; a secret. The database holds patient names.</summary>
    public string ConnectionString { get; init; } = "";

    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext) =>
        DatabaseSettings.Faults(Section, "results", Database, ConnectionString).Select(fault => new ValidationResult(fault));
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
