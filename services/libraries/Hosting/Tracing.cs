using System.Diagnostics;

namespace MedCloud.Hosting;

/// <summary>The spans of a study's way, and its trace context where no call carries it: in rows of the outbox and in headers of messages.</summary>
public static class Tracing
{
    /// <summary>The message header with the sender's trace context (W3C Trace Context).</summary>
    internal const string Header = "traceparent";

    /// <summary>What spans of services are started from. While nobody exports them, nothing is started.</summary>
    public static ActivitySource Source { get; } = new("MedCloud.Services");

    /// <summary>The trace context of this moment, to be handed to <see cref="Start"/> later or elsewhere; empty where nothing is traced.</summary>
    public static string Parent => Source.HasListeners() ? Activity.Current?.Id ?? "" : "";

    /// <summary>Starts a span; null where nothing is traced.</summary>
    /// <param name="name">The same for all studies.</param>
    /// <param name="kind">How it stands to its parent.</param>
    /// <param name="parent">What <see cref="Parent"/> was. Without it, the span continues what is under way here, or begins a trace.</param>
    public static Activity? Start(string name, ActivityKind kind, string? parent) =>
        ActivityContext.TryParse(parent, null, isRemote: true, out var context) ? Source.StartActivity(name, kind, context) : Source.StartActivity(name, kind);

    /// <summary>Handles in a span what was sent in another, which it continues.</summary>
    /// <param name="queue">Where it was taken from.</param>
    /// <param name="parent">What <see cref="Parent"/> was at its sender.</param>
    /// <param name="handle">The work.</param>
    public static async Task ProcessAsync(string queue, string? parent, Func<Task> handle)
    {
        using var span = Source.HasListeners() ? Start($"process {queue}", ActivityKind.Consumer, parent) : null;
        try
        {
            await handle();
        }
        catch (Exception e)
        {
            span.Fail(e);
            throw;
        }
    }

    /// <summary>Marks the span as failed. Of the exception only the type: its message may name a file, and with it a study.</summary>
    public static void Fail(this Activity? span, Exception exception) => span?.SetTag("error.type", exception.GetType().Name).SetStatus(ActivityStatusCode.Error);
}
