using MedCloud.ModelCatalogue;
using Microsoft.ML.OnnxRuntime;

namespace MedCloud.Inference.Runtime;

/// <summary>Compares the inputs and outputs of an ONNX graph with the manifest, so that a mismatch is found at the start and not by the first patient.</summary>
internal static class ModelSignature
{
    /// <summary>ONNX Runtime's dimension of a length known only at the run.</summary>
    private const int Dynamic = -1;

    /// <summary>What of the model's graph is not as the manifest has it.</summary>
    public static IReadOnlyList<string> Faults(ModelManifest manifest, IReadOnlyDictionary<string, NodeMetadata> inputs, IReadOnlyDictionary<string, NodeMetadata> outputs)
    {
        var faults = InputFaults(manifest.Input, inputs);
        if (manifest.Classification is { } classification)
        {
            var logits = classification.Heads.SelectMany(head => head.Logits).Max() + 1;
            Check(faults, "output", classification.Output, outputs, $"[batch, {logits} or more]", shape => shape is [Dynamic, var k] && k >= logits);
        }

        if (manifest.Detection is { } detection)
        {
            var labels = detection.Labels.Count;
            Check(faults, "output", detection.Boxes, outputs, "[batch, boxes, 4]", shape => shape is [Dynamic, _, 4]);
            Check(faults, "output", detection.Scores, outputs, $"[batch, boxes, {labels}]", shape => shape is [Dynamic, _, var c] && c == labels);
            if (outputs.TryGetValue(detection.Boxes, out var boxes) && outputs.TryGetValue(detection.Scores, out var scores)
                && boxes.Dimensions is [_, var q, _] && scores.Dimensions is [_, var p, _] && p != q)
            {
                faults.Add($"the outputs \"{detection.Boxes}\" and \"{detection.Scores}\" are of {q} and {p} boxes");
            }
        }

        if (manifest.Explanation is { Output: { } evidence, Maps: { } maps })
        {
            var channels = maps.Max(map => Math.Max(map.Channel, map.Against ?? 0)) + 1;
            Check(faults, "output", evidence, outputs, $"[batch, {channels} or more, 1 to {ModelExplanation.MaxMapSide}, 1 to {ModelExplanation.MaxMapSide}]", shape =>
                shape is [Dynamic, var c, > 0 and <= ModelExplanation.MaxMapSide, > 0 and <= ModelExplanation.MaxMapSide] && c >= channels);
        }

        return faults;
    }

    /// <summary>What of the image gate's graph is not as the manifest has it: it takes what the model takes.</summary>
    public static IReadOnlyList<string> GateFaults(ModelManifest manifest, IReadOnlyDictionary<string, NodeMetadata> inputs, IReadOnlyDictionary<string, NodeMetadata> outputs)
    {
        var faults = InputFaults(manifest.Input, inputs);
        if (manifest.ImageGate is { } gate)
            Check(faults, "output", gate.Output, outputs, "[batch, 1]", shape => shape is [Dynamic, 1]);
        return faults;
    }

    private static List<string> InputFaults(InputTensor input, IReadOnlyDictionary<string, NodeMetadata> inputs)
    {
        List<string> faults = [.. inputs.Keys.Where(name => name != input.Name).Select(other => $"the input \"{other}\" is not in the manifest")];
        Check(faults, "input", input.Name, inputs, $"[batch, {input.Channels}, {input.Height}, {input.Width}]", shape => shape is [Dynamic, var c, var h, var w] && (c, h, w) == (input.Channels, input.Height, input.Width));
        return faults;
    }

    private static void Check(List<string> faults, string kind, string name, IReadOnlyDictionary<string, NodeMetadata> nodes, string wanted, Predicate<int[]> fits)
    {
        if (!nodes.TryGetValue(name, out var node))
            faults.Add($"it has no {kind} \"{name}\"");
        else if (node.ElementType != typeof(float) || !fits(node.Dimensions))
            faults.Add($"the {kind} \"{name}\" is {node.ElementType.Name}[{string.Join(", ", node.Dimensions)}], not Single{wanted}");
    }
}
