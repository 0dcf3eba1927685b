using MedCloud.Tests;

namespace MedCloud.Services.Tests.Security;

/// <summary>Services as processes of their own that listen beyond loopback and have no other setting.</summary>
public sealed class MissingSettingTests
{
    [Theory]
    [InlineData("MedCloud.Ingest", "MedCloud__Dimse__CallingAeTitles", "MedCloud__Dimse__CallingAddresses", "MedCloud:RabbitMq:Host", "MedCloud:Ingest:ConnectionString", "MedCloud:Storage:ConnectionString")]
    [InlineData("MedCloud.Results", "MedCloud:RabbitMq:Host", "MedCloud:Results:ConnectionString", "MedCloud:Storage:ConnectionString")]
    [InlineData("MedCloud.Portal", "MedCloud:Portal:IngestUrl", "MedCloud:Portal:ResultsUrl")]
    public async Task EverySettingThatIsMissingIsNamedAndTheCodeIs2(string program, params string[] missing)
    {
        await using var process = new ProductProcess(program, new Dictionary<string, string> { ["MedCloud__Doors__Bind"] = "0.0.0.0", ["MedCloud__Dimse__Bind"] = "0.0.0.0" });

        Assert.Equal(2, await process.ExitAsync());
        Assert.All(["MedCloud__Security__Authority is missing", "MedCloud__Security__Audience is missing", .. missing], setting => Assert.Contains(process.Log, line => line.Contains(setting, StringComparison.Ordinal)));
        Assert.Empty(process.Output);
    }
}
