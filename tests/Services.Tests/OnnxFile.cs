using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using Google.Protobuf;

namespace MedCloud.Services.Tests;

/// <summary>Models written by hand: onnx.proto of ONNX IR version 8, opset 13.</summary>
internal static class OnnxFile
{
    public const int Float = 1, Int64 = 7, Bool = 9;

    /// <summary>Adds a classifier to a model repository, with the card, the first head and most of the rest of the manifest of <paramref name="like"/>; it has no image gate, and is explained by occlusion.</summary>
    public static void AddTo(string models, string name, string like, byte[] model)
    {
        var from = Directory.GetDirectories(Path.Combine(models, like)).Single();
        var folder = Directory.CreateDirectory(Path.Combine(models, name, "1.0.0")).FullName;
        var hash = Convert.ToHexStringLower(SHA256.HashData(model));
        File.WriteAllBytes(Path.Combine(folder, "model.onnx"), model);
        var manifest = JsonNode.Parse(File.ReadAllText(Path.Combine(from, "manifest.json")))!.AsObject();
        var card = File.ReadAllText(Path.Combine(from, "card.md")).Replace((string)manifest["sha256"]!, hash, StringComparison.Ordinal);
        File.WriteAllText(Path.Combine(folder, "card.md"), $"# {name} 1.0.0\n{card[card.IndexOf('\n', StringComparison.Ordinal)..]}");
        manifest["name"] = name;
        manifest["version"] = "1.0.0";
        manifest["sha256"] = hash;
        manifest.Remove("explanation");
        manifest.Remove("imageGate");
        manifest["classification"]!["heads"] = new JsonArray(manifest["classification"]!["heads"]![0]!.DeepClone());
        File.WriteAllText(Path.Combine(folder, "manifest.json"), manifest.ToJsonString());
    }

    /// <summary>A model of <c>image</c>, float32[batch, 1, 128, 128], to <c>logits</c>, float32[batch, 1].</summary>
    public static byte[] Classifier(string name, byte[][] nodes, byte[][] constants) => Message(
        Field(1, 8),
        Field(8, Message(Field(2, 13))),
        Field(7, Message(
        [
            .. nodes.Select(node => Field(1, node)), Field(2, name), .. constants.Select(constant => Field(5, constant)),
            Field(11, Value("image", Float, ["batch", 1, 128, 128])), Field(12, Value("logits", Float, ["batch", 1])),
        ])));

    /// <summary>A loop that does nothing, as often as the value <paramref name="rounds"/> says: its result is <paramref name="value"/>, a scalar.</summary>
    public static byte[] IdleLoop(string rounds, string value, string result)
    {
        var body = Message(
            Field(1, Node("Identity", ["going_in"], "going_out")), Field(1, Node("Identity", ["value_in"], "value_out")), Field(2, "body"),
            Field(11, Value("round", Int64, [])), Field(11, Value("going_in", Bool, [])), Field(11, Value("value_in", Float, [])),
            Field(12, Value("going_out", Bool, [])), Field(12, Value("value_out", Float, [])));
        return Node("Loop", [rounds, "", value], result, Message(Field(1, "body"), Field(6, body), Field(20, 5)));
    }

    public static byte[] Node(string type, string[] inputs, string output, params byte[][] attributes) =>
        Message([.. inputs.Select(name => Field(1, name)), Field(2, output), Field(4, type), .. attributes.Select(attribute => Field(5, attribute))]);

    public static byte[] Attribute(string name, long value) => Message(Field(1, name), Field(3, value), Field(20, 2));

    public static byte[] Attribute(string name, long[] values) => Message([Field(1, name), .. values.Select(value => Field(8, value)), Field(20, 7)]);

    public static byte[] Tensor(string name, long[] dimensions, params float[] values) => Tensor(name, Float, dimensions, [.. values.SelectMany(BitConverter.GetBytes)]);

    public static byte[] Tensor(string name, long[] dimensions, params long[] values) => Tensor(name, Int64, dimensions, [.. values.SelectMany(BitConverter.GetBytes)]);

    private static byte[] Tensor(string name, int type, long[] dimensions, byte[] data) => Message(
        [.. dimensions.Select(dimension => Field(1, dimension)), Field(2, type), Field(8, name), Field(9, data)]);

    private static byte[] Value(string name, int type, object[] dimensions)
    {
        var shape = Message([.. dimensions.Select(dimension => Field(1, dimension is string symbol ? Message(Field(2, symbol)) : Message(Field(1, (int)dimension))))]);
        return Message(Field(1, name), Field(2, Message(Field(1, Message(Field(1, type), Field(2, shape))))));
    }

    private static Action<CodedOutputStream> Field(int number, string text) => Field(number, Encoding.UTF8.GetBytes(text));

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
