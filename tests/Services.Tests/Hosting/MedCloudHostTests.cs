using MedCloud.Hosting;
using MedCloud.Tests;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;

namespace MedCloud.Services.Tests.Hosting;

/// <summary>How a process ends.</summary>
public sealed class MedCloudHostTests
{
    [Theory]
    [InlineData(typeof(Failing), ProcessEnd.Failed)]
    [InlineData(typeof(TimingOut), ProcessEnd.Failed)]
    [InlineData(typeof(Working), ProcessEnd.Ok)]
    public async Task APartThatFailsEndsTheProcessWith1_AndOneThatIsToldToStopWith0(Type part, int expected)
    {
        var host = new MedCloudHost("test", HttpDoors.Http);
        host.Builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?> { ["MedCloud:Doors:Http"] = "0" });
        var gate = new Gate();
        host.Builder.Services.AddSingleton(gate);
        host.Builder.Services.AddSingleton(typeof(IHostedService), part);
        await using var app = await host.StartAsync(_ => { }, null, TestContext.Current.CancellationToken);

        var ending = MedCloudHost.EndAsync(app, TestContext.Current.CancellationToken);
        gate.Opened.SetResult();
        if (expected == ProcessEnd.Ok)
            app.Lifetime.StopApplication();

        Assert.Equal(expected, await ending.WaitAsync(Patience.Limit, TestContext.Current.CancellationToken));
    }

    private sealed class Gate
    {
        public TaskCompletionSource Opened { get; } = new();
    }

    private sealed class Failing(Gate gate) : BackgroundService
    {
        protected override async Task ExecuteAsync(CancellationToken stoppingToken)
        {
            await gate.Opened.Task;
            throw new InvalidDataException("of a test");
        }
    }

    /// <summary>Fails as what waits for an answer does.</summary>
    private sealed class TimingOut(Gate gate) : BackgroundService
    {
        protected override async Task ExecuteAsync(CancellationToken stoppingToken)
        {
            await gate.Opened.Task;
            throw new TaskCanceledException("of a test");
        }
    }

    /// <summary>Does not care for how it ends.</summary>
    private sealed class Working : BackgroundService
    {
        protected override Task ExecuteAsync(CancellationToken stoppingToken) => new TaskCompletionSource().Task.WaitAsync(stoppingToken);
    }
}
