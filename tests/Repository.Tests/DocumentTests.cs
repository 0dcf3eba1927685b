using System.Text.RegularExpressions;
using MedCloud.Results.V1;
using MedCloud.Tests;

namespace MedCloud.Repository.Tests;

public sealed partial class DocumentTests
{
    [Fact]
    public void EveryPathThatADocumentNamesExists()
    {
        var missing = from document in Checkout.Documents
                      from Match match in PathInCode().Matches(Checkout.Read(document))
                      let path = match.Groups["path"].Value.TrimEnd('/')
                      where !path.Contains('*') && !path.Contains('<') && !path.Contains('{')
                      where !Path.Exists(Path.Combine(SharedData.Repository, path))
                      select $"{document}: {path}";
        Assert.Empty(missing);
    }

    [Fact]
    public void TheConformanceStatementListsEveryReason()
    {
        var statement = Checkout.Read("docs/conformance.md");
        var names = ResultsReflection.Descriptor.EnumTypes.Single(type => type.ClrType == typeof(ReasonCode)).Values.Select(value => value.Name);
        Assert.DoesNotContain(names, name => name != "REASON_CODE_UNSPECIFIED" && !statement.Contains($"`{name}`", StringComparison.Ordinal));
    }

    /// <summary>By name and unit.</summary>
    [Fact]
    public void TheOperatorsTableListsEveryMetricAndNoOther()
    {
        var measured = Checkout.ProductSources.SelectMany(file => Metric().Matches(Checkout.Read(file))).Select(match => (match.Groups["name"].Value, Unit: match.Groups["unit"] is { Success: true } unit ? unit.Value : "s"));
        var listed = MetricRow().Matches(Checkout.Read("docs/operations.md")).Select(match => (match.Groups["name"].Value, Unit: match.Groups["unit"].Value));
        Assert.NotEmpty(measured);
        Assert.Equal(measured.Order(), listed.Order());
    }

    [Fact]
    public void EveryModelsCardNamesItsSpeedAndTheCommandThatPrintsIt()
    {
        var speeds = Checkout.Files.Where(file => file.StartsWith("deploy/models/", StringComparison.Ordinal) && file.EndsWith("/card.md", StringComparison.Ordinal))
            .Select(card => Checkout.Read(card).Split("\n## ").SingleOrDefault(section => section.StartsWith("Speed\n", StringComparison.Ordinal)) ?? card).ToList();
        Assert.NotEmpty(speeds);
        Assert.All(speeds, speed =>
        {
            Assert.Matches(@"\| this model \| \d+ images/s", speed);
            Assert.Matches(@"\| reading, decoding and resizing .+ ms an image \|", speed);
            Assert.Matches("`dotnet run .+ tests/Benchmarks -- .+ studies`", speed);
        });
    }

    [Fact]
    public void NoDocumentPraisesItself()
    {
        var praise = from document in Checkout.Documents
                     from Match match in Praise().Matches(Checkout.Read(document))
                     select $"{document}: {match.Value}";
        Assert.Empty(praise);
    }

    [Fact]
    public void TheReadmeSaysThatItIsNotAMedicalDevice()
    {
        Assert.Contains("not a medical device", Checkout.Read("README.md"), StringComparison.OrdinalIgnoreCase);
    }

    [GeneratedRegex(@"`(?<path>(?:services|deploy|protos|tests|docs)/[^`\s]*)`")]
    private static partial Regex PathInCode();

    [GeneratedRegex(@"\.Create(?:Seconds\(""(?<name>[^""]+)""|\w+<\w+>\(""(?<name>medcloud\.[^""]+)"", ""(?<unit>[^""]+)"")")]
    private static partial Regex Metric();

    [GeneratedRegex(@"^\| `(?<name>medcloud\.[^`]+)` \| `(?<unit>[^`]+)` \|", RegexOptions.Multiline)]
    private static partial Regex MetricRow();

    [GeneratedRegex(@"production-ready|enterprise-grade|seamless|blazing|cutting-edge|world-class|state-of-the-art", RegexOptions.IgnoreCase)]
    private static partial Regex Praise();
}
