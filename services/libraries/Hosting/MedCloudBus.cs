using MassTransit;
using MedCloud.Contracts;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace MedCloud.Hosting;

/// <summary>What a service adds to the bus.</summary>
/// <param name="Register">Registers its consumers.</param>
/// <param name="Endpoints">Declares its receive endpoints and connects the consumers.</param>
public sealed record BusModule(
    Action<IBusRegistrationConfigurator> Register,
    Action<IBusRegistrationContext, IReceiveConfigurator> Endpoints);

/// <summary>The bus with the conventions that every service keeps to.</summary>
public static class MedCloudBus
{
    // A peer that answers nothing (a process that hangs, a cable that is cut) is given up after two of these, and its messages go to others.
    private static readonly TimeSpan Heartbeat = TimeSpan.FromSeconds(10);

    // Longer than nearly any publication takes that will end, and short enough for a consumer to go on as soon as the broker is back.
    private static readonly TimeSpan PublishWithin = TimeSpan.FromSeconds(3);

    /// <summary>Adds the bus of one process, with the endpoints of all <paramref name="modules"/>.</summary>
    public static IHostApplicationBuilder AddInMemoryBus(this IHostApplicationBuilder builder, params IReadOnlyList<BusModule> modules)
    {
        builder.Services.AddMassTransit(bus =>
        {
            Register(bus, modules);
            bus.UsingInMemory((context, transport) =>
            {
                TracedDelivery.AddHeaders(transport);
                Declare(context, transport, modules);
            });
        });
        return builder;
    }

    /// <summary>Adds the bus of many processes, on the broker that <see cref="RabbitMqOptions"/> name.</summary>
    public static IHostApplicationBuilder AddRabbitMqBus(this IHostApplicationBuilder builder, params IReadOnlyList<BusModule> modules)
    {
        builder.Services.AddOptions<RabbitMqOptions>().BindConfiguration("MedCloud:RabbitMq").ValidateDataAnnotations().ValidateOnStart();
        builder.Services.AddMassTransit(bus =>
        {
            Register(bus, modules);
            bus.UsingRabbitMq((context, transport) =>
            {
                var options = context.GetRequiredService<IOptions<RabbitMqOptions>>().Value;
                Connect(transport, options, ActivatorUtilities.CreateInstance<BrokerPort>(context, options));
                // A send to an exchange without a queue would be dropped without an error. The one command is told by its type: contexts of sends and of publications are one class.
                transport.ConfigureSend(send => send.UseExecute(message =>
                {
                    if (message.TryGetPayload<SendContext<AnalyseInstance>>(out _) && message.TryGetPayload<RabbitMqSendContext>(out var rabbit))
                        rabbit.Mandatory = true;
                }));
                TracedDelivery.AddHeaders(transport);
                BindEvents(transport);
                Declare(context, transport, modules);
            });
        });
        return builder;
    }

    /// <summary>Takes messages from <paramref name="queue"/>, declared as its definition says.</summary>
    public static void ReceiveEndpoint(this IReceiveConfigurator transport, QueueDefinition queue, Action<IReceiveEndpointConfigurator> configure) =>
        transport.ReceiveEndpoint(queue.Name, endpoint =>
        {
            if (endpoint is IRabbitMqReceiveEndpointConfigurator rabbit)
                SetArguments(rabbit, queue);
            endpoint.UseFilter(new TracedDelivery(queue.Name));
            configure(endpoint);
        });

    /// <summary>
    /// Publishes what a consumer has to say before its message may be acknowledged; returns when the broker has it. Not by the consumer's context: a publication that was
    /// under way when the connection broke may never end, whatever its token says (MassTransit 8.5.12: it waits in the one-time declaration of
    /// its topology on the lost channel); the context would wait for it, and the endpoint, which connects again only after its consumers have ended, for the context. Here it is given up and
    /// repeated; what comes twice has one effect.
    /// </summary>
    public static async Task PublishAsync(this IBus bus, object message, CancellationToken cancellationToken)
    {
        while (true)
        {
            using var limit = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            limit.CancelAfter(PublishWithin);
            try
            {
                await bus.Publish(message, message.GetType(), limit.Token).WaitAsync(limit.Token);
                return;
            }
            catch (OperationCanceledException) when (limit.IsCancellationRequested && !cancellationToken.IsCancellationRequested)
            {
                // Again.
            }
        }
    }

    private static void Register(IBusRegistrationConfigurator bus, IReadOnlyList<BusModule> modules)
    {
        // It would report its use to its makers.
        bus.DisableUsageTelemetry();
        foreach (var module in modules)
            module.Register(bus);
        // A broker outage must not take a service out of rotation: with a tag of its own, the bus' check is not one of readiness.
        bus.ConfigureHealthCheckOptions(options => options.Tags.Add("bus"));
    }

    private static void Declare(IBusRegistrationContext context, IReceiveConfigurator transport, IReadOnlyList<BusModule> modules)
    {
        foreach (var module in modules)
            module.Endpoints(context, transport);
    }

    private static void Connect(IRabbitMqBusFactoryConfigurator transport, RabbitMqOptions options, BrokerPort port) =>
        transport.Host(options.Host, options.Port, options.VirtualHost, host =>
        {
            host.Username(options.Username);
            host.Password(options.Password);
            host.Heartbeat(Heartbeat);
            host.OnRefreshConnectionFactory = _ => port.WaitAsync();
            if (options.UseTls)
                host.UseSsl(ssl => ssl.ServerName = options.Host);
        });

    /// <summary>Whoever publishes an event declares the queue that it is for, so that nothing is dropped before its consumer has ever run.</summary>
    private static void BindEvents(IRabbitMqBusFactoryConfigurator transport)
    {
        Bind<InstancesStored>(transport, Queues.Results);
        Bind<AnalysisCompleted>(transport, Queues.Results);
        Bind<AnalysisRefused>(transport, Queues.Results);
        Bind<AnalysisFailed>(transport, Queues.Results);
        Bind<InstancesRecorded>(transport, Queues.Ledger);
        Bind<AnalysisRecorded>(transport, Queues.Ledger);
        Bind<AnalysisDelayed>(transport, Queues.Ledger);
    }

    private static void Bind<T>(IRabbitMqBusFactoryConfigurator transport, QueueDefinition queue)
        where T : class =>
        // To the exchange of the message itself. The consumer's endpoint adds the way by the queue's own exchange; a queue gets a message once, however many ways lead to it.
        transport.Publish<T>(publish => publish.BindQueue(publish.Exchange.ExchangeName, queue.Name, binding => SetArguments(binding, queue)));

    private static void SetArguments(IRabbitMqQueueConfigurator declared, QueueDefinition queue)
    {
        foreach (var (name, value) in queue.Arguments)
            declared.SetQueueArgument(name, value);
    }
}
