using Google.Protobuf.WellKnownTypes;
using MedCloud.Results.Database;
using MedCloud.Results.V1;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Options;

namespace MedCloud.Results.Reading;

/// <summary>Reads studies with the analyses of their current instances, each answer from one state of the database.</summary>
internal sealed class StudyReader(ResultsDb db, TimeProvider time, IOptions<StudiesOptions> options)
{
    private const string Tenant = "default";

    /// <summary>One study; null when no current instance belongs to it.</summary>
    public async Task<Study?> FindAsync(string studyInstanceUid, CancellationToken cancellationToken)
    {
        await using var snapshot = await db.BeginSnapshotAsync(cancellationToken);
        var rows = await Visible().Where(row => row.StudyInstanceUid == studyInstanceUid).ToListAsync(cancellationToken);
        return (await DescribeAsync(rows, IdleSince(), cancellationToken)).SingleOrDefault();
    }

    /// <summary>One page of studies, newest reception first.</summary>
    public async Task<ListStudiesResponse> ListAsync(StudyListing listing, CancellationToken cancellationToken)
    {
        var idleSince = IdleSince();
        await using var snapshot = await db.BeginSnapshotAsync(cancellationToken);
        var rows = await Matching(listing, idleSince)
            .OrderByDescending(row => row.LastReceivedAt).ThenByDescending(row => row.Id)
            .Take(listing.PageSize + 1)
            .ToListAsync(cancellationToken);
        var page = rows.Take(listing.PageSize).ToList();
        var more = rows.Count > page.Count;
        return new ListStudiesResponse
        {
            Studies = { await DescribeAsync(page, idleSince, cancellationToken) },
            NextPageToken = more ? new PageToken(page[^1].LastReceivedAt, page[^1].Id).ToString() : "",
        };
    }

    /// <summary>One analysis with its instance and findings, of whatever revision; null also for one whose instance is not known yet.</summary>
    public Task<AnalysisRow?> FindAnalysisAsync(Guid id, CancellationToken cancellationToken) =>
        db.Analyses.AsNoTracking().Include(row => row.Instance).Include(row => row.Findings)
            .SingleOrDefaultAsync(row => row.Id == id && row.Tenant == Tenant && row.InstanceId != null, cancellationToken);

    /// <summary>The maps of an analysis, in their order; none where it has no explanation.</summary>
    public Task<List<MapRow>> FindMapsAsync(Guid analysisId, CancellationToken cancellationToken) =>
        db.Set<MapRow>().AsNoTracking().Where(row => row.AnalysisId == analysisId).OrderBy(row => row.Position).ToListAsync(cancellationToken);

    private DateTime IdleSince() => time.GetUtcNow().UtcDateTime - TimeSpan.FromSeconds(options.Value.IdleSeconds);

    private IQueryable<StudyRow> Visible() =>
        db.Studies.AsNoTracking().Where(row => row.Tenant == Tenant && row.Series.Any(series => series.InstanceCount > 0));

    private IQueryable<StudyRow> Matching(StudyListing listing, DateTime idleSince)
    {
        var studies = Visible();
        // The first condition alone bounds the walk along the index.
        if (listing.After is { LastReceivedAt: var lastReceivedAt, StudyId: var id })
            studies = studies.Where(row => row.LastReceivedAt <= lastReceivedAt && (row.LastReceivedAt < lastReceivedAt || row.Id < id));
        if (listing.State is { } state)
            studies = studies.Where(StudyStates.Are(state, idleSince, db));
        if (listing.Stat is { } stat)
            studies = studies.Where(row => row.Stat == stat);
        if (listing.Modality is { } modality)
            studies = studies.Where(row => row.Series.Any(series => series.Modality == modality && series.InstanceCount > 0));
        if (listing.PatientId is { } patientId)
            studies = studies.Where(row => row.PatientId == patientId);
        if (listing.AccessionNumber is { } accessionNumber)
            studies = studies.Where(row => row.AccessionNumber == accessionNumber);
        if (listing.StudyDateFrom is { } from)
            studies = studies.Where(row => string.Compare(row.StudyDate, from) >= 0);
        if (listing.StudyDateTo is { } to)
            studies = studies.Where(row => string.Compare(row.StudyDate, to) <= 0);
        return studies;
    }

