using System.Collections.Frozen;
using MedCloud.Inference.Preprocessing;
using MedCloud.Inference.Runtime;
using MedCloud.ModelCatalogue;
using Microsoft.Extensions.Diagnostics.HealthChecks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Options;

namespace MedCloud.InferenceWorker.Models;

/// <summary>One session for each active model, loaded and run once before any door or queue opens.</summary>
internal sealed class ModelSessions(Catalogue catalogue, TimeProvider time, IOptions<InferenceOptions> options, ILogger<ModelSessions> logger) : IHostedLifecycleService, IHealthCheck, IDisposable
{
    private FrozenDictionary<string, ModelSession> sessions = FrozenDictionary<string, ModelSession>.Empty;
    private bool warm;

    /// <summary>The session of a model, or null: this worker has none of that name.</summary>
    public ModelSession? Find(string name) => sessions.GetValueOrDefault(name);

    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        var loaded = await Task.WhenAll(catalogue.Active.Select(model => Task.Run(() => Load(model, cancellationToken), cancellationToken)));
        sessions = loaded.ToFrozenDictionary(session => session.Model.Manifest.Name);
        Volatile.Write(ref warm, true);
    }

    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(Volatile.Read(ref warm)
            ? HealthCheckResult.Healthy($"{sessions.Count} models are warm", sessions.ToDictionary(session => session.Key, session => (object)Provider(session.Value)))
            : new HealthCheckResult(context.Registration.FailureStatus, "the models are not warm yet"));

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public void Dispose()
    {
        foreach (var session in sessions.Values)
            session.Dispose();
    }

    private static string Provider(ModelSession session) => session.Fallback is { } reason ? $"{session.ExecutionProvider} ({reason})" : session.ExecutionProvider;

    /// <summary>The first run, of model and gate, allocates and is several times slower than the others: nobody's image has to wait for it.</summary>
    private ModelSession Load(ModelPackage model, CancellationToken cancellationToken)
    {
        var started = time.GetTimestamp();
        var session = ModelSession.Load(model, options.Value.Providers);
        if (session.Fallback is { } reason)
            logger.ProviderFallback(model.Manifest.Name, session.ExecutionProvider, reason);
        var blank = new float[InputPreparation.Length(model.Manifest.Input)];
        session.ScoreImage(blank, cancellationToken);
        session.Run(blank, cancellationToken);
        logger.ModelLoaded(model.Manifest.Name, model.Manifest.Version, session.ExecutionProvider, (long)time.GetElapsedTime(started).TotalMilliseconds);
        return session;
    }
}
