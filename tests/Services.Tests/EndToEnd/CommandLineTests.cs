using System.Net;
using System.Net.Sockets;
using MedCloud.Tests;

namespace MedCloud.Services.Tests.EndToEnd;

public sealed class CommandLineTests : IDisposable
{
    private readonly TemporaryFolder folder = new();

    [Fact]
    public async Task EveryWrongOptionIsNamedAndTheCodeIs2()
    {
        await using var process = AllInOneProcess.Run(folder.Path, null, "--http", "99999", "--bind", "nowhere", "--colour", "red");

        Assert.Equal(2, await process.ExitAsync());
        var log = string.Join('\n', process.Log);
        Assert.Contains("--http: '99999'", log);
        Assert.Contains("--bind: 'nowhere'", log);
        Assert.Contains("--colour", log);
        Assert.Empty(process.Output);
    }

    [Fact]
    public async Task EveryWrongSettingIsNamedAndTheCodeIs2()
    {
        var settings = new Dictionary<string, string> { ["MedCloud__Studies__IdleSeconds"] = "-1", ["MedCloud__Ledger__MaxInFlight"] = "-5", ["OTEL_EXPORTER_OTLP_ENDPOINT"] = "collector:4317" };
        await using var process = AllInOneProcess.Run(folder.Path, settings, "--http", "0", "--grpc", "0", "--dimse", "0", "--data", folder.Path);

        Assert.Equal(2, await process.ExitAsync());
        var log = string.Join('\n', process.Log);
        Assert.Contains("MedCloud:Studies:IdleSeconds", log);
        Assert.Contains("MedCloud:Ledger:MaxInFlight", log);
        Assert.Contains("OTEL_EXPORTER_OTLP_ENDPOINT must be the http or https address", log);
    }

    [Fact]
    public async Task ADoorBeyondLoopbackIsRefusedWithCode2()
    {
        await using var process = AllInOneProcess.Run(folder.Path, null, "--bind", "0.0.0.0", "--data", folder.Path);

        Assert.Equal(2, await process.ExitAsync());
        var log = string.Join('\n', process.Log);
        Assert.All(
            ["MedCloud__Security__Authority", "MedCloud__Security__Audience", "MedCloud__Dimse__CallingAeTitles", "MedCloud__Dimse__CallingAddresses"],
            setting => Assert.Contains($"{setting} is missing", log, StringComparison.Ordinal));
    }

    [Fact]
    public async Task AChangedByteInAModelStopsTheStartAndIsNamed()
    {
        var models = Path.Combine(folder.Path, "models");
        BundledModels.CopyTo(models);
        var model = Path.Combine(models, "cxr-lungs", "1.1.0", "model.onnx");
        var bytes = await File.ReadAllBytesAsync(model, TestContext.Current.CancellationToken);
        bytes[bytes.Length / 2] ^= 1;
        await File.WriteAllBytesAsync(model, bytes, TestContext.Current.CancellationToken);
        await using var process = AllInOneProcess.Run(folder.Path, null, "--models", models, "--data", Path.Combine(folder.Path, "data"));

        Assert.Equal(2, await process.ExitAsync());
        var log = string.Join('\n', process.Log);
        Assert.Contains("cxr-lungs", log);
        Assert.Contains("sha256", log);
    }

    [Fact]
    public async Task AnIncompleteCardStopsTheStartAndIsNamed()
    {
        var models = Path.Combine(folder.Path, "models");
        BundledModels.CopyTo(models);
        var card = Path.Combine(models, "blood-cells", "1.0.0", "card.md");
        var text = await File.ReadAllTextAsync(card, TestContext.Current.CancellationToken);
        await File.WriteAllTextAsync(card, text.Replace("## Warnings\n", "## Words\n", StringComparison.Ordinal), TestContext.Current.CancellationToken);
        await using var process = AllInOneProcess.Run(folder.Path, null, "--models", models, "--data", Path.Combine(folder.Path, "data"));

        Assert.Equal(2, await process.ExitAsync());
        Assert.Contains(process.Log, line => line.Contains("blood-cells/1.0.0/card.md: \"## Warnings\" is missing", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("--http")]
    [InlineData("--dimse")]
    public async Task APortInUseIsNamedAndTheCodeIs3(string option)
    {
        using var occupied = new TcpListener(IPAddress.Loopback, 0);
        occupied.Start();
        var port = ((IPEndPoint)occupied.LocalEndpoint).Port;
        string[] ports = ["--http", "--grpc", "--dimse"];
        await using var process = AllInOneProcess.Run(folder.Path, null, [.. ports.SelectMany(name => new[] { name, name == option ? $"{port}" : "0" }), "--data", folder.Path]);

        Assert.Equal(3, await process.ExitAsync());
        Assert.Contains($"{port}", string.Join('\n', process.Log));
    }

    [Fact]
    public async Task ADataFolderInUseIsNamedAndTheCodeIs3AndTheFirstProcessStopsWith0()
    {
        await using var first = await AllInOneProcess.StartAsync(folder.Path);
        await using var second = AllInOneProcess.Run(folder.Path, null, "--http", "0", "--grpc", "0", "--dimse", "0", "--data", folder.Path);

        Assert.Equal(3, await second.ExitAsync());
        Assert.Contains(folder.Path, string.Join('\n', second.Log));
        Assert.Equal(0, await first.StopAsync());
    }

    public void Dispose() => folder.Dispose();
}
