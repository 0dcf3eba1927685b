namespace MedCloud.Contracts;

/// <summary>A queue, with the exchange of its name that feeds it. Whoever sends to it and whoever takes from it declare it with the same arguments, so that it exists
/// while the other does not.</summary>
/// <param name="Name">Of the queue and of its exchange (durable, fanout).</param>
/// <param name="DeadLetters">The exchange that gets what was delivered <see cref="DeliveryLimit"/> times without an acknowledgement; null: the queue has no limit of ours.</param>
public sealed record QueueDefinition(string Name, string? DeadLetters = null)
{
    /// <summary>How often a message that is not acknowledged returns to a queue with <see cref="DeadLetters"/>.</summary>
    public const int DeliveryLimit = 5;

    /// <summary>The arguments of the declaration (RabbitMQ: quorum queues).</summary>
    public IReadOnlyDictionary<string, object> Arguments => DeadLetters is null
        ? new Dictionary<string, object> { ["x-queue-type"] = "quorum" }
        : new Dictionary<string, object> { ["x-queue-type"] = "quorum", ["x-delivery-limit"] = DeliveryLimit, ["x-dead-letter-exchange"] = DeadLetters };
}

/// <summary>The queues; sender and consumer take them from here.</summary>
public static class Queues
{
    /// <summary>Events for Results: <see cref="InstancesStored"/>, <see cref="AnalysisCompleted"/>, <see cref="AnalysisRefused"/>, <see cref="AnalysisFailed"/>.</summary>
    public static QueueDefinition Results { get; } = new("results");

    /// <summary>Events for Ingest's ledger: <see cref="InstancesRecorded"/>, <see cref="AnalysisRecorded"/>, <see cref="AnalysisDelayed"/>.</summary>
    public static QueueDefinition Ledger { get; } = new("ledger");

    /// <summary>The queue of <see cref="AnalyseInstance"/> for a model: <c>analyse.NAME</c>, or <c>analyse.NAME.stat</c>.</summary>
    public static QueueDefinition Analyse(string modelName, bool stat) => new(stat ? $"analyse.{modelName}.stat" : $"analyse.{modelName}", Dead(modelName).Name);

    /// <summary>Where requests for a model go whose deliveries all ended without an outcome, most likely because they ended the worker: <c>analyse.NAME.dead</c>.</summary>
    public static QueueDefinition Dead(string modelName) => new($"analyse.{modelName}.dead");
}
