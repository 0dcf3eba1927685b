using MassTransit;
using MedCloud.Contracts;
using MedCloud.Dicom;
using MedCloud.Hosting;
using MedCloud.InferenceWorker.Analysis;
using MedCloud.InferenceWorker.Models;
using MedCloud.ModelCatalogue;
using MedCloud.Storage;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace MedCloud.InferenceWorker;

/// <summary>Runs the active models on the instances that Ingest asks for. The host registers the <see cref="Catalogue"/>.</summary>
public static class InferenceWorkerModule
{
    /// <summary>Its queues: two for each active model, the STAT one taken from beside the other.</summary>
    public static BusModule Bus { get; } = new(
        bus => bus.AddConsumer<AnalyseInstanceConsumer>(),
        (context, transport) =>
        {
            var options = context.GetRequiredService<IOptions<InferenceOptions>>().Value;
            var inHand = options.ConcurrentPreparations + options.ConcurrentRuns;
            foreach (var model in context.GetRequiredService<Catalogue>().Active)
            {
                foreach (var stat in new[] { false, true })
                {
                    transport.ReceiveEndpoint(Queues.Analyse(model.Manifest.Name, stat), endpoint =>
                    {
                        endpoint.ConfigureConsumeTopology = false;
                        endpoint.PrefetchCount = inHand;
                        endpoint.ConcurrentMessageLimit = inHand;
                        // A request without an outcome goes back to its queue, not to a queue of errors.
                        endpoint.RethrowFaultedMessages();
                        endpoint.ConfigureConsumer<AnalyseInstanceConsumer>(context);
                    });
                }
            }
        });

    /// <summary>Adds the worker: its models, its consumer and its health checks "models" (ready when all are warm) and "broker" (ready while it can take requests).</summary>
    public static IHostApplicationBuilder AddInferenceWorker(this IHostApplicationBuilder builder)
    {
        builder.AddBlobStore();
        builder.Services.AddOptions<InferenceOptions>().BindConfiguration("MedCloud:Inference").ValidateDataAnnotations().ValidateOnStart();
        builder.Services.TryAddSingleton(TimeProvider.System);
        builder.Services.TryAddSingleton<FrameDecoder>();
        builder.Services.AddSingleton<PrepareImage>();
        builder.Services.AddSingleton<Stages>();
        builder.Services.AddSingleton<StoreGate>();
        builder.Services.AddSingleton<ModelSessions>();
        builder.Services.AddHostedService(services => services.GetRequiredService<ModelSessions>());
        builder.Services.AddHealthChecks().AddCheck<ModelSessions>("models", tags: ["ready"]).AddCheck<BrokerCheck>("broker", tags: ["ready"]);
        return builder;
    }
}
