using MassTransit;
using MedCloud.Contracts;
using MedCloud.Hosting;
using MedCloud.Ingest.Index;
using MedCloud.ModelCatalogue;
using Microsoft.Extensions.DependencyInjection;

namespace MedCloud.Ingest.Ledger;

/// <summary>The queues that the ledger takes from. What a consumer waits for is committed in groups, so many messages are handled at once.</summary>
internal static class LedgerQueues
{
    // While the database is away, messages wait here, few at a time, and the queue behind them: an hour passes before the first is given up to the error
    // queue. Its row stays open, so Results is asked again.
    private const int Retries = 360;

    public static void Register(IBusRegistrationConfigurator bus)
    {
        bus.AddConsumer<LedgerConsumer>();
        bus.AddConsumer<DeadLetterConsumer>();
    }

    public static void Declare(IBusRegistrationContext context, IReceiveConfigurator transport)
    {
        Declare<LedgerConsumer>(context, transport, Queues.Ledger);
        foreach (var model in context.GetRequiredService<Catalogue>().Active)
            Declare<DeadLetterConsumer>(context, transport, Queues.Dead(model.Manifest.Name));
    }

    private static void Declare<TConsumer>(IBusRegistrationContext context, IReceiveConfigurator transport, QueueDefinition queue)
        where TConsumer : class, IConsumer =>
        transport.ReceiveEndpoint(queue, endpoint =>
        {
            endpoint.ConfigureConsumeTopology = queue == Queues.Ledger;
            endpoint.PrefetchCount = 256;
            endpoint.ConcurrentMessageLimit = 128;
            endpoint.UseMessageRetry(retry =>
            {
                retry.Exponential(Retries, TimeSpan.FromMilliseconds(200), TimeSpan.FromSeconds(10), TimeSpan.FromMilliseconds(400));
                retry.Handle<IngestDatabaseException>();
            });
            endpoint.ConfigureConsumer<TConsumer>(context);
        });
}
