using Microsoft.Extensions.Options;

namespace MedCloud.InferenceWorker.Analysis;

/// <summary>The two stages of the worker, shared by all models: images are prepared ahead while others run, and each stage takes only so many.</summary>
internal sealed class Stages(IOptions<InferenceOptions> options) : IDisposable
{
    private readonly SemaphoreSlim preparing = new(options.Value.ConcurrentPreparations);
    private readonly SemaphoreSlim running = new(options.Value.ConcurrentRuns);

    /// <summary>Enters the stage that fetches, decodes and preprocesses; disposing leaves it.</summary>
    public Task<IDisposable> PrepareAsync(CancellationToken cancellationToken) => EnterAsync(preparing, cancellationToken);

    /// <summary>Enters the stage that runs models; disposing leaves it.</summary>
    public Task<IDisposable> RunAsync(CancellationToken cancellationToken) => EnterAsync(running, cancellationToken);

    public void Dispose()
    {
        preparing.Dispose();
        running.Dispose();
    }

    private static async Task<IDisposable> EnterAsync(SemaphoreSlim stage, CancellationToken cancellationToken)
    {
        await stage.WaitAsync(cancellationToken);
        return new Place(stage);
    }

    private sealed class Place(SemaphoreSlim stage) : IDisposable
    {
        public void Dispose() => stage.Release();
    }
}
