using MedCloud.Contracts;
using MedCloud.Results.Database;
using MedCloud.Results.V1;
using Microsoft.EntityFrameworkCore;

namespace MedCloud.Results.Recording;

/// <summary>
/// What events do to the rows. The rows that the events touch are loaded first; applying them is a matter of memory and gives the same rows for any
/// number of deliveries and, of consistent events, in any order.
/// </summary>
internal sealed class EventBatch
{
    private readonly ResultsDb db;
    private readonly Dictionary<(string Tenant, string StudyInstanceUid), StudyRow> studies;
    private readonly ILookup<(string Tenant, string SopInstanceUid), InstanceRow> revisions;
    private readonly Dictionary<(string Tenant, string SopInstanceUid), SopInstance> instances = [];
    private readonly Dictionary<Guid, AnalysisRow> analyses;
    private readonly Dictionary<(SeriesRow Series, string ModelName, ReasonCode Code, string Text), RefusalRow> refusals;

    private EventBatch(ResultsDb db, List<StudyRow> studies, List<InstanceRow> instances, List<AnalysisRow> analyses, List<RefusalRow> refusals)
    {
        this.db = db;
        this.studies = studies.ToDictionary(row => (row.Tenant, row.StudyInstanceUid));
        revisions = instances.ToLookup(row => (row.Tenant, row.SopInstanceUid));
        this.analyses = analyses.ToDictionary(row => row.Id);
        this.refusals = refusals.ToDictionary(row => (row.Series, row.ModelName, row.ReasonCode, row.ReasonText));
    }

    /// <summary>Loads the rows that <paramref name="events"/> touch, in five queries however many events there are.</summary>
    public static async Task<EventBatch> LoadAsync(ResultsDb db, IReadOnlyCollection<object> events, CancellationToken cancellationToken)
    {
        var stored = events.OfType<InstanceStored>().ToList();
        var studyUids = stored.Select(each => each.StudyInstanceUid).Distinct().ToList();
        var seriesUids = stored.Select(each => each.SeriesInstanceUid).Distinct().ToList();
        var sopInstanceUids = events.Select(SopInstanceUidOf).Distinct().ToList();

        var studies = await db.Studies.Where(row => EF.Parameter(studyUids).Contains(row.StudyInstanceUid)).ToListAsync(cancellationToken);
        var series = await db.Series.Where(row => EF.Parameter(seriesUids).Contains(row.SeriesInstanceUid)).Include(row => row.Study).ToListAsync(cancellationToken);
        var instances = await db.Instances.Where(row => EF.Parameter(sopInstanceUids).Contains(row.SopInstanceUid))
            .Include(row => row.Series).ThenInclude(row => row.Study)
            .ToListAsync(cancellationToken);
        var analyses = await db.Analyses.Where(row => EF.Parameter(sopInstanceUids).Contains(row.SopInstanceUid)).ToListAsync(cancellationToken);
        var seriesIds = series.Concat(instances.Select(row => row.Series)).Select(row => row.Id).Distinct().ToList();
        var refusals = await db.Refusals.Where(row => EF.Parameter(seriesIds).Contains(row.SeriesId)).ToListAsync(cancellationToken);
        return new EventBatch(db, studies, instances, analyses, refusals);
    }

    /// <summary>Changes the rows by one event; <see cref="DbContext.SaveChangesAsync(CancellationToken)"/> afterwards writes them. False for an outcome of an analysis that has one already.</summary>
    public bool Apply(object @event)
    {
        switch (@event)
        {
            case InstanceStored stored:
                Store(stored);
                return true;
            case AnalysisCompleted completed:
                return Conclude(completed.Key, analysis => Complete(analysis, completed));
            case AnalysisRefused refused:
                return Conclude(refused.Key, analysis =>
                {
                    UseModel(analysis, refused.Model);
                    End(analysis, AnalysisState.Refused, refused.Reason);
                });
            case AnalysisFailed failed:
                return Conclude(failed.Key, analysis => End(analysis, AnalysisState.Failed, failed.Reason));
            default:
                throw new ArgumentException($"{@event.GetType()} is not an event for Results", nameof(@event));
        }
    }

    private static string SopInstanceUidOf(object @event) => @event switch
    {
        InstanceStored stored => stored.SopInstanceUid,
        AnalysisCompleted completed => completed.Key.SopInstanceUid,
        AnalysisRefused refused => refused.Key.SopInstanceUid,
        AnalysisFailed failed => failed.Key.SopInstanceUid,
        _ => throw new ArgumentException($"{@event.GetType()} is not an event for Results", nameof(@event)),
    };