    /// <summary>The studies of <paramref name="rows"/> in their order; a fixed number of queries however many there are.</summary>
    private async Task<List<Study>> DescribeAsync(List<StudyRow> rows, DateTime idleSince, CancellationToken cancellationToken)
    {
        var ids = rows.ConvertAll(row => row.Id);
        var allSeries = db.Series.AsNoTracking().Where(row => EF.Parameter(ids).Contains(row.StudyId) && row.InstanceCount > 0);
        var series = (await allSeries.ToListAsync(cancellationToken)).ToLookup(row => row.StudyId);
        var single =
            from one in allSeries
            join instance in db.Instances on one.Id equals instance.SeriesId
            join analysis in db.Analyses on instance.Id equals analysis.InstanceId
            where instance.IsCurrent && analysis.State != AnalysisState.Refused
            select new Shown { Analysis = analysis, Instance = instance, Series = one, InstanceCount = 1 };
        // A group of refusals is shown by the first of its analyses.
        var groups =
            from refusal in db.Refusals
            where refusal.InstanceCount > 0
            join one in allSeries on refusal.SeriesId equals one.Id
            join analysis in db.Analyses
                on db.Analyses.Where(row => row.RefusalId == refusal.Id).OrderBy(row => row.Id).Select(row => row.Id).First() equals analysis.Id
            join instance in db.Instances on analysis.InstanceId equals instance.Id
            select new Shown { Analysis = analysis, Instance = instance, Series = one, InstanceCount = refusal.InstanceCount };
        var findings = (await (
            from shown in single
            join finding in db.Set<FindingRow>() on shown.Analysis.Id equals finding.AnalysisId
            select finding).AsNoTracking().ToListAsync(cancellationToken)).ToLookup(row => row.AnalysisId);
        var analyses = (await single.AsNoTracking().ToListAsync(cancellationToken)).Concat(await groups.AsNoTracking().ToListAsync(cancellationToken))
            .OrderBy(each => each.Instance.ReceivedAt)
            .ThenBy(each => each.Analysis.SopInstanceUid, StringComparer.Ordinal)
            .ThenBy(each => each.Analysis.ModelName, StringComparer.Ordinal)
            .ThenBy(each => each.Analysis.Id)
            .ToLookup(each => each.Series.StudyId);
        return rows.ConvertAll(row =>
        {
            var study = Describe(row, [.. series[row.Id]]);
            study.Analyses.AddRange(analyses[row.Id].Select(each => Describe(each, findings[each.Analysis.Id])));
            study.State = StudyStates.Of(row.LastReceivedAt, idleSince, study.Analyses.Select(each => each.State).ToHashSet());
            return study;
        });
    }

    private static Study Describe(StudyRow row, IReadOnlyList<SeriesRow> series) => new()
    {
        StudyInstanceUid = row.StudyInstanceUid,
        Priority = row.Stat ? StudyPriority.Stat : StudyPriority.Routine,
        PatientId = row.PatientId ?? "",
        PatientName = row.PatientName ?? "",
        PatientBirthDate = row.PatientBirthDate ?? "",
        PatientSex = row.PatientSex ?? "",
        AccessionNumber = row.AccessionNumber ?? "",
        StudyDate = row.StudyDate ?? "",
        StudyTime = row.StudyTime ?? "",
        StudyDescription = row.StudyDescription ?? "",
        ReferringPhysicianName = row.ReferringPhysicianName ?? "",
        Modalities = { series.Select(each => each.Modality).OfType<string>().Distinct().Order(StringComparer.Ordinal) },
        SeriesCount = series.Count,
        InstanceCount = series.Sum(each => each.InstanceCount),
        FirstReceivedAt = row.FirstReceivedAt.ToTimestamp(),
        LastReceivedAt = row.LastReceivedAt.ToTimestamp(),
    };

    private static Analysis Describe(Shown shown, IEnumerable<FindingRow> findings)
    {
        var row = shown.Analysis;
        return new Analysis
        {
            AnalysisId = row.Id.ToString(),
            SeriesInstanceUid = shown.Series.SeriesInstanceUid,
            SopInstanceUid = row.SopInstanceUid,
            InstanceCount = shown.InstanceCount,
            ModelName = row.ModelName,
            ModelVersion = row.ModelVersion ?? "",
            ModelDigest = row.ModelDigest ?? "",
            State = row.State,
            Reason = row.ReasonCode is { } code ? new Reason { Code = code, Text = row.ReasonText ?? "" } : null,
            Classifications = { findings.Where(each => each.Positive is not null).OrderBy(each => each.Position).Select(DescribeLabel) },
            Detections = { findings.Where(each => each.Positive is null).OrderBy(each => each.Position).Select(DescribeBox) },
            ExecutionProvider = row.ExecutionProvider ?? "",
            Timings = new Timings
            {
                ReceivedAt = shown.Instance.ReceivedAt.ToTimestamp(),
                QueuedAt = row.QueuedAt?.ToTimestamp(),
                StartedAt = row.StartedAt?.ToTimestamp(),
                CompletedAt = row.CompletedAt?.ToTimestamp(),
                PrepareMs = row.PrepareMs,
                DeviceMs = row.DeviceMs,
                BatchSize = row.BatchSize,
            },
        };
    }

    private static Classification DescribeLabel(FindingRow row) => new()
    {
        FindingId = row.Id.ToString(),
        Code = row.Code,
        Display = row.Display,
        Probability = row.Value,
        Positive = row.Positive ?? false,
    };

    private static Detection DescribeBox(FindingRow row) => new()
    {
        FindingId = row.Id.ToString(),
        Code = row.Code,
        Display = row.Display,
        Score = row.Value,
        Box = new Box { XMin = row.XMin ?? 0, YMin = row.YMin ?? 0, XMax = row.XMax ?? 0, YMax = row.YMax ?? 0 },
    };

    /// <summary>An analysis with where it belongs.</summary>
    private sealed record Shown
    {
        public required AnalysisRow Analysis { get; init; }

        public required InstanceRow Instance { get; init; }

        public required SeriesRow Series { get; init; }

        /// <summary>How many instances it stands for.</summary>
        public required int InstanceCount { get; init; }
    }
}
