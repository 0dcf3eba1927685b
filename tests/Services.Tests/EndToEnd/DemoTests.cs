using MedCloud.Tests;

namespace MedCloud.Services.Tests.EndToEnd;

public sealed class DemoTests
{
    [Fact]
    public async Task TheDemoPrintsForEverySampleWhatEachModelFoundAndWhereToLook()
    {
        using var folder = new TemporaryFolder();
        await using var process = await AllInOneProcess.StartAsync(folder.Path, null, "--demo");
        var samples = Directory.GetFiles(Path.Combine(AppContext.BaseDirectory, "samples"), "*.dcm");

        await process.OutputAsync(lines => lines.Any(line => line.StartsWith("For research use only", StringComparison.Ordinal)));

        Assert.True(samples.Length >= 4);
        foreach (var sample in samples)
            Assert.Contains(process.Output, line => line.StartsWith(Path.GetFileNameWithoutExtension(sample), StringComparison.Ordinal) && line.Contains($"{process.HttpUrl}/v1/studies/", StringComparison.Ordinal));
        Assert.Equal(samples.Length, process.Output.Count(line => line.Contains("cxr-pneumonia 1.1.0: Pneumonia ", StringComparison.Ordinal)));
        Assert.Equal(samples.Length, process.Output.Count(line => line.Contains("Right lung ", StringComparison.Ordinal) && line.Contains("Left lung ", StringComparison.Ordinal)));

        using var client = new ProductClient(process.HttpUrl);
        var address = process.Output.First(line => line.EndsWith("rendered.png", StringComparison.Ordinal)).Trim();
        using var picture = await client.GetAsync(address, TestContext.Current.CancellationToken);
        Assert.Equal("image/png", picture.Content.Headers.ContentType?.MediaType);
        Assert.Equal(0, await process.StopAsync());
    }

    [Fact]
    public async Task AnotherAeTitleIsTheOneThatIsReadyAndThatTheDemoCalls()
    {
        using var folder = new TemporaryFolder();
        var settings = new Dictionary<string, string> { ["MedCloud__Dimse__AeTitle"] = "ARCHIVE" };
        await using var process = AllInOneProcess.Run(folder.Path, settings, "--http", "0", "--grpc", "0", "--dimse", "0", "--data", folder.Path, "--demo");

        await process.OutputAsync(lines => lines.Any(line => line.StartsWith("For research use only", StringComparison.Ordinal)));

        Assert.Contains(" dimse=ARCHIVE@127.0.0.1:", process.Output.First());
        Assert.Equal(0, await process.StopAsync());
    }
}
