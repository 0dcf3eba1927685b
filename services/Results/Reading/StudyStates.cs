using System.Linq.Expressions;
using MedCloud.Results.Database;
using MedCloud.Results.V1;

namespace MedCloud.Results.Reading;

/// <summary>
/// The state of a study, computed from rows alone: RECEIVING while the last instance is younger than the idle time; else ANALYSING while any analysis of a
/// current instance is pending; else FAILED if any failed; else COMPLETE.
/// </summary>
internal static class StudyStates
{
    /// <summary>The rule for a study that has been read.</summary>
    /// <param name="lastReceivedAt">When its last instance was received.</param>
    /// <param name="idleSince">Instances received later than this make it RECEIVING.</param>
    /// <param name="analyses">The states of the analyses of its current instances.</param>
    public static StudyState Of(DateTime lastReceivedAt, DateTime idleSince, IReadOnlyCollection<AnalysisState> analyses) =>
        lastReceivedAt > idleSince ? StudyState.Receiving
        : analyses.Contains(AnalysisState.Pending) ? StudyState.Analysing
        : analyses.Contains(AnalysisState.Failed) ? StudyState.Failed
        : StudyState.Complete;

    /// <summary>The same rule as a condition of a query.</summary>
    public static Expression<Func<StudyRow, bool>> Are(StudyState state, DateTime idleSince, ResultsDb db)
    {
        // Two sets that are small and found by index, not looked up study by study.
        var pending = StudiesWith(db, AnalysisState.Pending);
        var failed = StudiesWith(db, AnalysisState.Failed);
        return state switch
        {
            StudyState.Receiving => study => study.LastReceivedAt > idleSince,
            StudyState.Analysing => study => study.LastReceivedAt <= idleSince && pending.Contains(study.Id),
            StudyState.Failed => study => study.LastReceivedAt <= idleSince && !pending.Contains(study.Id) && failed.Contains(study.Id),
            StudyState.Complete => study => study.LastReceivedAt <= idleSince && !pending.Contains(study.Id) && !failed.Contains(study.Id),
            StudyState.Unspecified => throw new ArgumentOutOfRangeException(nameof(state)),
        };
    }

    private static IQueryable<long> StudiesWith(ResultsDb db, AnalysisState state) =>
        db.Analyses.Where(row => row.State == state && row.Instance!.IsCurrent).Select(row => row.Instance!.Series.StudyId);
}
