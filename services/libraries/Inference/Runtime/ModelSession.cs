using MedCloud.Inference.Postprocessing;
using MedCloud.Inference.Preprocessing;
using MedCloud.ModelCatalogue;
using Microsoft.ML.OnnxRuntime;

namespace MedCloud.Inference.Runtime;

/// <summary>One model, loaded into ONNX Runtime. Any number of threads may run it at once; on the CPU each run uses one thread, on a GPU one run waits for the other.</summary>
public sealed class ModelSession : IDisposable
{
    /// <summary>ONNX Runtime's name of the CPU.</summary>
    public const string Cpu = "CPUExecutionProvider";

    /// <summary>ONNX Runtime's name of NVIDIA's GPUs.</summary>
    public const string Cuda = "CUDAExecutionProvider";

    // More than one run at a time gains nothing on one device, and each takes its memory.
    private readonly SemaphoreSlim? device;
    private readonly InferenceSession session;
    private readonly string[] inputs;
    private readonly string[] outputs;

    private ModelSession(ModelPackage model, InferenceSession session, string provider, string? fallback)
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
        ExecutionProvider = provider;
        Fallback = fallback;
        device = provider == Cuda ? new SemaphoreSlim(1) : null;
    }

    /// <summary>The model.</summary>
    public ModelPackage Model { get; }

    /// <summary>The provider that the session was made with: <see cref="Cuda"/> or <see cref="Cpu"/>.</summary>
    public string ExecutionProvider { get; }

    /// <summary>Why it is not the provider asked for first; null where it is.</summary>
    public string? Fallback { get; }

    /// <summary>Loads <paramref name="model"/> from the bytes whose hash is its digest.</summary>
    /// <param name="model">The model.</param>
    /// <param name="providers">The providers to try, the best first: <see cref="Cuda"/>, <see cref="Cpu"/>. The CPU is tried last in any case.</param>
    /// <exception cref="InvalidDataException">The file has changed, is no ONNX model, or its inputs and outputs are not those of the manifest.</exception>
    public static ModelSession Load(ModelPackage model, params IEnumerable<string> providers)
    {
        // It would report its use to its makers.
        OrtEnv.Instance().DisableTelemetryEvents();
        var bytes = model.ReadModel();
        InferenceSession? session = null;
        string? fallback = null;
        if (providers.FirstOrDefault() == Cuda)
        {
            try
            {
                session = Create(bytes, options => options.AppendExecutionProvider_CUDA());
            }
            catch (Exception fault) when (fault is OnnxRuntimeException or EntryPointNotFoundException or DllNotFoundException)
            {
                // No CUDA in this build, no driver, no device, or no memory on it: the CPU gives the same, later.
                fallback = $"{Cuda}: {fault.Message.Split('\n')[0]}";
            }
        }

        var provider = session is null ? Cpu : Cuda;
        try
        {
            session ??= Create(bytes, _ => { });
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

        return new ModelSession(model, session, provider, fallback);
    }

    private static InferenceSession Create(byte[] model, Action<SessionOptions> append)
    {
        using var options = new SessionOptions { IntraOpNumThreads = 1, InterOpNumThreads = 1, ExecutionMode = ExecutionMode.ORT_SEQUENTIAL };
        // A waiting thread that spins takes the core from the run next to it.
        options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
        append(options);
        return new InferenceSession(model, options);
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
        device?.Wait(cancellationToken);
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
        finally
        {
            device?.Release();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        session.Dispose();
        device?.Dispose();
    }
}
