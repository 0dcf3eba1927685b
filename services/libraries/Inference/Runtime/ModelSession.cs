using MedCloud.Inference.Postprocessing;
using MedCloud.Inference.Preprocessing;
using MedCloud.ModelCatalogue;
using Microsoft.ML.OnnxRuntime;

namespace MedCloud.Inference.Runtime;

/// <summary>One model, loaded into ONNX Runtime. Any number of threads may run it at once; each run uses one thread.</summary>
public sealed class ModelSession : IDisposable
{
    private readonly InferenceSession session;
    private readonly string[] inputs;
    private readonly string[] outputs;

    private ModelSession(ModelPackage model, InferenceSession session)
    {
        Model = model;
        this.session = session;
        inputs = [model.Manifest.Input.Name];
        outputs = model.Manifest switch
        {
            { Classification: { } classification } => [classification.Output],
            { Detection: { } detection } => [detection.Boxes, detection.Scores],
            _ => [],
        };
        ExecutionProvider = session.GetEpDeviceForInputs()[0].EpName;
    }

    /// <summary>The model.</summary>
    public ModelPackage Model { get; }

    /// <summary>ONNX Runtime's name of the provider that takes the input, e.g. "CPUExecutionProvider".</summary>
    public string ExecutionProvider { get; }

    /// <summary>Loads <paramref name="model"/> from the bytes whose hash is its digest.</summary>
    /// <exception cref="InvalidDataException">The file has changed, is no ONNX model, or its inputs and outputs are not those of the manifest.</exception>
    public static ModelSession Load(ModelPackage model)
    {
        using var options = new SessionOptions { IntraOpNumThreads = 1, InterOpNumThreads = 1, ExecutionMode = ExecutionMode.ORT_SEQUENTIAL };
        // A waiting thread that spins takes the core from the run next to it.
        options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
        InferenceSession session;
        try
        {
            session = new InferenceSession(model.ReadModel(), options);
        }
        catch (OnnxRuntimeException fault)
        {
            throw new InvalidDataException($"{model.ModelPath} is not a model that ONNX Runtime can run: {fault.Message}", fault);
        }

        if (ModelSignature.Faults(model.Manifest, session.InputMetadata, session.OutputMetadata) is { Count: > 0 } faults)
        {
            session.Dispose();
            throw new InvalidDataException($"{model.ModelPath} is not what its manifest says: {string.Join("; ", faults)}");
        }

        return new ModelSession(model, session);
    }

    /// <summary>Runs the model on one image; blocks the calling thread.</summary>
    /// <param name="tensor"><c>float32[channels, height, width]</c> as of <see cref="InputPreparation"/>; not kept.</param>
    /// <param name="cancellationToken">Terminates the run between two operators.</param>
    /// <exception cref="OperationCanceledException">The run was terminated.</exception>
    /// <exception cref="InsufficientMemoryException">ONNX Runtime could not allocate.</exception>
    public Findings Run(Memory<float> tensor, CancellationToken cancellationToken)
    {
        var input = Model.Manifest.Input;
        using var value = OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, tensor, [1, input.Channels, input.Height, input.Width]);
        using var options = new RunOptions();
        using var termination = cancellationToken.Register(() => options.Terminate = true);
        try
        {
            using var results = session.Run(options, inputs, [value], outputs);
            return Model.Manifest switch
            {
                { Classification: { } classification } => new Findings(Classifier.Read(classification, results[0].GetTensorDataAsSpan<float>()), []),
                { Detection: { } detection } => new Findings([], Detector.Read(detection, results[0].GetTensorDataAsSpan<float>(), results[1].GetTensorDataAsSpan<float>())),
                _ => new Findings([], []),
            };
        }
        catch (OnnxRuntimeException fault) when (cancellationToken.IsCancellationRequested)
        {
            throw new OperationCanceledException("the run was terminated", fault, cancellationToken);
        }
        catch (OnnxRuntimeException fault) when (fault.Message.Contains("Failed to allocate memory", StringComparison.Ordinal))
        {
            throw new InsufficientMemoryException("ONNX Runtime could not allocate", fault);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => session.Dispose();
}
