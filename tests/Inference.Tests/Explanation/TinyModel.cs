using System.Security.Cryptography;
using System.Text;
using MedCloud.Inference.Runtime;
using MedCloud.ModelCatalogue;

namespace MedCloud.Inference.Tests.Explanation;

/// <summary>Models small enough to be worked out on paper, of grey images of 16 x 16; the ONNX file is written here (onnx.proto, IR version 8, opset 13).</summary>
internal sealed class TinyModel : IDisposable
{
    public const int Side = 16;

    private const int Float = 1, Int64 = 7;

    private readonly string path = Path.GetTempFileName();

    private TinyModel(byte[] graph, Func<ModelManifest, ModelManifest> manifest)
    {
        File.WriteAllBytes(path, graph);
        var hash = Convert.ToHexStringLower(SHA256.HashData(graph));
        var package = new ModelPackage
        {
            Manifest = manifest(new ModelManifest
            {
                Name = "tiny",
                Version = "1.0.0",
                Task = ModelTask.Classification,
                File = Path.GetFileName(path),
                Sha256 = hash,
                Input = new InputTensor { Name = "image", Channels = 1, Height = Side, Width = Side, Resize = ResizeMethod.StretchTriangle, Normalise = NormaliseMethod.Standardise },
                Scope = new ModelScope(),
            }),
            Digest = "sha256:" + hash,
            ModelPath = path,
            Card = "",
        };
        Session = ModelSession.Load(package);
    }

    public ModelSession Session { get; }

    /// <summary>Two labels that exclude each other: logits are the means of the evidence, whose channels are the image and half of it with the sign turned.</summary>
    public static TinyModel Classifier(ModelExplanation? explanation) => new(
        Graph(
            [Node("Conv", ["image", "weight"], "evidence"), Node("ReduceMean", ["evidence"], "logits", Attribute("axes", [2, 3]), Attribute("keepdims", 0))],
            [Floats("weight", [2, 1, 1, 1], [1, -0.5f])],
            Value("evidence", "batch", 2, Side, Side), Value("logits", "batch", 2)),
        manifest => manifest with
        {
            Classification = new ClassificationOutput
            {
                Output = "logits",
                Heads =
                [
                    new ClassificationHead
                    {
                        Activation = Activation.Softmax,
                        Logits = [0, 1],
                        Scale = 1,
                        Bias = [0, 0],
                        Labels = [new ClassificationLabel { Logit = 0, Code = "bright", Display = "Bright", Threshold = 0.5 }, new ClassificationLabel { Logit = 1, Code = "dark", Display = "Dark", Threshold = 0.5 }],
                    },
                ],
            },
            Explanation = explanation,
        });

    /// <summary>One box, the right half of the image, whose logit is the mean of the image.</summary>
    public static TinyModel Detector() => new(
        Graph(
            [
                Node("ReduceMean", ["image"], "mean", Attribute("axes", [2, 3]), Attribute("keepdims", 0)),
                Node("Reshape", ["mean", "one"], "scores"),
                Node("Mul", ["scores", "nothing"], "nowhere"),
                Node("Add", ["nowhere", "half"], "boxes"),
            ],
            [Longs("one", -1, 1, 1), Floats("nothing", [1], [0]), Floats("half", [1, 1, 4], [0.5f, 0, 1, 1])],
            Value("boxes", "batch", 1, 4), Value("scores", "batch", 1, 1)),
        manifest => manifest with
        {
            Task = ModelTask.Detection,
            Detection = new DetectionOutput { Boxes = "boxes", Scores = "scores", Scale = 1, Bias = 0, ScoreThreshold = 0.1, NmsIou = 0.5, Labels = [new DetectionLabel { Code = "half", Display = "Right half" }] },
        });

    /// <summary>Zero but for a square of 2 x 2, one place of the grid of 8 x 8.</summary>
    public static float[] Planted(int row, int column, float value)
    {
        var image = new float[Side * Side];
        foreach (var y in new[] { 2 * row, (2 * row) + 1 })
            image.AsSpan((y * Side) + (2 * column), 2).Fill(value);
        return image;
    }

    public void Dispose()
    {
        Session.Dispose();
        File.Delete(path);
    }

    private static byte[] Graph(byte[][] nodes, byte[][] constants, params byte[][] outputs) => Message(
        Field(1, 8),
        Field(8, Message(Field(2, 13))),
        Field(7, Message(
        [
            .. nodes.Select(node => Field(1, node)), Field(2, "tiny"), .. constants.Select(constant => Field(5, constant)),
            Field(11, Value("image", "batch", 1, Side, Side)), .. outputs.Select(output => Field(12, output)),
        ])));

    private static byte[] Node(string type, string[] inputs, string output, params byte[][] attributes) =>
        Message([.. inputs.Select(name => Field(1, name)), Field(2, output), Field(4, type), .. attributes.Select(attribute => Field(5, attribute))]);

    private static byte[] Attribute(string name, long value) => Message(Field(1, name), Field(3, value), Field(20, 2));

    private static byte[] Attribute(string name, long[] values) => Message([Field(1, name), .. values.Select(value => Field(8, value)), Field(20, 7)]);

    private static byte[] Floats(string name, long[] dimensions, float[] values) =>
        Message([.. dimensions.Select(dimension => Field(1, dimension)), Field(2, Float), Field(8, name), Field(9, [.. values.SelectMany(BitConverter.GetBytes)])]);

    private static byte[] Longs(string name, params long[] values) =>
        Message(Field(1, values.Length), Field(2, Int64), Field(8, name), Field(9, [.. values.SelectMany(BitConverter.GetBytes)]));

    private static byte[] Value(string name, string batch, params long[] dimensions)
    {
        var shape = Message([Field(1, Message(Field(2, batch))), .. dimensions.Select(dimension => Field(1, Message(Field(1, dimension))))]);
        return Message(Field(1, name), Field(2, Message(Field(1, Message(Field(1, Float), Field(2, shape))))));
    }

    private static byte[] Field(int number, string text) => Field(number, Encoding.UTF8.GetBytes(text));

    private static byte[] Field(int number, byte[] bytes) => [.. Varint((number << 3) | 2), .. Varint(bytes.Length), .. bytes];

    private static byte[] Field(int number, long value) => [.. Varint(number << 3), .. Varint(value)];

    private static IEnumerable<byte> Varint(long value)
    {
        var left = (ulong)value;
        for (; left >= 0x80; left >>= 7)
            yield return (byte)(left | 0x80);
        yield return (byte)left;
    }

    private static byte[] Message(params byte[][] fields) => [.. fields.SelectMany(field => field)];
}
