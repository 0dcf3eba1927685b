using System.Text.RegularExpressions;

namespace MedCloud.Repository.Tests;

/// <summary>What the deployments set must be a property of an options record: a process takes no notice of any other.</summary>
public sealed partial class SettingTests
{
    /// <summary>The environment variables that the code reads; a list's end with __, for the number that follows.</summary>
    private static readonly HashSet<string> Known = [.. Settings()];

    public static TheoryData<string> Files => new(["docker-compose.yml", .. Checkout.Files.Where(file => file.StartsWith("deploy/docker/", StringComparison.Ordinal) && file.EndsWith("Dockerfile", StringComparison.Ordinal))]);

    [Fact]
    public void TheRecordsAreFound()
    {
        Assert.Superset(new HashSet<string> { "MedCloud__Doors__TrustedProxies__", "MedCloud__Ingest__ConnectionString", "MedCloud__Models__Folder", "MedCloud__Portal__IngestUrl", "MedCloud__Security__Audience" }, Known);
    }

    [Theory]
    [MemberData(nameof(ChartTests.Values), MemberType = typeof(ChartTests))]
    public void TheChartSetsWhatTheCodeReads(string values)
    {
        var rendered = ChartTests.Render(values);
        Assert.Contains("MedCloud__Storage__Container", rendered, StringComparison.Ordinal);
        Assert.Empty(Unknown(rendered));
    }

    [Theory]
    [MemberData(nameof(Files))]
    public void TheContainersSetWhatTheCodeReads(string file)
    {
        Assert.Contains("MedCloud__", Checkout.Read(file), StringComparison.Ordinal);
        Assert.Empty(Unknown(Checkout.Read(file)));
    }

    [Theory]
    [InlineData("MedCloud__RabbitMq__Host", "MedCloud__RabbitMq__Hots")]
    [InlineData("MedCloud__RabbitMq__Host", "MedCloud__RabbitMQ__Host")]
    [InlineData("MedCloud__RabbitMq__Host", "MedClud__RabbitMq__Host")]
    [InlineData("MedCloud__RabbitMq__Host", "MedCloud__RabbitMq__Host__0")]
    [InlineData("MedCloud__Portal__IngestUrl", "MedCloud__Portals__IngestUrl")]
    [InlineData("OTEL_EXPORTER_OTLP_ENDPOINT", "OTEL_EXPORTER_OLTP_ENDPOINT")]
    [InlineData("MedCloud__Dimse__CallingAeTitles__0", "MedCloud__Dimse__CallingAeTitles")]
    public void AMisspeltSettingIsFound(string right, string wrong)
    {
        Assert.Equal([wrong], Unknown(Checkout.Read("docker-compose.yml").Replace(right + ":", wrong + ":", StringComparison.Ordinal)));
    }

    private static IEnumerable<string> Unknown(string text) =>
        Variable().Matches(text).Select(match => match.Value).Distinct().Where(name => !Known.Contains(name.TrimEnd("0123456789").ToString()));

    private static IEnumerable<string> Settings()
    {
        var source = string.Join('\n', Checkout.ProductSources.Select(Checkout.Read));
        foreach (Match name in OpenTelemetrySetting().Matches(source))
            yield return name.Groups["name"].Value;
        var records = Record().Matches(source).ToDictionary(match => match.Groups["name"].Value, match => match.Groups["body"].Value);
        foreach (Match binding in Binding().Matches(source))
        {
            if (!records.TryGetValue(binding.Groups["record"].Value, out var body))
                continue;
            var section = binding.Groups["section"] is { Success: true } literal ? literal.Value : SectionConstant().Match(body).Groups["section"].Value;
            foreach (Match property in Property().Matches(body))
                yield return $"{section.Replace(":", "__", StringComparison.Ordinal)}__{property.Groups["name"].Value}{(property.Groups["list"].Success ? "__" : "")}";
        }
    }

    // A word with __ is taken for a setting whatever it begins with, so that a misspelt MedCloud is found too.
    [GeneratedRegex("[A-Za-z]+__[A-Za-z0-9_]+|OTEL_[A-Z_]+")]
    private static partial Regex Variable();

    [GeneratedRegex("\"(?<name>OTEL_[A-Z_]+)\"")]
    private static partial Regex OpenTelemetrySetting();

    [GeneratedRegex(@"record (?<name>\w+Options)\b[^{]*\{(?<body>.*?)\n\}", RegexOptions.Singleline)]
    private static partial Regex Record();

    [GeneratedRegex(@"AddOptions<(?<record>\w+)>\(\)\.BindConfiguration\((?:""(?<section>[\w:]+)""|\w+\.Section)\)|GetSection\((?:""(?<section>[\w:]+)""|\w+\.Section)\)\.Get<(?<record>\w+)>")]
    private static partial Regex Binding();

    [GeneratedRegex(@"const string Section = ""(?<section>[\w:]+)""")]
    private static partial Regex SectionConstant();

    [GeneratedRegex(@"public (?:required )?(?<list>IReadOnlyList<)?[\w<>?]+ (?<name>\w+) \{ get; init; \}")]
    private static partial Regex Property();
}
