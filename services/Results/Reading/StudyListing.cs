using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using MedCloud.Results.V1;

namespace MedCloud.Results.Reading;

/// <summary>A checked <see cref="ListStudiesRequest"/>; null where a filter is not set.</summary>
internal sealed record StudyListing
{
    private const int DefaultPageSize = 50;
    private const int MaxPageSize = 200;

    public required int PageSize { get; init; }

    public PageToken? After { get; init; }

    public StudyState? State { get; init; }

    public bool? Stat { get; init; }

    public string? Modality { get; init; }

    public string? PatientId { get; init; }

    public string? AccessionNumber { get; init; }

    /// <summary>YYYYMMDD</summary>
    public string? StudyDateFrom { get; init; }

    /// <summary>YYYYMMDD</summary>
    public string? StudyDateTo { get; init; }

    /// <summary>Checks a request; false with a sentence that names the first field whose value is not allowed.</summary>
    public static bool TryCreate(ListStudiesRequest request, [NotNullWhen(true)] out StudyListing? listing, [NotNullWhen(false)] out string? fault)
    {
        listing = null;
        PageToken token = default;
        string? from = null;
        string? to = null;
        fault = request switch
        {
            { PageSize: < 0 or > MaxPageSize } => $"pageSize must be 1 to {MaxPageSize}; 0 or absent means {DefaultPageSize}",
            _ when request.PageToken.Length > 0 && !PageToken.TryParse(request.PageToken, out token) =>
                "pageToken must be the nextPageToken of an earlier answer, unchanged",
            _ when !Enum.IsDefined(request.State) => "state must be one of STUDY_STATE_RECEIVING, STUDY_STATE_ANALYSING, STUDY_STATE_COMPLETE, STUDY_STATE_FAILED",
            _ when !Enum.IsDefined(request.Priority) => "priority must be STUDY_PRIORITY_ROUTINE or STUDY_PRIORITY_STAT",
            _ when !TryDate(request.StudyDateFrom, out from) => "studyDateFrom must be a date, YYYYMMDD or YYYY-MM-DD",
            _ when !TryDate(request.StudyDateTo, out to) => "studyDateTo must be a date, YYYYMMDD or YYYY-MM-DD",
            _ => null,
        };
        if (fault is not null)
            return false;
        listing = new StudyListing
        {
            PageSize = request.PageSize == 0 ? DefaultPageSize : request.PageSize,
            After = request.PageToken.Length == 0 ? null : token,
            State = request.State == StudyState.Unspecified ? null : request.State,
            Stat = request.Priority == StudyPriority.Unspecified ? null : request.Priority == StudyPriority.Stat,
            Modality = Set(request.Modality),
            PatientId = Set(request.PatientId),
            AccessionNumber = Set(request.AccessionNumber),
            StudyDateFrom = from,
            StudyDateTo = to,
        };
        return true;
    }

    private static string? Set(string value) => value.Length == 0 ? null : value;

    private static bool TryDate(string value, out string? date)
    {
        date = null;
        if (value.Length == 0)
            return true;
        if (!DateOnly.TryParseExact(value, ["yyyyMMdd", "yyyy-MM-dd"], CultureInfo.InvariantCulture, DateTimeStyles.None, out var parsed))
            return false;
        date = parsed.ToString("yyyyMMdd", CultureInfo.InvariantCulture);
        return true;
    }
}
