using Grpc.Core;
using MedCloud.Contracts;
using MedCloud.Results.V1;
using MedCloud.Tests;
using static MedCloud.Services.Tests.Results.Events;

namespace MedCloud.Services.Tests.Results;

public abstract class RecordingTests(ResultsHost host) : IAsyncLifetime
{
    public ValueTask InitializeAsync() => host.InitializeAsync();

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return host.DisposeAsync();
    }

    [Fact]
    public async Task AStudyHasEveryExpectedAnalysisFromTheMomentItIsVisible()
    {
        await host.SendAsync(Stored(study: 1, instance: 1, models: [Pneumonia, Lungs]));

        var study = await host.GetStudyAsync(StudyUid(1));

        Assert.Equal(StudyState.Analysing, study.State);
        Assert.Equal([(Lungs, AnalysisState.Pending), (Pneumonia, AnalysisState.Pending)], study.Analyses.Select(each => (each.ModelName, each.State)));
        Assert.Equal(IdOf(1, Lungs).ToString(), study.Analyses[0].AnalysisId);
        Assert.Equal((SopUid(1), SeriesUid(1, 1), 1), (study.Analyses[0].SopInstanceUid, study.Analyses[0].SeriesInstanceUid, study.Analyses[0].InstanceCount));
    }

    [Fact]
    public async Task ACompletedAnalysisShowsItsFindingsInTheirOrder()
    {
        var stored = Stored(study: 1, instance: 1, models: [Pneumonia, Lungs]);
        await host.SendAsync(stored, Classified(stored, probability: 0.91), Detected(stored, RightLung, LeftLung));

        var study = await host.GetStudyAsync(StudyUid(1));

        Assert.Equal(StudyState.Complete, study.State);
        var (lungs, pneumonia) = (study.Analyses[0], study.Analyses[1]);
        Assert.Equal(
            [("233604007", "Pneumonia", 0.91, true), ("53084003", "Bacterial pneumonia", 0.75, true), ("75570004", "Viral pneumonia", 0.25, false)],
            pneumonia.Classifications.Select(each => (each.Code, each.Display, each.Probability, each.Positive)));
        Assert.Equal(FindingId.Create(IdOf(1, Pneumonia), "53084003", 1).ToString(), pneumonia.Classifications[1].FindingId);
        Assert.Empty(pneumonia.Detections);
        Assert.Equal(["Right lung", "Left lung"], lungs.Detections.Select(each => each.Display));
        Assert.Equal(new Box { XMin = 0.125, YMin = 0.25, XMax = 0.4375, YMax = 0.75 }, lungs.Detections[0].Box);
        Assert.Equal(0.98, lungs.Detections[0].Score);
        Assert.Equal(("1.0.0", "sha256:123", "CPUExecutionProvider"), (lungs.ModelVersion, lungs.ModelDigest, lungs.ExecutionProvider));
        Assert.Equal((12.5, 80.25, 4), (lungs.Timings.PrepareMs, lungs.Timings.DeviceMs, lungs.Timings.BatchSize));
        Assert.Equal(ReceivedAt(1).AddMilliseconds(125), lungs.Timings.CompletedAt.ToDateTime());
        Assert.Equal(ReceivedAt(1), lungs.Timings.ReceivedAt.ToDateTime());
    }

    [Fact]
    public async Task TheFirstOutcomeWins()
    {
        var stored = Stored(study: 1, instance: 1, models: [Pneumonia]);
        await host.SendAsync(stored);
        await host.SendAsync(Failed(stored, Pneumonia));
        await host.SendAsync(Classified(stored));

        var study = await host.GetStudyAsync(StudyUid(1));

        Assert.Equal(StudyState.Failed, study.State);
        Assert.Equal(ReasonCode.AttemptsExhausted, study.Analyses.Single().Reason.Code);
        Assert.Equal("The analysis was given up after 6 attempts", study.Analyses.Single().Reason.Text);
        Assert.Empty(study.Analyses.Single().Classifications);
    }

    [Fact]
    public async Task TheFirstOutcomesExplanationIsKept()
    {
        var stored = Stored(study: 1, instance: 1, models: [Pneumonia]);
        var explained = Classified(stored).Explained();
        await host.SendAsync(explained, stored);
        await host.SendAsync(explained, Classified(stored), explained with { Explanation = explained.Explanation! with { Method = ExplanationMethod.Occlusion } });

        var explanation = await host.Grpc.GetExplanationAsync(new GetExplanationRequest { AnalysisId = IdOf(1, Pneumonia).ToString() }, cancellationToken: TestContext.Current.CancellationToken);

        Assert.Equal((IdOf(1, Pneumonia).ToString(), ExplanationMethod.ClassActivation), (explanation.AnalysisId, explanation.Method));
        Assert.Equal([("233604007", "Pneumonia", 2, 4), ("53084003", "Bacterial pneumonia", 1, 2)], explanation.Maps.Select(map => (map.Code, map.Display, map.Rows, map.Columns)));
        Assert.Equal([0, 0.5f, 0, 0, 0, 0, 2, 0], explanation.Maps[0].Values);
        Assert.Equal([0.25f, 0], explanation.Maps[1].Values);
    }

    public static TheoryData<int, int, float[]> NoMaps => new() { { 1, 2, [1] }, { 65, 1, new float[65] }, { 0, 0, [] }, { 1, 1, [-1] } };

    [Theory]
    [MemberData(nameof(NoMaps))]
    public async Task AnExplanationThatBreaksTheContractIsLeftOutAndTheFindingsKept(int rows, int columns, float[] values)
    {
        var stored = Stored(study: 1, instance: 1, models: [Pneumonia]);
        await host.SendAsync(stored, Classified(stored) with { Explanation = new AnalysisMaps(ExplanationMethod.Occlusion, [new LabelMap("233604007", "Pneumonia", rows, columns, values)]) });

        var error = await Assert.ThrowsAsync<RpcException>(async () =>
            await host.Grpc.GetExplanationAsync(new GetExplanationRequest { AnalysisId = IdOf(1, Pneumonia).ToString() }, cancellationToken: TestContext.Current.CancellationToken));

        Assert.Equal(StatusCode.FailedPrecondition, error.StatusCode);
        Assert.Equal(3, (await host.GetStudyAsync(StudyUid(1))).Analyses.Single().Classifications.Count);
    }

    [Fact]
    public async Task EveryDuplicateIsAcknowledgedAgain()
    {
        var stored = Stored(study: 1, instance: 1, models: [Pneumonia]);
        var instance = new InstanceRecorded("default", SopUid(1), 1, Stat: false);
        var analysis = new AnalysisRecorded(IdOf(1, Pneumonia));

        Assert.Equal([instance], await host.SendAsync(stored));
        Assert.Equal([instance], await host.SendAsync(stored));
        Assert.Equal([instance with { Stat = true }], await host.SendAsync(stored with { Stat = true }));
        Assert.Equal([analysis], await host.SendAsync(Classified(stored)));
        Assert.Equal([analysis], await host.SendAsync(Classified(stored)));
        Assert.Equal([analysis], await host.SendAsync(Failed(stored, Pneumonia)));
    }

    [Fact]
    public async Task AnOutcomeThatArrivesFirstIsNotListedUntilItsInstanceIsStored()
    {
        var stored = Stored(study: 1, instance: 1, models: [Pneumonia, Lungs]);
        await host.SendAsync(Classified(stored));

        Assert.Empty(await host.ListAsync(new ListStudiesRequest()));
        var unknown = await Assert.ThrowsAsync<RpcException>(() => host.GetStudyAsync(StudyUid(1)));
        Assert.Equal(StatusCode.NotFound, unknown.StatusCode);

        await host.SendAsync(stored);

        var study = await host.GetStudyAsync(StudyUid(1));
        Assert.Equal([(Lungs, AnalysisState.Pending), (Pneumonia, AnalysisState.Completed)], study.Analyses.Select(each => (each.ModelName, each.State)));
        Assert.Equal([StudyUid(1)], await host.ListAsync(new ListStudiesRequest()));
    }

    [Fact]
    public async Task ARefusalIsOneEntryForEachSeriesModelAndReason()
    {
        List<object> events = [];
        for (var instance = 1; instance <= 30; instance++)
            events.Add(Stored(1, instance, series: 1, models: [Pneumonia, Lungs]).RefusedBy(ReasonCode.OutOfScopeModality, "Modality CT is not one of CR, DX"));
        for (var instance = 31; instance <= 35; instance++)
            events.Add(Stored(1, instance, series: 2, models: [Pneumonia]).RefusedBy(ReasonCode.OutOfScopeModality, "Modality CT is not one of CR, DX"));
        var late = Stored(1, 36, series: 2, models: [Pneumonia]);
        events.AddRange([late, Refused(late, Pneumonia, ReasonCode.CorruptPixels, "The pixel data is cut short")]);

        await host.SendAsync(events);
        await host.SendAsync(events);
        events.Reverse();
        await host.SendAsync(events);

        var study = await host.GetStudyAsync(StudyUid(1));
        Assert.Equal(36, study.InstanceCount);
        Assert.Equal(2, study.SeriesCount);
        Assert.Equal(StudyState.Complete, study.State);
        Assert.Equal(
            [
                (SeriesUid(1, 1), Lungs, ReasonCode.OutOfScopeModality, 30),
                (SeriesUid(1, 1), Pneumonia, ReasonCode.OutOfScopeModality, 30),
                (SeriesUid(1, 2), Pneumonia, ReasonCode.CorruptPixels, 1),
                (SeriesUid(1, 2), Pneumonia, ReasonCode.OutOfScopeModality, 5),
            ],
            study.Analyses.Select(each => (each.SeriesInstanceUid, each.ModelName, each.Reason.Code, each.InstanceCount))
                .OrderBy(each => each.SeriesInstanceUid).ThenBy(each => each.ModelName).ThenBy(each => each.InstanceCount));
        Assert.All(study.Analyses, each => Assert.Equal(("1.0.0", "sha256:abc"), (each.ModelVersion, each.ModelDigest)));
    }

    [Fact]
    public async Task AnalysesOfAnOlderRevisionAreShownNoMore()
    {
        var first = Stored(study: 1, instance: 1, models: [Pneumonia, Lungs]);
        var refused = Stored(study: 1, instance: 2, models: [Pneumonia]).RefusedBy(ReasonCode.OutOfScopeSize, "Rows is below 64");
        var second = Stored(study: 1, instance: 1, revision: 2, models: [Pneumonia]);
        var corrected = Stored(study: 1, instance: 2, revision: 2, models: [Pneumonia]);
        await host.SendAsync(first, refused, Classified(first), second, corrected);
        await host.SendAsync(Detected(first, RightLung), Classified(second, probability: 0.2), Classified(corrected, probability: 0.1));

        var study = await host.GetStudyAsync(StudyUid(1));

        Assert.Equal(2, study.InstanceCount);
        Assert.Equal([0.2, 0.1], study.Analyses.Select(each => each.Classifications[0].Probability));
        Assert.Equal([IdOf(1, Pneumonia, revision: 2).ToString(), IdOf(2, Pneumonia, revision: 2).ToString()], study.Analyses.Select(each => each.AnalysisId));
    }

    [Fact]
    public async Task BytesThatReturnAfterOthersShowTheOutcomeThatTheyHave()
    {
        var first = Stored(study: 1, instance: 1, models: [Pneumonia, Lungs]);
        var refused = Stored(study: 1, instance: 2, models: [Pneumonia]).RefusedBy(ReasonCode.OutOfScopeSize, "Rows is below 64");
        await host.SendAsync(first, refused, Classified(first, probability: 0.9));
        await host.SendAsync(Stored(study: 1, instance: 1, revision: 2, models: [Pneumonia, Lungs]), Stored(study: 1, instance: 2, revision: 2, models: [Pneumonia]));
        await host.SendAsync(first.Returning(revision: 3), refused.Returning(revision: 3));

        var study = await host.GetStudyAsync(StudyUid(1));
        Assert.Equal(
            [(IdOf(1, Lungs).ToString(), AnalysisState.Pending), (IdOf(1, Pneumonia).ToString(), AnalysisState.Completed), (IdOf(2, Pneumonia).ToString(), AnalysisState.Refused)],
            study.Analyses.Select(each => (each.AnalysisId, each.State)));
        Assert.Equal(0.9, study.Analyses[1].Classifications[0].Probability);
        Assert.Equal(1, study.Analyses[2].InstanceCount);

        await host.SendAsync(Detected(first, RightLung));
        await host.SendAsync(Classified(first.Returning(revision: 3), probability: 0.1));

        study = await host.GetStudyAsync(StudyUid(1));
        Assert.Equal([AnalysisState.Completed, AnalysisState.Completed, AnalysisState.Refused], study.Analyses.Select(each => each.State));
        Assert.Equal(0.9, study.Analyses[1].Classifications[0].Probability);
    }

    [Fact]
    public async Task AnInstanceThatALaterRevisionMovesToAnotherStudyLeavesTheFirst()
    {
        var first = Stored(study: 1, instance: 1, models: [Pneumonia]).RefusedBy(ReasonCode.OutOfScopeAge, "The age is below the model's");
        var other = Stored(study: 1, instance: 2, models: [Pneumonia]);
        var moved = Stored(study: 2, instance: 1, revision: 2, models: [Pneumonia]);
        await host.SendAsync(first, other);
        await host.SendAsync(moved);
        await host.SendAsync(Classified(moved));

        var left = await host.GetStudyAsync(StudyUid(1));
        Assert.Equal((1, 1), (left.InstanceCount, left.SeriesCount));
        Assert.Equal([SopUid(2)], left.Analyses.Select(each => each.SopInstanceUid));
        var entered = await host.GetStudyAsync(StudyUid(2));
        Assert.Equal([AnalysisState.Completed], entered.Analyses.Select(each => each.State));

        await host.SendAsync(Stored(study: 2, instance: 2, revision: 2, models: [Pneumonia]));

        Assert.Equal([StudyUid(2)], await host.ListAsync(new ListStudiesRequest()));
        await Assert.ThrowsAsync<RpcException>(() => host.GetStudyAsync(StudyUid(1)));
    }

    [Fact]
    public async Task LaterInstancesFillWhatWasAbsentAndANewRevisionCorrects()
    {
        var first = Stored(study: 1, instance: 1) with { Study = new StudyAttributes { PatientId = "7", PatientName = "Doe^Jane" }, Modality = null };
        var second = Stored(study: 1, instance: 2) with { Study = new StudyAttributes { PatientName = "Other^Name", AccessionNumber = "A1", StudyDate = "20260228" } };
        await host.SendAsync(first);
        await host.SendAsync(second);

        var study = await host.GetStudyAsync(StudyUid(1));
        Assert.Equal(("7", "Doe^Jane", "A1", "20260228"), (study.PatientId, study.PatientName, study.AccessionNumber, study.StudyDate));
        Assert.Equal(["DX"], study.Modalities);
        Assert.Equal((ReceivedAt(1), ReceivedAt(2)), (study.FirstReceivedAt.ToDateTime(), study.LastReceivedAt.ToDateTime()));

        await host.SendAsync(Stored(study: 1, instance: 1, revision: 2) with { Study = new StudyAttributes { PatientName = "Doe^Janet" }, Modality = "CR" });

        study = await host.GetStudyAsync(StudyUid(1));
        Assert.Equal(("7", "Doe^Janet", "A1"), (study.PatientId, study.PatientName, study.AccessionNumber));
        Assert.Equal(["CR"], study.Modalities);
    }

    [Fact]
    public async Task PriorityIsRaisedAndNeverLowered()
    {
        var routine = Stored(study: 1, instance: 1);
        await host.SendAsync(routine);
        Assert.Equal(StudyPriority.Routine, (await host.GetStudyAsync(StudyUid(1))).Priority);

        await host.SendAsync(routine with { Stat = true, Analyses = [] });
        await host.SendAsync(Stored(study: 1, instance: 2));

        Assert.Equal(StudyPriority.Stat, (await host.GetStudyAsync(StudyUid(1))).Priority);
    }

    [Fact]
    public async Task OfInstancesThatAreAnnouncedTogetherThoseThatCanBeWrittenAreAcknowledged()
    {
        var first = Stored(study: 1, instance: 1, models: [Pneumonia]);
        await host.SendAsync(first);
        // An analysis has one instance.
        var broken = Stored(study: 1, instance: 2) with { Analyses = first.Analyses };

        await host.PublishAsync(ResultsHost.Announcing(Stored(study: 1, instance: 3), broken, Stored(study: 2, instance: 4)));

        var recorded = await host.AcknowledgementsAsync(2);
        Assert.Equal([SopUid(3), SopUid(4)], recorded.Cast<InstanceRecorded>().Select(each => each.SopInstanceUid).Order());
        Assert.Equal([new AnalysisRecorded(IdOf(1, Pneumonia))], await host.SendAsync(Classified(first)));
    }

    [Fact]
    public async Task AnEventThatCannotBeWrittenHoldsUpNoOther()
    {
        var good = Stored(study: 1, instance: 1, models: [Pneumonia]);
        var broken = Stored(study: 1, instance: 2, models: [Lungs]);
        // Two findings of one code at one position have one id.
        var impossible = Detected(broken, RightLung) with { Classifications = [new ClassificationFinding(RightLung.Code, RightLung.Display, 0.5, true)] };
        await host.SendAsync(good, broken);

        await host.PublishAsync(impossible);
        await host.SendAsync(Classified(good));

        var study = await host.GetStudyAsync(StudyUid(1));
        Assert.Equal([AnalysisState.Completed, AnalysisState.Pending], study.Analyses.Select(each => each.State));
    }
}

public sealed class RecordingOnSqliteTests() : RecordingTests(new ResultsHost());

public sealed class RecordingOnPostgresTests(Servers servers) : RecordingTests(new PostgresResultsHost(servers));
