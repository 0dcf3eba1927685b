using System.Data.Common;
using MassTransit;
using MedCloud.Contracts;
using MedCloud.Hosting;
using Microsoft.EntityFrameworkCore;

namespace MedCloud.Results.Recording;

/// <summary>Records instances, and tells the ledger after the commit; a duplicate is told again.</summary>
internal sealed class InstanceStoredConsumer(Recorder recorder, IBus bus) : IConsumer<InstanceStored>
{
    public async Task Consume(ConsumeContext<InstanceStored> context)
    {
        var stored = context.Message;
        await recorder.RecordAsync(stored, context.CancellationToken);
        await bus.PublishAsync(new InstanceRecorded(stored.Tenant, stored.SopInstanceUid, stored.Revision, stored.Stat), context.CancellationToken);
    }
}

/// <summary>Records outcomes, and tells the ledger after the commit; a duplicate is told again.</summary>
internal sealed class OutcomeConsumer(Recorder recorder, IBus bus) : IConsumer<AnalysisCompleted>, IConsumer<AnalysisRefused>, IConsumer<AnalysisFailed>
{
    public Task Consume(ConsumeContext<AnalysisCompleted> context) => RecordAsync(context, context.Message.Key);

    public Task Consume(ConsumeContext<AnalysisRefused> context) => RecordAsync(context, context.Message.Key);

    public Task Consume(ConsumeContext<AnalysisFailed> context) => RecordAsync(context, context.Message.Key);

    private async Task RecordAsync<T>(ConsumeContext<T> context, AnalysisKey key)
        where T : class
    {
        await recorder.RecordAsync(context.Message, context.CancellationToken);
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
        bus.AddConsumer<InstanceStoredConsumer>();
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
            endpoint.ConfigureConsumer<InstanceStoredConsumer>(context);
            endpoint.ConfigureConsumer<OutcomeConsumer>(context);
        });

    private static bool IsRefusal(Exception exception) => SqliteDatabase.IsRefusal(exception) || PostgresDatabase.IsRefusal(exception);
}
