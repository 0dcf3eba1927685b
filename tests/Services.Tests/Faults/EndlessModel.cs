using static MedCloud.Services.Tests.OnnxFile;

namespace MedCloud.Services.Tests.Faults;

/// <summary>
/// A model that never ends on an image that is dark but for a thin stripe, and at once on every other: what a fault of a model looks like to the worker, whose process it takes
/// with it each time (design: a run longer than Inference:RunTimeout ends the process).
/// </summary>
internal static class EndlessModel
{
    public const string Name = "endless";

    /// <summary>Adds it to a model repository, with the card and most of the manifest of <paramref name="like"/>.</summary>
    public static void AddTo(string models, string like) => OnnxFile.AddTo(models, Name, like, Classifier(
        Name,
        // logits = 1x1 after Loop(|standardised image| has a value beyond 6 ? for ever : once). A radiograph's end before 5.
        [
            Node("Abs", ["image"], "size"),
            Node("ReduceMax", ["size"], "largest", Attribute("keepdims", 0)),
            Node("Greater", ["largest", "limit"], "striped"),
            Node("Where", ["striped", "for_ever", "once"], "rounds"),
            IdleLoop("rounds", "largest", "result"),
            Node("Reshape", ["result", "shape"], "logits"),
        ],
        [Tensor("limit", [], 6f), Tensor("for_ever", [], long.MaxValue), Tensor("once", [], 1L), Tensor("shape", [2], -1L, 1L)]));
}
