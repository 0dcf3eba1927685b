using MedCloud.Hosting;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace MedCloud.Results.Database;

/// <summary>Brings the schema up to date before anything else starts.</summary>
internal sealed class ResultsDatabase(IServiceScopeFactory scopes, ILogger<ResultsDatabase> logger) : IHostedLifecycleService
{
    public async Task StartingAsync(CancellationToken cancellationToken)
    {
        await using var scope = scopes.CreateAsyncScope();
        await SqliteDatabase.MigrateAsync(scope.ServiceProvider.GetRequiredService<ResultsDb>(), cancellationToken);
        Log.DatabaseReady(logger);
    }

    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StopAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;
}
