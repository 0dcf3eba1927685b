using System.Text.RegularExpressions;

namespace MedCloud.ModelCatalogue;

/// <summary>What a manifest must fulfil beyond its shape.</summary>
internal static partial class ManifestRules
{
    /// <summary>Tensors larger than this on a side are taken for a mistake.</summary>
    private const int MaxSide = 4096;

    private const int MaxDetections = 10_000;

    /// <summary>Every fault of <paramref name="manifest"/>, which lies in <c>folderName/folderVersion</c>.</summary>
    public static IEnumerable<ModelFault> Check(ModelManifest manifest, string file, string folderName, string folderVersion)
    {
        var faults = new List<ModelFault>();
        var require = new Rule(file, faults);
        require.That(NamePattern().IsMatch(manifest.Name), "name", "is not made of lower-case words joined by hyphens", "write it as in \"cxr-pneumonia\"");
        require.That(manifest.Name == folderName, "name", $"is \"{manifest.Name}\", but the folder is \"{folderName}\"", "make them equal");
        require.That(VersionPattern().IsMatch(manifest.Version), "version", "is not a version of three numbers", "write it as in \"1.0.0\"");
        require.That(manifest.Version == folderVersion, "version", $"is \"{manifest.Version}\", but the folder is \"{folderVersion}\"", "make them equal");
        require.File(manifest.File, "file");
        require.Hash(manifest.Sha256, "sha256");
        require.Named(manifest.Input.Name, "input.name");
        require.That(manifest.Input.Channels is 1 or 3, "input.channels", "is not 1 or 3", "write 1 for a model of grey images, 3 for one of red, green and blue");
        require.That(manifest.Input.Height is > 0 and <= MaxSide, "input.height", $"is not between 1 and {MaxSide}", "correct it");
        require.That(manifest.Input.Width is > 0 and <= MaxSide, "input.width", $"is not between 1 and {MaxSide}", "correct it");

        require.That((manifest.Classification is not null) == (manifest.Task == ModelTask.Classification), "classification", "does not go with the task", "it is present exactly when task is \"classification\"");
        require.That((manifest.Detection is not null) == (manifest.Task == ModelTask.Detection), "detection", "does not go with the task", "it is present exactly when task is \"detection\"");
        if (manifest.Classification is { } classification)
            Check(classification, require);
        if (manifest.Detection is { } detection)
            Check(detection, require);
        if (manifest.Explanation is { } explanation)
            Check(explanation, manifest.Classification, require);
        Check(manifest.Scope, require);
        if (manifest.ImageGate is { } gate)
            Check(gate, require);
        return faults;
    }

    private static void Check(ClassificationOutput classification, Rule require)
    {
        require.Named(classification.Output, "classification.output");
        require.That(classification.Heads.Count > 0, "classification.heads", "is empty", "add a head");
        require.Unique(classification.Heads.SelectMany(head => head.Labels).Select(label => label.Code), "classification.heads", "codes");
        for (var i = 0; i < classification.Heads.Count; i++)
        {
            var head = classification.Heads[i];
            var member = $"classification.heads[{i}]";
            require.That(head.Logits.Count >= (head.Activation == Activation.Softmax ? 2 : 1), $"{member}.logits", "has too few positions", "name at least one, for softmax at least two");
            require.That(head.Logits.All(logit => logit >= 0), $"{member}.logits", "has a negative position", "count from 0");
            require.Unique(head.Logits, $"{member}.logits", "positions");
            require.That(double.IsFinite(head.Scale) && head.Scale > 0, $"{member}.scale", "is not positive", "write the fitted factor, 1 where there is none");
            require.That(head.Bias.Count == head.Logits.Count && head.Bias.All(double.IsFinite), $"{member}.bias", $"does not have one number for each of the {head.Logits.Count} logits", "write the fitted summands, 0 where there are none");
            require.That(head.Given is null || classification.Heads.Take(i).SelectMany(earlier => earlier.Labels).Any(label => label.Code == head.Given), $"{member}.given", "is not the code of a label of an earlier head", "correct it or remove it");
            require.That(head.Labels.Count > 0, $"{member}.labels", "is empty", "add a label");
            for (var j = 0; j < head.Labels.Count; j++)
            {
                var label = head.Labels[j];
                require.That(head.Logits.Contains(label.Logit), $"{member}.labels[{j}].logit", $"is {label.Logit}, which is not among the head's logits", "correct it");
                require.Named(label.Code, $"{member}.labels[{j}].code");
                require.Named(label.Display, $"{member}.labels[{j}].display");
                require.Fraction(label.Threshold, $"{member}.labels[{j}].threshold");
            }
        }
    }

