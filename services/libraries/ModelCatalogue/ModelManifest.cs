using System.Text.Json.Serialization;

namespace MedCloud.ModelCatalogue;

/// <summary>What a model version is: <c>manifest.json</c>, read strictly (an unknown or missing member is a fault).</summary>
public sealed record ModelManifest
{
    /// <summary>Lower-case words joined by hyphens, e.g. "cxr-pneumonia"; also the name of the folder and of the model's queues.</summary>
    public required string Name { get; init; }

    /// <summary>A semantic version of three numbers, e.g. "1.0.0"; also the name of the folder. The highest of a name is active.</summary>
    public required string Version { get; init; }

    /// <summary>What the model finds; <see cref="Classification"/> or <see cref="Detection"/> is present accordingly.</summary>
    public required ModelTask Task { get; init; }

    /// <summary>The ONNX file's name, in the manifest's folder.</summary>
    public required string File { get; init; }

    /// <summary>SHA-256 of the ONNX file, lower-case hexadecimal.</summary>
    public required string Sha256 { get; init; }

    /// <summary>The input tensor and how an image becomes it.</summary>
    public required InputTensor Input { get; init; }

    /// <summary>How the outputs become labels with probabilities; present exactly when <see cref="Task"/> is classification.</summary>
    public ClassificationOutput? Classification { get; init; }

    /// <summary>How the outputs become boxes with scores; present exactly when <see cref="Task"/> is detection.</summary>
    public DetectionOutput? Detection { get; init; }

    /// <summary>Which maps of where the model looks are made; by <see cref="MapMethod.Occlusion"/> where absent.</summary>
    public ModelExplanation? Explanation { get; init; }

    /// <summary>Which instances the model may see; decided from the header alone by <see cref="HeaderGate"/>.</summary>
    public required ModelScope Scope { get; init; }

    /// <summary>What decides from the image whether the model may see it; without it, every image whose header is in scope is analysed.</summary>
    public ImageGate? ImageGate { get; init; }
}

/// <summary>A second ONNX file that looks at the model's own input first and scores how much the image looks like those that the model takes.</summary>
public sealed record ImageGate
{
    /// <summary>The ONNX file's name, in the manifest's folder. Its only input has the name and shape of the model's.</summary>
    public required string File { get; init; }

    /// <summary>SHA-256 of the ONNX file, lower-case hexadecimal.</summary>
    public required string Sha256 { get; init; }

    /// <summary>The output of the score, <c>float32[N, 1]</c>, 0 to 1.</summary>
    public required string Output { get; init; }

    /// <summary>An image that scores less is refused.</summary>
    public required double Threshold { get; init; }

    /// <summary>What a clinician reads of a refused image: one sentence that says what the model takes.</summary>
    public required string Sentence { get; init; }
}

/// <summary>What a model finds.</summary>
public enum ModelTask
{
    /// <summary>Labels of the whole image.</summary>
    Classification,

    /// <summary>Boxes within the image.</summary>
    Detection,
}

/// <summary>The input tensor, <c>float32[N, channels, height, width]</c> with a dynamic N, and how an image becomes it.</summary>
public sealed record InputTensor
{
    /// <summary>The input's name in the ONNX graph.</summary>
    public required string Name { get; init; }

    /// <summary>1: grey. 3: red, green and blue; a grey image is then given three times.</summary>
    public required int Channels { get; init; }

    /// <summary>Rows of the tensor.</summary>
    public required int Height { get; init; }

    /// <summary>Columns of the tensor.</summary>
    public required int Width { get; init; }

    /// <summary>How the image is brought to <see cref="Height"/> x <see cref="Width"/>.</summary>
    public required ResizeMethod Resize { get; init; }

    /// <summary>How its values are scaled afterwards.</summary>
    public required NormaliseMethod Normalise { get; init; }
}

/// <summary>How an image is brought to the tensor's size.</summary>
public enum ResizeMethod
{
    /// <summary>Without keeping the aspect, by a separable triangle filter whose support grows with the reduction
    /// (PyTorch's <c>interpolate(mode="bilinear", antialias=True, align_corners=False)</c>, PIL's BILINEAR), in float.</summary>
    [JsonStringEnumMemberName("stretch-triangle")]
    StretchTriangle,
}

/// <summary>How a resized image's values are scaled.</summary>
public enum NormaliseMethod
{
    /// <summary>(x - mean) / max(standard deviation, 0.001) of this image, population deviation over all channels, rows and columns.</summary>
    Standardise,
}

/// <summary>A classifier's output, <c>float32[N, K]</c>.</summary>
public sealed record ClassificationOutput
{
    /// <summary>The output's name in the ONNX graph.</summary>
    public required string Output { get; init; }

    /// <summary>The groups of logits; their labels, in this order, are the classifications of a result.</summary>
    public required IReadOnlyList<ClassificationHead> Heads { get; init; }
}

/// <summary>A group of logits that become probabilities together: z' = scale * z + bias, then the activation.</summary>
public sealed record ClassificationHead
{
    /// <summary>Sigmoid: each logit for itself. Softmax: the head's logits exclude each other.</summary>
    public required Activation Activation { get; init; }

    /// <summary>Positions in the output, from 0.</summary>
    public required IReadOnlyList<int> Logits { get; init; }

    /// <summary>Calibration: the factor of every logit of the head.</summary>
    public required double Scale { get; init; }

    /// <summary>Calibration: one summand for each of <see cref="Logits"/>.</summary>
    public required IReadOnlyList<double> Bias { get; init; }

    /// <summary>The code of a label of an earlier head: the probabilities of this head hold given that label, and are positive only where it is.</summary>
    public string? Given { get; init; }

