using MedCloud.ModelCatalogue;

namespace MedCloud.Inference.Postprocessing;

/// <summary>From a classifier's logits to labels with calibrated probabilities.</summary>
public static class Classifier
{
    /// <summary>The classifications of one image, in the manifest's order.</summary>
    /// <param name="output">The manifest's declaration.</param>
    /// <param name="logits"><c>float32[K]</c></param>
    /// <exception cref="InvalidDataException">The model computed something that is no probability.</exception>
    public static IReadOnlyList<Classification> Read(ClassificationOutput output, ReadOnlySpan<float> logits)
    {
        var found = new List<Classification>();
        foreach (var head in output.Heads)
        {
            var probabilities = Probabilities(head, logits);
            var possible = head.Given is null || found.Exists(earlier => earlier.Code == head.Given && earlier.Positive);
            foreach (var label in head.Labels)
            {
                var probability = probabilities[label.Logit];
                if (!double.IsFinite(probability))
                    throw new InvalidDataException("the model's output is not a number");
                found.Add(new Classification(label.Code, label.Display, probability, possible && probability >= label.Threshold));
            }
        }

        return found;
    }

    /// <summary>By position in the output.</summary>
    private static Dictionary<int, double> Probabilities(ClassificationHead head, ReadOnlySpan<float> logits)
    {
        var values = new double[head.Logits.Count];
        for (var i = 0; i < values.Length; i++)
            values[i] = (head.Scale * logits[head.Logits[i]]) + head.Bias[i];
        var activated = head.Activation switch
        {
            Activation.Sigmoid => values.Select(Sigmoid),
            Activation.Softmax => Softmax(values),
        };
        return head.Logits.Zip(activated).ToDictionary(pair => pair.First, pair => pair.Second);
    }

    internal static double Sigmoid(double value) => 1 / (1 + Math.Exp(-value));

    private static IEnumerable<double> Softmax(double[] values)
    {
        // The greatest is taken off first: exp of a large logit would overflow.
        var greatest = values.Max();
        var powers = values.Select(value => Math.Exp(value - greatest)).ToArray();
        var sum = powers.Sum();
        return powers.Select(power => power / sum);
    }
}