    private static void Check(DetectionOutput detection, Rule require)
    {
        require.Named(detection.Boxes, "detection.boxes");
        require.Named(detection.Scores, "detection.scores");
        require.That(double.IsFinite(detection.Scale) && detection.Scale > 0, "detection.scale", "is not positive", "write the fitted factor, 1 where there is none");
        require.That(double.IsFinite(detection.Bias), "detection.bias", "is not a number", "write the fitted summand, 0 where there is none");
        require.Fraction(detection.ScoreThreshold, "detection.scoreThreshold");
        require.Fraction(detection.NmsIou, "detection.nmsIou");
        require.That(detection.MaxDetections is > 0 and <= MaxDetections, "detection.maxDetections", $"is not between 1 and {MaxDetections}", "write 200 unless images have more");
        require.That(detection.Labels.Count > 0, "detection.labels", "is empty", "add a label");
        require.Unique(detection.Labels.Select(label => label.Code), "detection.labels", "codes");
        for (var i = 0; i < detection.Labels.Count; i++)
        {
            require.Named(detection.Labels[i].Code, $"detection.labels[{i}].code");
            require.Named(detection.Labels[i].Display, $"detection.labels[{i}].display");
        }
    }

    private static void Check(ModelExplanation explanation, ClassificationOutput? classification, Rule require)
    {
        var byActivation = explanation.Method == MapMethod.ClassActivation;
        require.That(!byActivation || classification is not null, "explanation.method", "is \"classActivation\" for a detector", "write \"occlusion\" or \"none\"");
        require.That(byActivation == explanation.Output is not null, "explanation.output", "does not go with the method", "it is present exactly when method is \"classActivation\"");
        require.That(byActivation == explanation.Maps is not null, "explanation.maps", "does not go with the method", "it is present exactly when method is \"classActivation\"");
        if (explanation.Output is { } output)
            require.Named(output, "explanation.output");
        if (explanation.Maps is not { } maps)
            return;
        require.That(maps.Count is > 0 and <= ModelExplanation.MaxMaps, "explanation.maps", $"does not have 1 to {ModelExplanation.MaxMaps} entries", "name the labels that have a map, or write the method \"none\"");
        require.Unique(maps.Select(map => map.Code), "explanation.maps", "codes");
        for (var i = 0; i < maps.Count; i++)
        {
            var map = maps[i];
            require.That(classification?.Heads.Any(head => head.Labels.Any(label => label.Code == map.Code)) != false, $"explanation.maps[{i}].code", "is not the code of a label", "correct it or remove the map");
            require.That(map.Channel >= 0, $"explanation.maps[{i}].channel", "is negative", "count from 0");
            require.That(map.Against is not { } against || (against >= 0 && against != map.Channel), $"explanation.maps[{i}].against", "is negative or the map's own channel", "name the channel of the label that excludes this one, or remove it");
        }
    }

    private static void Check(ModelScope scope, Rule require)
    {
        (AllowedValues? Values, string Name)[] values =
            [(scope.Modality, "modality"), (scope.SopClass, "sopClass"), (scope.BodyPart, "bodyPart"), (scope.Photometric, "photometric")];
        foreach (var (rule, name) in values)
            require.That(rule is null || (rule.Allowed.Count > 0 && rule.Allowed.All(value => value.Trim().Length > 0)), $"scope.{name}.allowed", "has no value or an empty one", "name the values that pass, or remove the rule");
        (AllowedRange? Range, string Name)[] ranges = [(scope.Rows, "rows"), (scope.Columns, "columns"), (scope.AgeYears, "ageYears")];
        foreach (var (range, name) in ranges)
            require.That(range is null || range.Min <= range.Max, $"scope.{name}", "has a min above its max", "exchange them, or remove the rule");
    }

    private static void Check(ImageGate gate, Rule require)
    {
        require.File(gate.File, "imageGate.file");
        require.Hash(gate.Sha256, "imageGate.sha256");
        require.Named(gate.Output, "imageGate.output");
        require.Fraction(gate.Threshold, "imageGate.threshold");
        require.Named(gate.Sentence, "imageGate.sentence");
    }

    [GeneratedRegex("^[a-z0-9]+(-[a-z0-9]+)*\\z")]
    private static partial Regex NamePattern();

    [GeneratedRegex("^(0|[1-9][0-9]{0,8})(\\.(0|[1-9][0-9]{0,8})){2}\\z")]
    private static partial Regex VersionPattern();

    [GeneratedRegex("^[0-9a-f]{64}\\z")]
    private static partial Regex HashPattern();

    private readonly record struct Rule(string Manifest, List<ModelFault> Faults)
    {
        public void That(bool fulfilled, string member, string problem, string remedy)
        {
            if (!fulfilled)
                Faults.Add(new ModelFault(Manifest, member, problem, remedy));
        }

        public void File(string value, string member) =>
            That(value.Length > 0 && Path.GetFileName(value) == value && value is not ("." or ".."), member, "is not the name of a file in this folder", "write it without a path");

        public void Hash(string value, string member) => That(HashPattern().IsMatch(value), member, "is not a SHA-256", "write 64 lower-case hexadecimal digits");

        public void Named(string value, string member) => That(value.Trim().Length > 0, member, "is empty", "name it");

        public void Fraction(double value, string member) => That(value is >= 0 and <= 1, member, "is not between 0 and 1", "correct it");

        public void Unique<T>(IEnumerable<T> values, string member, string what) =>
            That(values.GroupBy(value => value).All(group => group.Count() == 1), member, $"repeats {what}", "let each stand once");
    }
}
