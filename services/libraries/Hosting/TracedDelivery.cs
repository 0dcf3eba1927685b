using System.Diagnostics;
using MassTransit;

namespace MedCloud.Hosting;

/// <summary>
/// Handles each message of a queue in a span that continues its sender's. MassTransit's own spans would do the same, but carry the messages of exceptions.
/// </summary>
internal sealed class TracedDelivery(string queue) : IFilter<ConsumeContext>
{
    private readonly string name = $"process {queue}";

    /// <summary>Puts the trace context of the moment into each message that goes out, in place of that of the message that is being handled, which MassTransit copies.</summary>
    public static void AddHeaders(IBusFactoryConfigurator transport)
    {
        transport.ConfigureSend(send => send.UseExecute(AddHeader));
        transport.ConfigurePublish(publish => publish.UseExecute(AddHeader));
    }

    /// <inheritdoc/>
    public async Task Send(ConsumeContext context, IPipe<ConsumeContext> next)
    {
        if (!Tracing.Source.HasListeners())
        {
            await next.Send(context);
            return;
        }

        using var delivery = Tracing.Start(name, ActivityKind.Consumer, context.Headers.Get<string>(Tracing.Header));
        try
        {
            await next.Send(context);
        }
        catch (Exception e)
        {
            delivery.Fail(e);
            throw;
        }
    }

    /// <inheritdoc/>
    public void Probe(ProbeContext context) => context.CreateFilterScope("tracedDelivery");

    private static void AddHeader(SendContext message)
    {
        if (Tracing.Parent is { Length: > 0 } parent)
            message.Headers.Set(Tracing.Header, parent);
    }
}