    /// <summary>The labels reported; a logit without one (such as "normal") is not.</summary>
    public required IReadOnlyList<ClassificationLabel> Labels { get; init; }
}

/// <summary>How logits become probabilities.</summary>
public enum Activation
{
    /// <summary>1 / (1 + exp(-z')).</summary>
    Sigmoid,

    /// <summary>exp(z') divided by the sum over the head's logits.</summary>
    Softmax,
}

/// <summary>A label of a classifier.</summary>
public sealed record ClassificationLabel
{
    /// <summary>Position in the output, one of the head's logits.</summary>
    public required int Logit { get; init; }

    /// <summary>SNOMED CT.</summary>
    public required string Code { get; init; }

    /// <summary>The code's meaning, English.</summary>
    public required string Display { get; init; }

    /// <summary>The operating point: positive from this probability on, 0 to 1.</summary>
    public required double Threshold { get; init; }
}

/// <summary>A detector's outputs: boxes <c>float32[N, Q, 4]</c> and scores <c>float32[N, Q, C]</c>, C labels.</summary>
public sealed record DetectionOutput
{
    /// <summary>The output of xMin, yMin, xMax, yMax as fractions of the input's width and height, origin top left.</summary>
    public required string Boxes { get; init; }

    /// <summary>The output of logits, one for each label; score = sigmoid(scale * z + bias).</summary>
    public required string Scores { get; init; }

    /// <summary>Calibration: the factor of every logit.</summary>
    public required double Scale { get; init; }

    /// <summary>Calibration: the summand of every logit.</summary>
    public required double Bias { get; init; }

    /// <summary>Boxes are reported from this score on, 0 to 1.</summary>
    public required double ScoreThreshold { get; init; }

    /// <summary>Of two boxes of one label that overlap by more than this intersection over union, the lower scored one is dropped.</summary>
    public required double NmsIou { get; init; }

    /// <summary>At most so many boxes of an image, the best scored; 200 where absent.</summary>
    public int MaxDetections { get; init; } = 200;

    /// <summary>The labels, in the order of the scores.</summary>
    public required IReadOnlyList<DetectionLabel> Labels { get; init; }
}

/// <summary>A label of a detector.</summary>
public sealed record DetectionLabel
{
    /// <summary>SNOMED CT.</summary>
    public required string Code { get; init; }

    /// <summary>The code's meaning, English.</summary>
    public required string Display { get; init; }
}

/// <summary>How a model's findings are explained by maps. A method that does not pass the tests on the model card is not to be named.</summary>
public sealed record ModelExplanation
{
    /// <summary>The most maps of one outcome, each of another label. A manifest that names more is not loaded, occlusion leaves the rest out, and Results drops an explanation that has more.</summary>
    public const int MaxMaps = 32;

    /// <summary>The most rows, and the most columns, of a map: the loader and Results hold a model to it.</summary>
    public const int MaxMapSide = 64;

    /// <summary>The method.</summary>
    public required MapMethod Method { get; init; }

    /// <summary>The output of evidence, <c>float32[N, C, rows, columns]</c>, in the ONNX graph; present exactly when <see cref="Method"/> is class activation.</summary>
    public string? Output { get; init; }

    /// <summary>The labels that have a map of their own; present exactly when <see cref="Method"/> is class activation.</summary>
    public IReadOnlyList<ActivationMap>? Maps { get; init; }
}

/// <summary>How maps are made.</summary>
public enum MapMethod
{
    /// <summary>From evidence that a classifier gives beside its logits, in the same pass.</summary>
    ClassActivation,

    /// <summary>Places of the image are hidden one after the other: for any model, at the price of many runs.</summary>
    Occlusion,

    /// <summary>No maps.</summary>
    None,
}

/// <summary>The map of one label of a classifier: what of the evidence for it is positive.</summary>
public sealed record ActivationMap
{
    /// <summary>The label's code.</summary>
    public required string Code { get; init; }

    /// <summary>The channel of the evidence for it, from 0.</summary>
    public required int Channel { get; init; }

    /// <summary>A channel whose evidence is taken off: that of the label that excludes this one. Absent where there is none.</summary>
    public int? Against { get; init; }
}

/// <summary>Which instances a model may see. A rule that is absent lets everything pass; so does an attribute that is absent, unless the rule requires it.</summary>
public sealed record ModelScope
{
    /// <summary>(0008,0060)</summary>
    public AllowedValues? Modality { get; init; }

    /// <summary>(0008,0016)</summary>
    public AllowedValues? SopClass { get; init; }

    /// <summary>(0018,0015); case does not matter.</summary>
    public AllowedValues? BodyPart { get; init; }

    /// <summary>(0028,0004)</summary>
    public AllowedValues? Photometric { get; init; }

    /// <summary>(0028,0010), pixels.</summary>
    public AllowedRange? Rows { get; init; }

    /// <summary>(0028,0011), pixels.</summary>
    public AllowedRange? Columns { get; init; }

    /// <summary>The patient's completed years: (0010,1010), else from (0010,0030) to (0008,0020).</summary>
    public AllowedRange? AgeYears { get; init; }
}

/// <summary>A rule for a coded attribute.</summary>
public sealed record AllowedValues
{
    /// <summary>The values that pass.</summary>
    public required IReadOnlyList<string> Allowed { get; init; }

    /// <summary>Whether an absent attribute is refused; false where absent.</summary>
    public bool Required { get; init; }
}

/// <summary>A rule for a numeric attribute.</summary>
public sealed record AllowedRange
{
    /// <summary>The least value that passes.</summary>
    public required int Min { get; init; }

    /// <summary>The greatest value that passes.</summary>
    public required int Max { get; init; }

    /// <summary>Whether an absent attribute is refused; false where absent.</summary>
    public bool Required { get; init; }
}
