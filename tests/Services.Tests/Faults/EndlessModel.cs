using System.Security.Cryptography;
using System.Text.Json.Nodes;
using Google.Protobuf;

namespace MedCloud.Services.Tests.Faults;

/// <summary>
/// A model that never ends on an image that is dark but for a thin stripe, and at once on every other: what a fault of a model looks like to the worker, whose process it takes
/// with it each time (design: a run longer than Inference:RunTimeout ends the process).
/// </summary>
internal static class EndlessModel
{
    public const string Name = "endless";

    private const int Float = 1, Int64 = 7, Bool = 9;

    /// <summary>Adds it to a model repository, with the card and most of the manifest of <paramref name="like"/>.</summary>
    public static void AddTo(string models, string like)
    {
        var from = Directory.GetDirectories(Path.Combine(models, like)).Single();
        var folder = Directory.CreateDirectory(Path.Combine(models, Name, "1.0.0")).FullName;
        var model = Graph();
        var hash = Convert.ToHexStringLower(SHA256.HashData(model));
        File.WriteAllBytes(Path.Combine(folder, "model.onnx"), model);
        var manifest = JsonNode.Parse(File.ReadAllText(Path.Combine(from, "manifest.json")))!.AsObject();
        var card = File.ReadAllText(Path.Combine(from, "card.md")).Replace((string)manifest["sha256"]!, hash, StringComparison.Ordinal);
        File.WriteAllText(Path.Combine(folder, "card.md"), $"# {Name} 1.0.0\n{card[card.IndexOf('\n', StringComparison.Ordinal)..]}");
        manifest["name"] = Name;
        manifest["version"] = "1.0.0";
        manifest["sha256"] = hash;
        manifest.Remove("explanation");
        manifest.Remove("imageGate");
        manifest["classification"]!["heads"] = new JsonArray(manifest["classification"]!["heads"]![0]!.DeepClone());
        File.WriteAllText(Path.Combine(folder, "manifest.json"), manifest.ToJsonString());
    }

    /// <summary>onnx.proto of ONNX IR version 8, opset 13: logits = 1x1 after Loop(|standardised image| has a value beyond 6 ? for ever : once). A radiograph's end before 5.</summary>
    private static byte[] Graph()
    {
        var body = Message(
            Field(1, Node("Identity", ["going_in"], ["going_out"])),
            Field(1, Node("Identity", ["sum_in"], ["sum_out"])),
            Field(2, "body"),
            Field(11, Value("round", Int64, [])), Field(11, Value("going_in", Bool, [])), Field(11, Value("sum_in", Float, [])),
            Field(12, Value("going_out", Bool, [])), Field(12, Value("sum_out", Float, [])));
        var graph = Message(
            Field(1, Node("Abs", ["image"], ["size"])),
            Field(1, Node("ReduceMax", ["size"], ["largest"], Message(Field(1, "keepdims"), Field(3, 0), Field(20, 2)))),
            Field(1, Node("Greater", ["largest", "limit"], ["striped"])),
            Field(1, Node("Where", ["striped", "for_ever", "once"], ["rounds"])),
            Field(1, Node("Loop", ["rounds", "true", "largest"], ["sum"], Message(Field(1, "body"), Field(6, body), Field(20, 5)))),
            Field(1, Node("Reshape", ["sum", "shape"], ["logits"])),
            Field(2, "endless"),
            Field(5, Tensor("limit", Float, [], BitConverter.GetBytes(6f))),
            Field(5, Tensor("for_ever", Int64, [], BitConverter.GetBytes(long.MaxValue))),
            Field(5, Tensor("once", Int64, [], BitConverter.GetBytes(1L))),
            Field(5, Tensor("true", Bool, [], [1])),
            Field(5, Tensor("shape", Int64, [2], [.. BitConverter.GetBytes(-1L), .. BitConverter.GetBytes(1L)])),
            Field(11, Value("image", Float, ["batch", 1, 128, 128])),
            Field(12, Value("logits", Float, ["batch", 1])));
        return Message(Field(1, 8), Field(8, Message(Field(2, 13))), Field(7, graph));
    }

    private static byte[] Node(string type, string[] inputs, string[] outputs, params byte[][] attributes) => Message(
        [.. inputs.Select(name => Field(1, name)), .. outputs.Select(name => Field(2, name)), Field(4, type), .. attributes.Select(attribute => Field(5, attribute))]);

    private static byte[] Tensor(string name, int type, long[] dimensions, byte[] data) => Message(
        [.. dimensions.Select(dimension => Field(1, dimension)), Field(2, type), Field(8, name), Field(9, data)]);

    private static byte[] Value(string name, int type, object[] dimensions)
    {
        var shape = Message([.. dimensions.Select(dimension => Field(1, dimension is string symbol ? Message(Field(2, symbol)) : Message(Field(1, (int)dimension))))]);
        return Message(Field(1, name), Field(2, Message(Field(1, Message(Field(1, type), Field(2, shape))))));
    }

    private static Action<CodedOutputStream> Field(int number, string text) => Field(number, System.Text.Encoding.UTF8.GetBytes(text));

    private static Action<CodedOutputStream> Field(int number, byte[] bytes) => output =>
    {
        output.WriteTag(number, WireFormat.WireType.LengthDelimited);
        output.WriteBytes(ByteString.CopyFrom(bytes));
    };

    private static Action<CodedOutputStream> Field(int number, long value) => output =>
    {
        output.WriteTag(number, WireFormat.WireType.Varint);
        output.WriteInt64(value);
    };

    private static byte[] Message(params Action<CodedOutputStream>[] fields)
    {
        using var memory = new MemoryStream();
        using (var output = new CodedOutputStream(memory, leaveOpen: true))
        {
            foreach (var field in fields)
                field(output);
        }

        return memory.ToArray();
    }
}
