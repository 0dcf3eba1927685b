using System.Text.Json.Nodes;
using MedCloud.ModelCatalogue;

namespace MedCloud.Inference.Tests.ModelCatalogue;

public sealed class CatalogueTests : IDisposable
{
    private readonly ModelFolder folder = new();

    public void Dispose() => folder.Dispose();

    [Fact]
    public void Load_WholeModel_IsReadAsWritten()
    {
        folder.Add();

        var load = Catalogue.Load(folder.Path);

        Assert.Empty(load.Faults);
        var model = Assert.Single(load.Catalogue.Models);
        Assert.Equal(folder.File("cxr-test/1.0.0/model.onnx"), model.ModelPath);
        Assert.Equal("sha256:" + model.Manifest.Sha256, model.Digest);
        Assert.StartsWith("# cxr-test 1.0.0", model.Card, StringComparison.Ordinal);
        Assert.Equal(ModelTask.Classification, model.Manifest.Task);
        Assert.Equal((1, 128, 128), (model.Manifest.Input.Channels, model.Manifest.Input.Height, model.Manifest.Input.Width));
        var heads = model.Manifest.Classification!.Heads;
        Assert.Equal((Activation.Sigmoid, 1.5, -0.5, null), (heads[0].Activation, heads[0].Scale, heads[0].Bias[0], heads[0].Given));
        Assert.Equal((Activation.Softmax, "233604007", 0.5), (heads[1].Activation, heads[1].Given, heads[1].Labels[0].Threshold));
        Assert.Equal(["CR", "DX"], model.Manifest.Scope.Modality!.Allowed);
        Assert.True(model.Manifest.Scope.Modality.Required);
        Assert.Equal((64, 4096, false), (model.Manifest.Scope.Rows!.Min, model.Manifest.Scope.Rows.Max, model.Manifest.Scope.Rows.Required));
        Assert.Null(model.Manifest.Scope.AgeYears);
        Assert.Equal(("score", 0.25, "It looks like none."), (model.Manifest.ImageGate!.Output, model.Manifest.ImageGate.Threshold, model.Manifest.ImageGate.Sentence));
    }

    [Fact]
    public void Load_ModelWithoutImageGate_IsWhole()
    {
        folder.Add(manifest: json => json.Remove("imageGate"));

        Assert.Null(Assert.Single(Catalogue.Load(folder.Path).Catalogue.Models).ReadGate());
    }

    [Fact]
    public void Active_IsTheHighestVersionByNumberNotByText()
    {
        folder.Add("b", "1.9.0").Add("b", "1.10.0").Add("b", "1.2.3").Add("a", "0.1.0");

        var catalogue = Catalogue.Load(folder.Path).Catalogue;

        Assert.Equal(["a 0.1.0", "b 1.2.3", "b 1.9.0", "b 1.10.0"], catalogue.Models.Select(Title));
        Assert.Equal(["a 0.1.0", "b 1.10.0"], catalogue.Active.Select(Title));
        Assert.Equal("b 1.9.0", Title(catalogue.Find("b", "1.9.0")!));
        Assert.Null(catalogue.Find("b", "2.0.0"));
    }

    [Fact]
    public void Load_FaultsOfSeveralModels_AreAllToldAndTheOthersAreLoaded()
    {
        folder.Add("good")
            .Add("bad-one", manifest: json => { json["colour"] = 1; json.Remove("version"); json["task"] = "guess"; })
            .Add("bad-two", manifest: json => json["classification"]!["heads"]![0]!["labels"]![0]!["threshold"] = 1.5, card: text => text.Replace("## Limits\n\nText with every code: 233604007, 53084003, 3341006.", "## Limits\n"));

        var load = Catalogue.Load(folder.Path);

        Assert.Equal(["good 1.0.0"], load.Catalogue.Models.Select(Title));
        Assert.Equal(
            [
                ("bad-one/1.0.0/manifest.json", "task", "is not \"classification\" or \"detection\""),
                ("bad-one/1.0.0/manifest.json", "colour", "is not known"),
                ("bad-one/1.0.0/manifest.json", "version", "is missing"),
                ("bad-two/1.0.0/manifest.json", "classification.heads[0].labels[0].threshold", "is not between 0 and 1"),
                ("bad-two/1.0.0/card.md", "\"## Limits\"", "has no text"),
            ],
            load.Faults.Select(fault => (fault.File, fault.Member, fault.Problem)));
        Assert.All(load.Faults, fault => Assert.NotEmpty(fault.Remedy));
    }

    [Theory]
    [InlineData("model.onnx", "sha256")]
    [InlineData("gate.onnx", "imageGate.sha256")]
    public void Load_ChangedFile_NamesBothHashes(string file, string member)
    {
        folder.Add();
        File.AppendAllText(folder.File($"cxr-test/1.0.0/{file}"), "!");

        var load = Catalogue.Load(folder.Path);

        Assert.Empty(load.Catalogue.Models);
        var fault = Assert.Single(load.Faults);
        Assert.Equal(member, fault.Member);
        Assert.Matches($"^is ([0-9a-f]{{64}}), but {file} is (?!\\1)[0-9a-f]{{64}}$", fault.Problem);
    }