    private void Store(InstanceStored stored)
    {
        var sopInstance = Instance(stored.Tenant, stored.SopInstanceUid);
        var instance = sopInstance.Revisions.Find(row => row.Revision == stored.Revision);
        var study = instance?.Series.Study ?? Study(stored);
        var corrects = false;
        if (instance is null)
        {
            var current = sopInstance.Revisions.Find(row => row.IsCurrent);
            corrects = current is not null && stored.Revision > current.Revision;
            var series = Series(study, stored.SeriesInstanceUid);
            instance = new InstanceRow
            {
                Series = series,
                Tenant = stored.Tenant,
                SopInstanceUid = stored.SopInstanceUid,
                Revision = stored.Revision,
                IsCurrent = current is null || corrects,
                BlobKey = stored.BlobKey,
                ReceivedAt = stored.ReceivedAt,
            };
            db.Add(instance);
            sopInstance.Revisions.Add(instance);
            if (corrects && current is not null)
                Supersede(current, sopInstance);
            if (instance.IsCurrent)
                series.InstanceCount++;
        }

        Fill(study, stored, corrects);
        instance.Series.Modality = Fill(instance.Series.Modality, stored.Modality, corrects);

        foreach (var expected in stored.Analyses)
        {
            var analysis = Analysis(expected.AnalysisId, sopInstance, stored.Revision, expected.ModelName);
            // A stub gets its instance. Bytes of an earlier revision that return after others have its analyses: they go to the newest revision, outcome and all.
            if (analysis.Instance is null || analysis.Revision < stored.Revision)
            {
                analysis.Instance = instance;
                analysis.Revision = stored.Revision;
                CountRefusal(analysis);
            }

            analysis.ModelVersion ??= expected.ModelVersion;
            analysis.ModelDigest ??= expected.ModelDigest;
            if (expected.Refusal is { } reason && analysis.State == AnalysisState.Pending)
                End(analysis, AnalysisState.Refused, reason);
        }
    }

    /// <summary>The first outcome for an analysis is kept; later ones change nothing.</summary>
    private bool Conclude(AnalysisKey key, Action<AnalysisRow> outcome)
    {
        var analysis = Analysis(key.AnalysisId, Instance(key.Tenant, key.SopInstanceUid), key.Revision, key.ModelName);
        if (analysis.State != AnalysisState.Pending)
            return false;
        outcome(analysis);
        return true;
    }

    private static void Complete(AnalysisRow analysis, AnalysisCompleted completed)
    {
        analysis.State = AnalysisState.Completed;
        UseModel(analysis, completed.Model);
        analysis.QueuedAt = completed.Timings.QueuedAt;
        analysis.StartedAt = completed.Timings.StartedAt;
        analysis.CompletedAt = completed.Timings.CompletedAt;
        analysis.PrepareMs = completed.Timings.PrepareMs;
        analysis.DeviceMs = completed.Timings.DeviceMs;
        analysis.BatchSize = completed.Timings.BatchSize;
        analysis.Findings.AddRange(completed.Classifications.Select((each, position) => new FindingRow
        {
            Id = FindingId.Create(analysis.Id, each.Code, position),
            Position = position,
            Code = each.Code,
            Display = each.Display,
            Value = each.Probability,
            Positive = each.Positive,
        }));
        analysis.Findings.AddRange(completed.Detections.Select((each, position) => new FindingRow
        {
            Id = FindingId.Create(analysis.Id, each.Code, position),
            Position = position,
            Code = each.Code,
            Display = each.Display,
            Value = each.Score,
            XMin = each.XMin,
            YMin = each.YMin,
            XMax = each.XMax,
            YMax = each.YMax,
        }));
        if (completed.Explanation is not { } explanation)
            return;
        analysis.Maps.AddRange(explanation.Maps.Select((each, position) => new MapRow
        {
            Position = position,
            Method = explanation.Method,
            Code = each.Code,
            Display = each.Display,
            Rows = each.Rows,
            Columns = each.Columns,
            Values = [.. each.Values],
        }));
    }

    private static void UseModel(AnalysisRow analysis, ModelUsed? model)
    {
        if (model is null)
            return;
        analysis.ModelVersion = model.Version;
        analysis.ModelDigest = model.Digest;
        analysis.ExecutionProvider = model.ExecutionProvider;
    }

    private void End(AnalysisRow analysis, AnalysisState state, AnalysisReason reason)
    {
        analysis.State = state;
        analysis.ReasonCode = reason.Code;
        analysis.ReasonText = reason.Text;
        CountRefusal(analysis);
    }

