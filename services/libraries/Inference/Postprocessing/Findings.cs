using MedCloud.Inference.Explanation;

namespace MedCloud.Inference.Postprocessing;

/// <summary>What a model found in one image.</summary>
/// <param name="Classifications">Every label of a classifier, in the manifest's order; empty for a detector.</param>
/// <param name="Detections">The boxes of a detector, by label in the manifest's order and then the best first; empty for a classifier.</param>
/// <param name="Maps">The class activation maps that came with the same pass, in the manifest's order; empty where it names none.</param>
public sealed record Findings(IReadOnlyList<Classification> Classifications, IReadOnlyList<Detection> Detections, IReadOnlyList<HeatMap> Maps);

/// <summary>A label of the whole image.</summary>
/// <param name="Code">SNOMED CT.</param>
/// <param name="Display">The code's meaning.</param>
/// <param name="Probability">Calibrated, 0 to 1.</param>
/// <param name="Positive">The probability reaches the operating point and, for a label given another, that one is positive too.</param>
public sealed record Classification(string Code, string Display, double Probability, bool Positive);

/// <summary>A box of one label.</summary>
/// <param name="Code">SNOMED CT.</param>
/// <param name="Display">The code's meaning.</param>
/// <param name="Score">0 to 1.</param>
/// <param name="Box">Where.</param>
public sealed record Detection(string Code, string Display, double Score, Box Box);

/// <summary>Edges as fractions of the image's columns (x) and rows (y), origin at the top left corner.</summary>
public readonly record struct Box(double XMin, double YMin, double XMax, double YMax)
{
    /// <summary>Intersection over union with <paramref name="other"/>, 0 to 1; 0 where neither has an area.</summary>
    public double Iou(Box other)
    {
        var width = Math.Min(XMax, other.XMax) - Math.Max(XMin, other.XMin);
        var height = Math.Min(YMax, other.YMax) - Math.Max(YMin, other.YMin);
        var intersection = Math.Max(0, width) * Math.Max(0, height);
        var union = Area + other.Area - intersection;
        return union > 0 ? intersection / union : 0;
    }

    private double Area => (XMax - XMin) * (YMax - YMin);
}
