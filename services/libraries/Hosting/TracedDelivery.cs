using System.Diagnostics;
using MassTransit;

namespace MedCloud.Hosting;

/// <summary>
/// Handles each message of a queue in a span that continues its sender's; one without a trace of its own, which speaks of many instances, is its consumer's to trace.
/// MassTransit's own spans would do the same, but carry the messages of exceptions.
/// </summary>
internal sealed class TracedDelivery(string queue) : IFilter<ConsumeContext>
{
    /// <summary>Puts the trace context of the moment into each message that goes out, in place of that of the message that is being handled, which MassTransit copies.</summary>
    public static void AddHeaders(IBusFactoryConfigurator transport)
    {
        transport.ConfigureSend(send => send.UseExecute(AddHeader));
        transport.ConfigurePublish(publish => publish.UseExecute(AddHeader));
    }

    /// <inheritdoc/>
    public Task Send(ConsumeContext context, IPipe<ConsumeContext> next) =>
        context.Headers.Get<string>(Tracing.Header) is { } parent ? Tracing.ProcessAsync(queue, parent, () => next.Send(context)) : next.Send(context);

    /// <inheritdoc/>
    public void Probe(ProbeContext context) => context.CreateFilterScope("tracedDelivery");

    private static void AddHeader(SendContext message)
    {
        if (Tracing.Parent is { Length: > 0 } parent)
            message.Headers.Set(Tracing.Header, parent);
    }
}