    /// <summary>Puts a refused analysis of a current instance into its group.</summary>
    private void CountRefusal(AnalysisRow analysis)
    {
        if (analysis is not { State: AnalysisState.Refused, Refusal: null, Instance: { IsCurrent: true } instance, ReasonCode: { } code, ReasonText: { } text })
            return;
        var key = (instance.Series, analysis.ModelName, code, text);
        if (!refusals.TryGetValue(key, out var refusal))
        {
            refusal = new RefusalRow { Series = instance.Series, ModelName = analysis.ModelName, ReasonCode = code, ReasonText = text };
            db.Add(refusal);
            refusals.Add(key, refusal);
        }

        analysis.Refusal = refusal;
        refusal.InstanceCount++;
    }

    private static void Supersede(InstanceRow instance, SopInstance sopInstance)
    {
        instance.IsCurrent = false;
        instance.Series.InstanceCount--;
        foreach (var analysis in sopInstance.Analyses.Where(row => row.Instance == instance))
        {
            if (analysis.Refusal is not { } refusal)
                continue;
            refusal.InstanceCount--;
            analysis.Refusal = null;
        }
    }

    private static void Fill(StudyRow study, InstanceStored stored, bool corrects)
    {
        study.Stat |= stored.Stat;
        if (stored.ReceivedAt < study.FirstReceivedAt)
            study.FirstReceivedAt = stored.ReceivedAt;
        if (stored.ReceivedAt > study.LastReceivedAt)
            study.LastReceivedAt = stored.ReceivedAt;
        study.PatientId = Fill(study.PatientId, stored.Study.PatientId, corrects);
        study.PatientName = Fill(study.PatientName, stored.Study.PatientName, corrects);
        study.PatientBirthDate = Fill(study.PatientBirthDate, stored.Study.PatientBirthDate, corrects);
        study.PatientSex = Fill(study.PatientSex, stored.Study.PatientSex, corrects);
        study.AccessionNumber = Fill(study.AccessionNumber, stored.Study.AccessionNumber, corrects);
        study.StudyDate = Fill(study.StudyDate, stored.Study.StudyDate, corrects);
        study.StudyTime = Fill(study.StudyTime, stored.Study.StudyTime, corrects);
        study.StudyDescription = Fill(study.StudyDescription, stored.Study.StudyDescription, corrects);
        study.ReferringPhysicianName = Fill(study.ReferringPhysicianName, stored.Study.ReferringPhysicianName, corrects);
    }

    // A sender that corrects a name or a date sends the instances again: what a new revision says replaces what was known.
    private static string? Fill(string? known, string? received, bool corrects) => corrects ? received ?? known : known ?? received;

    private StudyRow Study(InstanceStored stored)
    {
        if (!studies.TryGetValue((stored.Tenant, stored.StudyInstanceUid), out var study))
        {
            study = new StudyRow
            {
                Tenant = stored.Tenant,
                StudyInstanceUid = stored.StudyInstanceUid,
                FirstReceivedAt = stored.ReceivedAt,
                LastReceivedAt = stored.ReceivedAt,
            };
            db.Add(study);
            studies.Add((stored.Tenant, stored.StudyInstanceUid), study);
        }

        return study;
    }

    private static SeriesRow Series(StudyRow study, string seriesInstanceUid)
    {
        var series = study.Series.Find(row => row.SeriesInstanceUid == seriesInstanceUid);
        if (series is null)
        {
            series = new SeriesRow { Study = study, SeriesInstanceUid = seriesInstanceUid };
            study.Series.Add(series);
        }

        return series;
    }

    private SopInstance Instance(string tenant, string sopInstanceUid)
    {
        var key = (tenant, sopInstanceUid);
        if (!instances.TryGetValue(key, out var instance))
        {
            var known = analyses.Values.Where(row => row.Tenant == tenant && row.SopInstanceUid == sopInstanceUid);
            instance = new SopInstance(tenant, sopInstanceUid, [.. revisions[key]], [.. known]);
            instances.Add(key, instance);
        }

        return instance;
    }

    private AnalysisRow Analysis(Guid id, SopInstance sopInstance, int revision, string modelName)
    {
        if (!analyses.TryGetValue(id, out var analysis))
        {
            analysis = new AnalysisRow
            {
                Id = id,
                Tenant = sopInstance.Tenant,
                SopInstanceUid = sopInstance.SopInstanceUid,
                Revision = revision,
                ModelName = modelName,
            };
            db.Add(analysis);
            analyses.Add(id, analysis);
            sopInstance.Analyses.Add(analysis);
        }

        return analysis;
    }

    /// <summary>Everything known under one SOP Instance UID.</summary>
    private sealed record SopInstance(string Tenant, string SopInstanceUid, List<InstanceRow> Revisions, List<AnalysisRow> Analyses);
}
