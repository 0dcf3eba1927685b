using MedCloud.ModelCatalogue;
using MedCloud.Results;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Options;

namespace MedCloud.Services.Tests.Results;

public sealed class ResultsOptionsTests
{
    [Fact]
    public async Task EveryFaultIsNamedAtTheStart()
    {
        var builder = Host.CreateEmptyApplicationBuilder(null);
        builder.Configuration.AddInMemoryCollection(new Dictionary<string, string?>
        {
            ["MedCloud:Studies:IdleSeconds"] = "-1",
            ["MedCloud:Storage:Folder"] = Path.GetTempPath(),
        });
        builder.Services.AddSingleton(new Catalogue([]));
        builder.AddResults();
        using var app = builder.Build();

        var error = await Assert.ThrowsAsync<AggregateException>(() => app.StartAsync(TestContext.Current.CancellationToken));

        var faults = error.InnerExceptions.OfType<OptionsValidationException>().SelectMany(each => each.Failures).ToList();
        Assert.Contains(faults, fault => fault.Contains("MedCloud:Results:Database and MedCloud:Results:ConnectionString are missing", StringComparison.Ordinal));
        Assert.Contains(faults, fault => fault.Contains("MedCloud:Studies:IdleSeconds must be 0 to 3600", StringComparison.Ordinal));
    }
}
