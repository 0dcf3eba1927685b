using MedCloud.Inference.Explanation;
using MedCloud.Inference.Postprocessing;
using MedCloud.Inference.Preprocessing;
using MedCloud.ModelCatalogue;
using Microsoft.ML.OnnxRuntime;

namespace MedCloud.Inference.Runtime;

/// <summary>One model and its image gate, loaded into ONNX Runtime. Any number of threads may run it at once; on the CPU each run uses one thread, on a GPU one run waits for the other.</summary>
public sealed class ModelSession : IDisposable
{
    /// <summary>ONNX Runtime's name of the CPU.</summary>
    public const string Cpu = "CPUExecutionProvider";

    /// <summary>ONNX Runtime's name of NVIDIA's GPUs.</summary>
    public const string Cuda = "CUDAExecutionProvider";

    // More than one run at a time gains nothing on one device, and each takes its memory.
    private readonly SemaphoreSlim? device;
    private readonly InferenceSession session;
    private readonly InferenceSession? gate;
    private readonly string[] inputs;
    private readonly string[] outputs;

    private ModelSession(ModelPackage model, InferenceSession session, InferenceSession? gate, string provider, string? fallback)
    {
        Model = model;
        this.session = session;
        this.gate = gate;
        inputs = [model.Manifest.Input.Name];
        outputs = model.Manifest switch
        {
            { Classification: { } classification, Explanation.Output: { } evidence } => [classification.Output, evidence],
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

    /// <summary>How its findings are explained.</summary>
    public MapMethod MapMethod => Model.Manifest.Explanation?.Method ?? MapMethod.Occlusion;

    /// <summary>Loads <paramref name="model"/> from the bytes whose hash is its digest.</summary>
    /// <param name="model">The model.</param>
    /// <param name="providers">The providers to try, the best first: <see cref="Cuda"/>, <see cref="Cpu"/>. The CPU is tried last in any case.</param>
    /// <exception cref="InvalidDataException">The file has changed, is no ONNX model, or its inputs and outputs are not those of the manifest.</exception>
    public static ModelSession Load(ModelPackage model, params IEnumerable<string> providers)
    {
        // It would report its use to its makers.
        OrtEnv.Instance().DisableTelemetryEvents();
        var (bytes, gateBytes) = (model.ReadModel(), model.ReadGate());
        InferenceSession? session = null;
        string? fallback = null;
        if (providers.FirstOrDefault() == Cuda)
        {
            try
            {
                session = Create(bytes, Cuda);
            }
            catch (Exception fault) when (fault is OnnxRuntimeException or EntryPointNotFoundException or DllNotFoundException)
            {
                // No CUDA in this build, no driver, no device, or no memory on it: the CPU gives the same, later.
                fallback = $"{Cuda}: {fault.Message.Split('\n')[0]}";
            }
        }

        var provider = session is null ? Cpu : Cuda;
        InferenceSession? gate = null;
        try
        {
            session ??= Runnable(model.ModelPath, bytes, Cpu);
            gate = gateBytes is null ? null : Runnable(model.GatePath, gateBytes, provider);
            Require(model.ModelPath, ModelSignature.Faults(model.Manifest, session.InputMetadata, session.OutputMetadata));
            if (gate is not null)
                Require(model.GatePath, ModelSignature.GateFaults(model.Manifest, gate.InputMetadata, gate.OutputMetadata));
        }
        catch (InvalidDataException)
        {
            session?.Dispose();
            gate?.Dispose();
            throw;
        }

        return new ModelSession(model, session, gate, provider, fallback);
    }

    private static void Require(string? path, IReadOnlyList<string> faults)
    {
        if (faults.Count > 0)
            throw new InvalidDataException($"{path} is not what its manifest says: {string.Join("; ", faults)}");
    }

    private static InferenceSession Runnable(string? path, byte[] model, string provider)
    {
        try
        {
            return Create(model, provider);
        }
        catch (OnnxRuntimeException fault)
        {
            throw new InvalidDataException($"{path} is not a model that ONNX Runtime can run: {fault.Message}", fault);
        }
    }

    private static InferenceSession Create(byte[] model, string provider)
    {
        using var options = new SessionOptions { IntraOpNumThreads = 1, InterOpNumThreads = 1, ExecutionMode = ExecutionMode.ORT_SEQUENTIAL };
        // A waiting thread that spins takes the core from the run next to it.
        options.AddSessionConfigEntry("session.intra_op.allow_spinning", "0");
        if (provider == Cuda)
            options.AppendExecutionProvider_CUDA();
        return new InferenceSession(model, options);
    }

    /// <summary>Scores one image by the model's image gate; blocks the calling thread.</summary>
    /// <param name="tensor"><c>float32[channels, height, width]</c> as of <see cref="InputPreparation"/>; not kept.</param>
    /// <param name="cancellationToken">Terminates the run between two operators.</param>
    /// <returns>0 to 1, to be refused below the gate's threshold; null: the model has no gate.</returns>
    /// <exception cref="OperationCanceledException">The run was terminated.</exception>
    /// <exception cref="InsufficientMemoryException">ONNX Runtime could not allocate.</exception>
    public float? ScoreImage(Memory<float> tensor, CancellationToken cancellationToken) =>
        gate is not null && Model.Manifest.ImageGate is { } declared
            ? Run(gate, tensor, 1, [declared.Output], results => results[0].GetTensorDataAsSpan<float>()[0], cancellationToken)
            : null;

    /// <summary>Runs the model on one image, whatever its gate may say; blocks the calling thread.</summary>
    /// <param name="tensor"><c>float32[channels, height, width]</c> as of <see cref="InputPreparation"/>; not kept.</param>
    /// <param name="cancellationToken">Terminates the run between two operators.</param>
    /// <exception cref="OperationCanceledException">The run was terminated.</exception>
    /// <exception cref="InsufficientMemoryException">ONNX Runtime could not allocate.</exception>
    public Findings Run(Memory<float> tensor, CancellationToken cancellationToken) => Run(tensor, 1, cancellationToken)[0];

    /// <summary>Whether the maps of <paramref name="findings"/> take runs of their own, by occlusion; else <see cref="Explain"/> gives at once what there is.</summary>
    public bool RunsToExplain(Findings findings) => MapMethod == MapMethod.Occlusion && Occlusion.Labels(findings).Any();

    /// <summary>The maps of where the model looked for what it found: those of the same pass, or by occlusion, in many more runs; empty where there are none to make.</summary>
    /// <param name="tensor">What was run.</param>
    /// <param name="findings">What came of it.</param>
    /// <param name="cancellationToken">Terminates between two operators.</param>
    /// <exception cref="OperationCanceledException">It was terminated.</exception>
    /// <exception cref="InsufficientMemoryException">ONNX Runtime could not allocate.</exception>
    /// <exception cref="InvalidDataException">The model does not run on several images at once, or not on such images.</exception>
    public IReadOnlyList<HeatMap> Explain(ReadOnlyMemory<float> tensor, Findings findings, CancellationToken cancellationToken)
    {
        if (!RunsToExplain(findings))
            return findings.Maps;
        try
        {
            return Occlusion.Explain(Model.Manifest.Input, tensor.Span, findings, (batch, count) => Run(batch, count, cancellationToken));
        }
        catch (OnnxRuntimeException fault)
        {
            throw new InvalidDataException($"the run failed: {fault.Message}", fault);
        }
    }

    /// <summary>Runs the model on <paramref name="count"/> images, one after the other in <paramref name="tensors"/>.</summary>
    private Findings[] Run(Memory<float> tensors, int count, CancellationToken cancellationToken) => Run(
        session,
        tensors,
        count,
        outputs,
        results =>
        {
            var findings = new Findings[count];
            for (var image = 0; image < count; image++)
                findings[image] = Read(results, image, count);
            return findings;
        },
        cancellationToken);

    private T Run<T>(InferenceSession graph, Memory<float> tensors, int count, string[] wanted, Func<IReadOnlyList<OrtValue>, T> read, CancellationToken cancellationToken)
    {
        var input = Model.Manifest.Input;
        using var value = OrtValue.CreateTensorValueFromMemory(OrtMemoryInfo.DefaultInstance, tensors, [count, input.Channels, input.Height, input.Width]);
        using var options = new RunOptions();
        using var termination = cancellationToken.Register(() => options.Terminate = true);
        device?.Wait(cancellationToken);
        try
        {
            using var results = graph.Run(options, inputs, [value], wanted);
            return read(results);
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

    private Findings Read(IReadOnlyList<OrtValue> results, int image, int count)
    {
        switch (Model.Manifest)
        {
            case { Classification: { } classification, Explanation.Maps: { } maps }:
                var classifications = Classifier.Read(classification, Of(0));
                return new Findings(classifications, [], ClassActivation.Read(maps, classifications, Of(1), results[1].GetTensorTypeAndShape().Shape));
            case { Classification: { } classification }:
                return new Findings(Classifier.Read(classification, Of(0)), [], []);
            case { Detection: { } detection }:
                return new Findings([], Detector.Read(detection, Of(0), Of(1)), []);
            default:
                return new Findings([], [], []);
        }

        ReadOnlySpan<float> Of(int output)
        {
            var values = results[output].GetTensorDataAsSpan<float>();
            if (results[output].GetTensorTypeAndShape().Shape[0] != count)
                throw new InvalidDataException($"output {output} has {results[output].GetTensorTypeAndShape().Shape[0]} rows for {count} images");
            return values.Slice(image * (values.Length / count), values.Length / count);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        session.Dispose();
        gate?.Dispose();
        device?.Dispose();
    }
}