    [Theory]
    [InlineData("model.onnx")]
    [InlineData("gate.onnx")]
    [InlineData("card.md")]
    [InlineData("manifest.json")]
    public void Load_MissingFile_IsNamed(string file)
    {
        folder.Add();
        File.Delete(folder.File($"cxr-test/1.0.0/{file}"));

        var load = Catalogue.Load(folder.Path);

        Assert.Empty(load.Catalogue.Models);
        var fault = Assert.Single(load.Faults);
        Assert.Equal(($"cxr-test/1.0.0/{file}", "is missing"), (fault.File, fault.Problem));
    }

    public static TheoryData<string, string?, string> Spoilt => new()
    {
        { "name", "\"CXR test\"", "name" },
        { "name", "\"other\"", "name" },
        { "name", "7", "name" },
        { "version", "\"1.0\"", "version" },
        { "version", "\"2.0.0\"", "version" },
        { "file", "\"../model.onnx\"", "file" },
        { "sha256", "\"abc\"", "sha256" },
        { "input", "[]", "input" },
        { "input.name", "\" \"", "input.name" },
        { "input.channels", "2", "input.channels" },
        { "input.height", "0", "input.height" },
        { "input.width", "1.5", "input.width" },
        { "input.resize", "\"nearest\"", "input.resize" },
        { "input.resize", "0", "input.resize" },
        { "input.normalise", null, "input.normalise" },
        { "classification", null, "classification" },
        { "task", "\"detection\"", "classification" },
        { "classification.heads", "[]", "classification.heads" },
        { "classification.heads", "{}", "classification.heads" },
        { "classification.heads.0", "null", "classification.heads[0]" },
        { "classification.heads.0.logits", "[]", "classification.heads[0].logits" },
        { "classification.heads.0.logits", "[0, -1]", "classification.heads[0].logits" },
        { "classification.heads.1.logits", "[1, 2, 2]", "classification.heads[1].logits" },
        { "classification.heads.0.scale", "0", "classification.heads[0].scale" },
        { "classification.heads.1.bias", "[0]", "classification.heads[1].bias" },
        { "classification.heads.1.given", "\"53084003\"", "classification.heads[1].given" },
        { "classification.heads.1.labels", "[]", "classification.heads[1].labels" },
        { "classification.heads.1.labels.0.logit", "0", "classification.heads[1].labels[0].logit" },
        { "classification.heads.1.labels.0.code", "\"233604007\"", "classification.heads" },
        { "classification.heads.1.labels.0.display", "\"\"", "classification.heads[1].labels[0].display" },
        { "classification.heads.1.labels.0.threshold", "-0.1", "classification.heads[1].labels[0].threshold" },
        { "detection.scoreThreshold", "2", "detection.scoreThreshold" },
        { "detection.nmsIou", "-1", "detection.nmsIou" },
        { "detection.maxDetections", "0", "detection.maxDetections" },
        { "detection.labels", "[]", "detection.labels" },
        { "detection.labels.0.code", "\"\"", "detection.labels[0].code" },
        { "explanation", """{"method":"guess"}""", "explanation.method" },
        { "explanation", """{"method":"classActivation"}""", "explanation.output" },
        { "explanation", """{"method":"occlusion","output":"evidence"}""", "explanation.output" },
        { "explanation", """{"method":"none","maps":[]}""", "explanation.maps" },
        { "explanation", """{"method":"classActivation","output":" ","maps":[]}""", "explanation.maps" },
        { "explanation", """{"method":"classActivation","output":" ","maps":[{"code":"233604007","channel":0}]}""", "explanation.output" },
        { "explanation", """{"method":"classActivation","output":"e","maps":[{"code":"1","channel":0}]}""", "explanation.maps[0].code" },
        { "explanation", """{"method":"classActivation","output":"e","maps":[{"code":"233604007","channel":-1}]}""", "explanation.maps[0].channel" },
        { "explanation", """{"method":"classActivation","output":"e","maps":[{"code":"233604007","channel":1,"against":1}]}""", "explanation.maps[0].against" },
        { "explanation", """{"method":"classActivation","output":"e","maps":[{"code":"233604007","channel":0},{"code":"233604007","channel":1}]}""", "explanation.maps" },
        { "imageGate.file", "\"../gate.onnx\"", "imageGate.file" },
        { "imageGate.sha256", "\"abc\"", "imageGate.sha256" },
        { "imageGate.output", "\"\"", "imageGate.output" },
        { "imageGate.threshold", "2", "imageGate.threshold" },
        { "imageGate.sentence", "\" \"", "imageGate.sentence" },
        { "scope", null, "scope" },
        { "scope.modality.allowed", "[]", "scope.modality.allowed" },
        { "scope.bodyPart", "{\"allowed\":[\" \"]}", "scope.bodyPart.allowed" },
        { "scope.rows.min", "5000", "scope.rows" },
        { "scope.modality.required", "\"yes\"", "scope.modality.required" },
        { "scope.weight", "{}", "scope.weight" },
    };

