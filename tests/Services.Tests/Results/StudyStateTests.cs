using MedCloud.Results.V1;
using MedCloud.Tests;
using static MedCloud.Services.Tests.Results.Events;

namespace MedCloud.Services.Tests.Results;

public abstract class StudyStateTests(ResultsHost host) : IAsyncLifetime
{
    public ValueTask InitializeAsync() => host.InitializeAsync();

    public ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        return host.DisposeAsync();
    }

    [Fact]
    public async Task AStudyIsReceivedUntilItsLastInstanceIsFiveSecondsOld()
    {
        var stored = Stored(study: 1, instance: 1, models: [Pneumonia]) with { ReceivedAt = ResultsHost.Now.UtcDateTime };
        await host.SendAsync(stored, Classified(stored));
        Assert.Equal(StudyState.Receiving, await StateAsync(1));

        host.Time.Advance(TimeSpan.FromSeconds(4.9));
        Assert.Equal(StudyState.Receiving, await StateAsync(1));

        host.Time.Advance(TimeSpan.FromSeconds(0.1));
        Assert.Equal(StudyState.Complete, await StateAsync(1));

        await host.SendAsync(Stored(study: 1, instance: 2) with { ReceivedAt = host.Time.GetUtcNow().UtcDateTime });
        Assert.Equal(StudyState.Receiving, await StateAsync(1));
    }

    [Fact]
    public async Task APendingAnalysisGoesBeforeAFailedOne()
    {
        var stored = Stored(study: 1, instance: 1, models: [Pneumonia, Lungs]);
        await host.SendAsync(stored, Failed(stored, Lungs));
        Assert.Equal(StudyState.Analysing, await StateAsync(1));

        await host.SendAsync(Classified(stored));
        Assert.Equal(StudyState.Failed, await StateAsync(1));
    }

    [Fact]
    public async Task ARefusalLeavesAStudyComplete()
    {
        var stored = Stored(study: 1, instance: 1, models: [Pneumonia]);
        await host.SendAsync(stored, Refused(stored, Pneumonia, ReasonCode.NoPixels, "The instance has no pixel data"));

        Assert.Equal(StudyState.Complete, await StateAsync(1));
    }

    [Fact]
    public async Task WhatBecameOfAnOlderRevisionDoesNotCount()
    {
        var first = Stored(study: 1, instance: 1, models: [Pneumonia, Lungs]);
        var second = Stored(study: 1, instance: 1, revision: 2, models: [Pneumonia]);
        await host.SendAsync(first, Failed(first, Lungs), second, Classified(second));

        Assert.Equal(StudyState.Complete, await StateAsync(1));
    }

    /// <summary>The state of a study, and a check that lists of each state agree with it.</summary>
    private async Task<StudyState> StateAsync(int study)
    {
        var state = (await host.GetStudyAsync(StudyUid(study))).State;
        foreach (var asked in Enum.GetValues<StudyState>().Where(each => each != StudyState.Unspecified))
            Assert.Equal(asked == state ? [StudyUid(study)] : [], await host.ListAsync(new ListStudiesRequest { State = asked }));
        return state;
    }
}

public sealed class StudyStateOnSqliteTests() : StudyStateTests(new ResultsHost());

public sealed class StudyStateOnPostgresTests(Servers servers) : StudyStateTests(new PostgresResultsHost(servers));
