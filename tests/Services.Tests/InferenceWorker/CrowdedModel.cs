using static MedCloud.Services.Tests.OnnxFile;

namespace MedCloud.Services.Tests.InferenceWorker;

/// <summary>A model that finds pneumonia in every image that it is given alone; what it does with several at once, as occlusion gives them, is <see cref="Several"/>'s.</summary>
internal static class CrowdedModel
{
    public const string Name = "crowded";

    public enum Several
    {
        /// <summary>Runs on them as on one.</summary>
        Runs,

        /// <summary>Never ends.</summary>
        NeverEnds,

        /// <summary>Asks for more memory than there are addresses.</summary>
        WantsAllMemory,
    }

    /// <summary>Adds it to a model repository, with the card and most of the manifest of <paramref name="like"/>.</summary>
    public static void AddTo(string models, string like, Several several)
    {
        var endless = several == Several.NeverEnds ? long.MaxValue : 1;
        var greedy = several == Several.WantsAllMemory ? 1L << 50 : 1;
        OnnxFile.AddTo(models, Name, like, Classifier(
            Name,
            // logits = 9 for each image, after a loop of that many rounds and a block of that many values.
            [
                Node("Shape", ["image"], "dimensions"),
                Node("Gather", ["dimensions", "first"], "images"),
                Node("Greater", ["images", "one"], "crowd"),
                Node("Where", ["crowd", "endless", "one"], "rounds"),
                IdleLoop("rounds", "nothing", "looped"),
                Node("Where", ["crowd", "greedy", "one"], "count"),
                Node("Reshape", ["count", "line"], "counts"),
                Node("Expand", ["looped", "counts"], "block"),
                Node("ReduceMax", ["block"], "still_nothing", Attribute("keepdims", 0)),
                Node("ReduceMean", ["image"], "means", Attribute("axes", [1, 2, 3]), Attribute("keepdims", 0)),
                Node("Reshape", ["means", "column"], "each"),
                Node("Mul", ["each", "still_nothing"], "zeros"),
                Node("Add", ["zeros", "nine"], "logits"),
            ],
            [
                Tensor("first", [], 0L), Tensor("one", [], 1L), Tensor("endless", [], endless), Tensor("greedy", [], greedy), Tensor("line", [1], 1L), Tensor("column", [2], -1L, 1L),
                Tensor("nothing", [], 0f), Tensor("nine", [], 9f),
            ]));
    }
}
