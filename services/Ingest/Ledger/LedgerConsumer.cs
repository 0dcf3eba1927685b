using MassTransit;
using MedCloud.Contracts;
using MedCloud.Hosting;
using MedCloud.Ingest.Index;
using Microsoft.Extensions.Logging;

namespace MedCloud.Ingest.Ledger;

/// <summary>Hears from Results what is recorded, and from workers what is delayed. Messages that arrive together are committed together by the writer.</summary>
internal sealed class LedgerConsumer(IngestWriter writer, LedgerSignal signal, TimeProvider time, ILogger<LedgerConsumer> logger)
    : IConsumer<InstancesRecorded>, IConsumer<AnalysisRecorded>, IConsumer<AnalysisDelayed>
{
    public async Task Consume(ConsumeContext<InstancesRecorded> context)
    {
        var instances = context.Message.Instances;
        var recorded = instances.Select(each => each.Event).ToList();
        var write = writer.WriteAsync(db => Reconciler.RecordedAsync(db, recorded), context.CancellationToken, isPatient: true);
        await Task.WhenAll(instances.Select(each => Tracing.ProcessAsync(Queues.Ledger.Name, each.TraceParent, () => write)));
        signal.Set();
    }

    public async Task Consume(ConsumeContext<AnalysisRecorded> context)
    {
        await writer.WriteAsync(db => Reconciler.RecordedAsync(db, context.Message), context.CancellationToken, isPatient: true);
        signal.Set();
    }

    public async Task Consume(ConsumeContext<AnalysisDelayed> context)
    {
        var now = time.GetUtcNow().UtcDateTime;
        await writer.WriteAsync(db => Reconciler.DelayedAsync(db, context.Message, now), context.CancellationToken);
        Log.Delayed(logger, context.Message.AnalysisId, context.Message.Reason);
        signal.Set();
    }
}