    [Theory]
    [MemberData(nameof(Spoilt))]
    public void Load_SpoiltMember_IsNamed(string path, string? value, string member)
    {
        folder.Add(manifest: json =>
        {
            if (path.StartsWith("detection", StringComparison.Ordinal))
            {
                json["task"] = "detection";
                json["detection"] = ModelFolder.Detection();
                json.Remove("classification");
            }

            Set(json, path.Split('.'), value);
        });

        var load = Catalogue.Load(folder.Path);

        Assert.Empty(load.Catalogue.Models);
        Assert.Contains(member, load.Faults.Select(fault => fault.Member));
    }

    [Fact]
    public void Load_Detector_NeedsNoMaxDetections()
    {
        folder.Add(manifest: json =>
        {
            json["task"] = "detection";
            json["detection"] = ModelFolder.Detection();
            json["detection"]!.AsObject().Remove("maxDetections");
            json.Remove("classification");
        });

        Assert.Equal(200, Assert.Single(Catalogue.Load(folder.Path).Catalogue.Models).Manifest.Detection!.MaxDetections);
    }

    [Fact]
    public void Load_ClassActivationOfADetector_IsAFault()
    {
        folder.Add(manifest: json =>
        {
            json["task"] = "detection";
            json["detection"] = ModelFolder.Detection();
            json.Remove("classification");
            json["explanation"] = JsonNode.Parse("""{"method":"classActivation","output":"e","maps":[{"code":"3341006","channel":0}]}""");
        });

        Assert.Equal("explanation.method", Assert.Single(Catalogue.Load(folder.Path).Faults).Member);
    }

    [Fact]
    public void Load_TextThatIsNoJson_SaysSo()
    {
        folder.Add();
        File.WriteAllText(folder.File("cxr-test/1.0.0/manifest.json"), "{ \"name\": \"cxr-test\", \"name\": \"again\" }");

        Assert.StartsWith("is not JSON", Assert.Single(Catalogue.Load(folder.Path).Faults).Problem, StringComparison.Ordinal);
    }

    [Fact]
    public void Load_FolderWithoutModels_IsAFault()
    {
        Assert.Equal("holds no model", Assert.Single(Catalogue.Load(folder.Path).Faults).Problem);
        Assert.Equal("holds no model", Assert.Single(Catalogue.Load(folder.File("absent")).Faults).Problem);
    }

    [Theory]
    [InlineData("# cxr-test 1.0.0", "# cxr-test 0.9.0", "")]
    [InlineData("Digest: sha256:", "Digest: sha256:0", "Digest")]
    [InlineData("## Warnings", "## Warning", "\"## Warnings\"")]
    public void Load_CardOfAnotherModel_IsAFault(string written, string spoilt, string member)
    {
        folder.Add(card: text => text.Replace(written, spoilt));

        Assert.Equal(member, Assert.Single(Catalogue.Load(folder.Path).Faults).Member);
    }

    public static TheoryData<string> Headings => [.. ModelCard.Headings];

    [Theory]
    [MemberData(nameof(Headings))]
    public void Load_CardWithoutAHeading_IsAFaultThatNamesIt(string heading)
    {
        folder.Add(card: text => text.Replace($"## {heading}\n", $"### {heading}\n"));

        var load = Catalogue.Load(folder.Path);

        Assert.Empty(load.Catalogue.Models);
        Assert.Equal(($"\"## {heading}\"", "is missing"), load.Faults.Select(fault => (fault.Member, fault.Problem)).Single());
    }

    [Fact]
    public void Load_CardThatLacksCodesOfTheManifest_NamesThem()
    {
        folder.Add(card: text => text.Replace("233604007, 53084003", "none"));

        Assert.Equal("does not name 233604007, 53084003", Assert.Single(Catalogue.Load(folder.Path).Faults).Problem);
    }

    [Fact]
    public void ReadModel_FileChangedAfterLoading_Throws()
    {
        folder.Add();
        var model = Catalogue.Load(folder.Path).Catalogue.Models[0];
        Assert.Equal("weights of cxr-test 1.0.0"u8.ToArray(), model.ReadModel());
        Assert.Equal("gate of cxr-test 1.0.0"u8.ToArray(), model.ReadGate());

        File.AppendAllText(model.ModelPath, "!");
        File.AppendAllText(model.GatePath!, "!");

        Assert.Throws<InvalidDataException>(model.ReadModel);
        Assert.Throws<InvalidDataException>(model.ReadGate);
    }

    private static string Title(ModelPackage model) => $"{model.Manifest.Name} {model.Manifest.Version}";

    private static void Set(JsonNode node, ReadOnlySpan<string> path, string? value)
    {
        for (; path.Length > 1; path = path[1..])
            node = (node is JsonArray array ? array[int.Parse(path[0], null)] : node[path[0]])!;
        var parsed = value is null ? null : JsonNode.Parse(value);
        if (node is JsonArray items)
            items[int.Parse(path[0], null)] = parsed;
        else if (value is null)
            node.AsObject().Remove(path[0]);
        else
            node[path[0]] = parsed;
    }
}
