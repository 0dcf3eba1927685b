using MassTransit;
using MedCloud.Contracts;
using MedCloud.Ingest.Index;
using Microsoft.Extensions.Logging;

namespace MedCloud.Ingest.Ledger;

/// <summary>Takes the requests back that were delivered too often without an outcome: most likely they ended the worker, or stood beside one that did.</summary>
internal sealed class DeadLetterConsumer(IngestWriter writer, LedgerSignal signal, ILogger<DeadLetterConsumer> logger) : IConsumer<AnalyseInstance>
{
    public async Task Consume(ConsumeContext<AnalyseInstance> context)
    {
        var key = context.Message.Key;
        if (await writer.WriteAsync(db => Reconciler.DeadLetteredAsync(db, key.AnalysisId), context.CancellationToken) > 0)
        {
            Metrics.DeadLettered(key.ModelName);
            Log.DeadLettered(logger, key.AnalysisId, key.ModelName, context.Message.Attempt);
        }

        signal.Set();
    }
}
