using MedCloud.ModelCatalogue;

namespace MedCloud.Inference.Postprocessing;

/// <summary>From a detector's boxes and scores to detections: threshold, non-maximum suppression per label, at most so many.</summary>
public static class Detector
{
    /// <summary>The detections of one image, by label in the manifest's order and then the best first.</summary>
    /// <param name="output">The manifest's declaration.</param>
    /// <param name="boxes"><c>float32[Q, 4]</c>: xMin, yMin, xMax, yMax as fractions; clipped to 0..1 here.</param>
    /// <param name="scores"><c>float32[Q, C]</c>: logits, a column for each label.</param>
    public static IReadOnlyList<Detection> Read(DetectionOutput output, ReadOnlySpan<float> boxes, ReadOnlySpan<float> scores)
    {
        var labels = output.Labels.Count;
        var candidates = new List<Candidate>();
        for (var query = 0; query < boxes.Length / 4; query++)
        {
            // Without an area (or with a NaN, of which no comparison holds) there is nothing to show.
            if (Clip(boxes.Slice(query * 4, 4)) is not { } box)
                continue;
            for (var label = 0; label < labels; label++)
            {
                var score = Classifier.Sigmoid((output.Scale * scores[(query * labels) + label]) + output.Bias);
                if (score >= output.ScoreThreshold)
                    candidates.Add(new Candidate(label, score, box));
            }
        }

        return
        [
            .. candidates.GroupBy(candidate => candidate.Label)
                .SelectMany(ofLabel => Suppress(ofLabel.Order(Candidate.BestFirst), output.NmsIou))
                .Order(Candidate.BestFirst)
                .Take(output.MaxDetections)
                .OrderBy(candidate => candidate.Label)
                .Select(candidate => new Detection(output.Labels[candidate.Label].Code, output.Labels[candidate.Label].Display, candidate.Score, candidate.Box)),
        ];
    }

    private static Box? Clip(ReadOnlySpan<float> edges)
    {
        var box = new Box(Math.Clamp((double)edges[0], 0, 1), Math.Clamp((double)edges[1], 0, 1), Math.Clamp((double)edges[2], 0, 1), Math.Clamp((double)edges[3], 0, 1));
        return box.XMax > box.XMin && box.YMax > box.YMin ? box : null;
    }

    /// <summary>Greedy: the best is kept, and whatever overlaps a kept one by more than <paramref name="iou"/> is dropped.</summary>
    private static List<Candidate> Suppress(IEnumerable<Candidate> bestFirst, double iou)
    {
        var kept = new List<Candidate>();
        foreach (var candidate in bestFirst)
        {
            if (!kept.Exists(better => better.Box.Iou(candidate.Box) > iou))
                kept.Add(candidate);
        }

        return kept;
    }

    private readonly record struct Candidate(int Label, double Score, Box Box)
    {
        /// <summary>Equal scores are ordered by label and place, so that the order of the model's queries never matters.</summary>
        public static Comparer<Candidate> BestFirst { get; } = Comparer<Candidate>.Create((left, right) =>
            (-left.Score, left.Label, left.Box.XMin, left.Box.YMin, left.Box.XMax, left.Box.YMax)
                .CompareTo((-right.Score, right.Label, right.Box.XMin, right.Box.YMin, right.Box.XMax, right.Box.YMax)));
    }
}
