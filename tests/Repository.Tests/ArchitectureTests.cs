using System.Reflection;
using System.Text.RegularExpressions;
using System.Xml.Linq;
using MedCloud.Tests;

namespace MedCloud.Repository.Tests;

public sealed partial class ArchitectureTests
{
    /// <summary>Which product project may reference which: dependencies point one way, and services never reference each other.</summary>
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["Dicom.Codecs"] = [],
        ["Dicom"] = ["Dicom.Codecs"],
        ["Dicom.Network"] = ["Dicom"],
        ["Dicom.Web"] = ["Dicom"],
        ["Storage"] = ["Dicom"],
        ["Contracts"] = [],
        ["ModelCatalogue"] = ["Dicom"],
        ["Inference"] = ["Dicom", "ModelCatalogue"],
        ["Hosting"] = ["Contracts"],
        ["Ingest"] = ["Dicom", "Dicom.Network", "Dicom.Web", "Storage", "Contracts", "ModelCatalogue", "Hosting"],
        ["InferenceWorker"] = ["Dicom", "Storage", "Contracts", "ModelCatalogue", "Inference", "Hosting"],
        ["Results"] = ["Dicom", "Storage", "Contracts", "ModelCatalogue", "Hosting"],
        ["Portal"] = ["Hosting"],
        ["AllInOne"] = ["Dicom", "Dicom.Network", "Contracts", "ModelCatalogue", "Hosting", "Ingest", "InferenceWorker", "Results"],
        ["Medctl"] = ["Dicom", "Contracts", "ModelCatalogue"],
    };

    private static IEnumerable<string> Projects => Checkout.Files.Where(file => file.StartsWith("services/", StringComparison.Ordinal) && file.EndsWith(".csproj", StringComparison.Ordinal));

    private static IEnumerable<Assembly> Assemblies => Allowed.Keys.Select(name => Assembly.Load(name == "Medctl" ? "medctl" : $"MedCloud.{name}"));

    [Fact]
    public void EveryProjectReferencesOnlyWhatStandsBelowIt()
    {
        var wrong = from project in Projects
                    let name = Path.GetFileNameWithoutExtension(project)
                    from reference in XDocument.Parse(Checkout.Read(project)).Descendants("ProjectReference")
                    let target = Path.GetFileNameWithoutExtension(reference.Attribute("Include")!.Value)
                    where !Allowed.TryGetValue(name, out var allowed) || !allowed.Contains(target)
                    select $"{name} -> {target}";
        Assert.Empty(wrong);
        Assert.Equal(Allowed.Keys.Order(), Projects.Select(project => Path.GetFileNameWithoutExtension(project)).Order());
    }

    [Fact]
    public void AnInterfaceHasTwoImplementations()
    {
        var types = Assemblies.SelectMany(assembly => assembly.GetTypes()).ToArray();
        var lonely = from contract in types
                     where contract.IsInterface && contract.Namespace?.StartsWith("MedCloud", StringComparison.Ordinal) == true
                     where types.Count(type => type is { IsClass: true, IsAbstract: false } && contract.IsAssignableFrom(type)) < 2
                     select contract.FullName;
        Assert.Empty(lonely);
    }

    [Fact]
    public void NoFolderIsAGrabBag()
    {
        string[] grabBags = ["Common", "Shared", "Utils", "Utilities", "Helpers", "Extensions", "Misc"];
        Assert.DoesNotContain(Checkout.Files, file => file.Split('/').Any(part => grabBags.Contains(Path.GetFileNameWithoutExtension(part), StringComparer.OrdinalIgnoreCase)));
    }

    [Fact]
    public void NoSourceIsLongerThan500Lines()
    {
        Assert.DoesNotContain(Checkout.ProductSources.Concat(Checkout.TestSources), file => Checkout.Read(file).Count(character => character == '\n') > 500);
    }

    [Fact]
    public void AProgramIsAtMost30Lines()
    {
        var programs = Checkout.ProductSources.Where(file => Path.GetFileName(file) == "Program.cs").ToArray();
        Assert.NotEmpty(programs);
        Assert.DoesNotContain(programs, file => Checkout.Read(file).Count(character => character == '\n') > 30);
    }

    [Fact]
    public void NothingIsLeftForLaterWithoutAnIssue()
    {
        Assert.Empty(Matches(Checkout.ProductSources.Concat(Checkout.TestSources), Leftovers()));
    }

    [Fact]
    public void NoTestSleepsRetriesOrIsSwitchedOff()
    {
        Assert.Empty(Matches(Checkout.TestSources, Evasions()));
    }

    /// <summary>Task.Result is a banned symbol of the build.</summary>
    [Fact]
    public void NoCodeBlocksOnAnAsynchronousCall()
    {
        Assert.Empty(Matches(Checkout.ProductSources, Blocking()));
    }

    [Fact]
    public void EveryOptionIsReadSomewhere()
    {
        var sources = string.Join('\n', Checkout.ProductSources.Where(file => !file.EndsWith("Options.cs", StringComparison.Ordinal)).Select(Checkout.Read));
        var unread = from type in Assemblies.SelectMany(assembly => assembly.GetTypes())
                     where type.Name.EndsWith("Options", StringComparison.Ordinal) && type.Namespace?.StartsWith("MedCloud", StringComparison.Ordinal) == true && !type.IsNested
                     from property in type.GetProperties(BindingFlags.Instance | BindingFlags.Public | BindingFlags.DeclaredOnly)
                     where property.Name != "EqualityContract" && !Regex.IsMatch(sources, $@"\.{property.Name}\b")
                     select $"{type.Name}.{property.Name}";
        Assert.Empty(unread);
    }

    private static IEnumerable<string> Matches(IEnumerable<string> files, Regex pattern) =>
        from file in files
        from line in Checkout.Read(file).Split('\n').Index()
        where pattern.IsMatch(line.Item)
        select $"{file}:{line.Index + 1} {line.Item.Trim()}";

    [GeneratedRegex(@"\bTODO\b(?! #\d)|FIXME|\bHACK\b|NotImplementedException|for demonstration|In a real", RegexOptions.None)]
    private static partial Regex Leftovers();

    [GeneratedRegex(@"\bSkip\s*=|Thread\.Sleep|Task\.Delay\(|\[Retry")]
    private static partial Regex Evasions();

    [GeneratedRegex(@"\.Wait\(\)|GetAwaiter\(\)\.GetResult\(\)|async void")]
    private static partial Regex Blocking();
}
