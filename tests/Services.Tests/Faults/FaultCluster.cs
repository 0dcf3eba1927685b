using MedCloud.Services.Tests.EndToEnd;
using MedCloud.Tests;

namespace MedCloud.Services.Tests.Faults;

/// <summary>A cluster whose processes come and go, restarted as Kubernetes would, and the way to those that are there.</summary>
internal sealed class FaultCluster(Cluster cluster) : IAsyncDisposable
{
    private int next;

    public Cluster Cluster => cluster;

    /// <summary>Doors that are open, one replica after the other; waits while there are none.</summary>
    public async Task<Reachable> ReachAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(50));
        while (true)
        {
            var turn = Interlocked.Increment(ref next);
            if (Living(cluster.Ingests) is { Count: > 0 } ingests && Living(cluster.Results) is { Count: > 0 } results)
            {
                var ingest = ingests[turn % ingests.Count];
                return new Reachable(ingest.HttpUrl, ingest.DimsePort, results[turn % results.Count].HttpUrl);
            }

            await timer.WaitForNextTickAsync(cancellationToken);
        }
    }

    /// <summary>kill -9 of one replica; another is started in its place.</summary>
    public async Task KillOneAsync(string service)
    {
        var (processes, start) = Of(service);
        await Remove(processes, Living(processes)[0]).KillAsync();
        await start();
    }

    /// <summary>One process after the other: its successor is ready before it is asked to end, and it ends with 0.</summary>
    public async Task ReplaceAllAsync()
    {
        foreach (var service in new[] { "Ingest", "InferenceWorker", "Results" })
        {
            var (processes, start) = Of(service);
            foreach (var old in Living(processes))
            {
                await start();
                Assert.Equal(0, await Remove(processes, old).StopAsync());
            }
        }
    }

    /// <summary>Until it is disposed of, a worker that ends is started again; disposing throws if one could not be.</summary>
    public IAsyncDisposable RestartWorkersThatEnd() => new Supervision(this);

    public ValueTask DisposeAsync() => cluster.DisposeAsync();

    private static List<ProductProcess> Living(List<ProductProcess> processes)
    {
        lock (processes)
            return processes.FindAll(process => process is { IsReady: true, HasExited: false });
    }

    private static ProductProcess Remove(List<ProductProcess> processes, ProductProcess process)
    {
        lock (processes)
            processes.Remove(process);
        return process;
    }

    private (List<ProductProcess> Processes, Func<Task> Start) Of(string service) => service switch
    {
        "Ingest" => (cluster.Ingests, cluster.StartIngestAsync),
        "InferenceWorker" => (cluster.Workers, () => cluster.StartWorkerAsync()),
        _ => (cluster.Results, cluster.StartResultsAsync),
    };

    private async Task RestartWorkersThatEndAsync(CancellationToken cancellationToken)
    {
        using var timer = new PeriodicTimer(TimeSpan.FromMilliseconds(100));
        while (!cancellationToken.IsCancellationRequested)
        {
            foreach (var ended in cluster.Workers.Where(worker => worker.HasExited).ToArray())
            {
                await Remove(cluster.Workers, ended).DisposeAsync();
                await cluster.StartWorkerAsync();
            }

            await timer.WaitForNextTickAsync(CancellationToken.None);
        }
    }

    private sealed class Supervision : IAsyncDisposable
    {
        private readonly CancellationTokenSource stopping = new();
        private readonly Task running;

        public Supervision(FaultCluster cluster) => running = Task.Run(() => cluster.RestartWorkersThatEndAsync(stopping.Token));

        public async ValueTask DisposeAsync()
        {
            await stopping.CancelAsync();
            await running;
            stopping.Dispose();
        }
    }
}
