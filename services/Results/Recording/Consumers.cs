using System.Collections.Concurrent;
using System.Data.Common;
using MassTransit;
using MedCloud.Contracts;
using MedCloud.Hosting;
using MedCloud.ModelCatalogue;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging;

namespace MedCloud.Results.Recording;

/// <summary>Records instances, and tells the ledger after the commit; a duplicate is told again.</summary>
internal sealed class InstancesStoredConsumer(Recorder recorder, IBus bus) : IConsumer<InstancesStored>
{
    public async Task Consume(ConsumeContext<InstancesStored> context)
    {
        var recorded = new ConcurrentQueue<Traced<InstanceRecorded>>();
        try
        {
            await Task.WhenAll(context.Message.Instances.Select(each => Tracing.ProcessAsync(Queues.Results.Name, each.TraceParent, () => RecordAsync(each.Event))));
        }
        finally
        {
            // One that cannot be written holds up no other.
            if (!recorded.IsEmpty)
                await bus.PublishAsync(new InstancesRecorded([.. recorded]), context.CancellationToken);
        }

        async Task RecordAsync(InstanceStored stored)
        {
            await recorder.RecordAsync(stored, context.CancellationToken);
            recorded.Enqueue(new(new(stored.Tenant, stored.SopInstanceUid, stored.Revision, stored.Stat), Tracing.Parent));
        }
    }
}

/// <summary>Records outcomes, and tells the ledger after the commit; a duplicate is told again.</summary>
internal sealed class OutcomeConsumer(Recorder recorder, IBus bus, ILogger<OutcomeConsumer> logger) : IConsumer<AnalysisCompleted>, IConsumer<AnalysisRefused>, IConsumer<AnalysisFailed>
{
    public Task Consume(ConsumeContext<AnalysisCompleted> context)
    {
        var completed = context.Message;
        if (completed.Explanation is { } explanation && !(explanation.Maps.Count <= ModelExplanation.MaxMaps && explanation.Maps.All(IsWhole)))
        {
            // The findings are worth more than their explanation.
            Log.ExplanationDropped(logger, completed.Key.AnalysisId);
            completed = completed with { Explanation = null };
        }

        return RecordAsync(context, completed, completed.Key);
    }

    public Task Consume(ConsumeContext<AnalysisRefused> context) => RecordAsync(context, context.Message, context.Message.Key);

    public Task Consume(ConsumeContext<AnalysisFailed> context) => RecordAsync(context, context.Message, context.Message.Key);

    private static bool IsWhole(LabelMap map) =>
        map is { Rows: > 0 and <= ModelExplanation.MaxMapSide, Columns: > 0 and <= ModelExplanation.MaxMapSide } && map.Values.Count == map.Rows * map.Columns && map.Values.All(value => float.IsFinite(value) && value >= 0);

    private async Task RecordAsync(ConsumeContext context, object outcome, AnalysisKey key)
    {
        await recorder.RecordAsync(outcome, context.CancellationToken);
        await bus.PublishAsync(new AnalysisRecorded(key.AnalysisId), context.CancellationToken);
    }
}

/// <summary>The queue of Results.</summary>
internal static class ResultsQueue
{
    // While the database is away (disk full, file system gone) events wait here, few at a time, and the queue behind them:
    // an hour passes before the first is given up to the error queue. One that breaks a constraint never gets better.
    private const int Retries = 720;
    private static readonly TimeSpan RetryInterval = TimeSpan.FromSeconds(5);

    public static void Register(IBusRegistrationConfigurator bus)
    {
        bus.AddConsumer<InstancesStoredConsumer>();
        bus.AddConsumer<OutcomeConsumer>();
    }

    public static void Declare(IBusRegistrationContext context, IReceiveConfigurator transport) =>
        transport.ReceiveEndpoint(Queues.Results, endpoint =>
        {
            endpoint.PrefetchCount = Recorder.MostTogether;
            endpoint.ConcurrentMessageLimit = Recorder.MostTogether;
            endpoint.UseMessageRetry(retry =>
            {
                retry.Interval(Retries, RetryInterval);
                retry.Handle<DbException>(exception => !IsRefusal(exception));
                retry.Handle<DbUpdateException>(exception => !IsRefusal(exception));
            });
            endpoint.ConfigureConsumer<InstancesStoredConsumer>(context);
            endpoint.ConfigureConsumer<OutcomeConsumer>(context);
        });

    private static bool IsRefusal(Exception exception) => SqliteDatabase.IsRefusal(exception) || PostgresDatabase.IsRefusal(exception);
}
