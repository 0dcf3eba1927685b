using MedCloud.Tests;

namespace MedCloud.Services.Tests.EndToEnd;

/// <summary>kill -9 of the one process at random moments.</summary>
public sealed class KillTests
{
    private static readonly string[] Models = ["cxr-lungs", "cxr-pneumonia"];

    private TaskCompletionSource<AllInOneProcess> running = new(TaskCreationOptions.RunContinuationsAsynchronously);

    [Fact]
    public async Task NothingAcknowledgedIsLostAndEveryInstanceHasOneResultPerModel()
    {
        var (instances, kills) = LongRun.Is ? (500, 10) : (60, 3);
        var random = new Random(20261123);
        using var folder = new TemporaryFolder();
        var cancellationToken = TestContext.Current.CancellationToken;
        using var load = new Load(instances, Models, async token =>
        {
            var reached = await running.Task.WaitAsync(token);
            return new Reachable(reached.HttpUrl, reached.DimsePort, reached.HttpUrl);
        });

        var process = await AllInOneProcess.StartAsync(folder.Path);
        running.SetResult(process);
        var sending = load.SendAsync(cancellationToken);

        // Two thirds of the kills fall while instances arrive, the others while the backlog is analysed.
        var whileSending = Enumerable.Range(0, kills * 2 / 3).Select(_ => random.Next(1, instances)).Order().ToArray();
        var acknowledged = 0;
        foreach (var moment in whileSending)
        {
            await load.AcknowledgedAsync(moment - acknowledged, cancellationToken);
            acknowledged = moment;
            process = await KillAndRestartAsync(process);
        }
        await sending;
        for (var kill = whileSending.Length; kill < kills; kill++)
        {
            await Outage.LastsAsync(TimeSpan.FromMilliseconds(random.Next(50, 1500)), cancellationToken);
            process = await KillAndRestartAsync(process);
        }

        await using var last = process;
        Assert.Equal(instances, load.Acknowledged);
        var (retrieved, results) = await load.CountAsync(cancellationToken);
        Assert.Equal(instances, retrieved);
        Assert.Equal(instances * Models.Length, results);
        await LongRun.ReportAsync($"kill -9 of the one process: {kills} kills, {instances} instances over 4 associations and 4 STOW connections, {load.Sent} sent, {load.Acknowledged} acknowledged, {retrieved} retrieved with the same bytes, {results} results of {instances * Models.Length}, none twice");
    }

    private async Task<AllInOneProcess> KillAndRestartAsync(AllInOneProcess process)
    {
        running = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await process.KillAsync();
        await process.DisposeAsync();
        var restarted = await AllInOneProcess.StartAsync(process.Data);
        running.SetResult(restarted);
        return restarted;
    }
}
