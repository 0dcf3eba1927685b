using System.ComponentModel.DataAnnotations;
using MedCloud.Inference.Runtime;

namespace MedCloud.InferenceWorker;

/// <summary>How the worker uses its machine: section <c>MedCloud:Inference</c>.</summary>
public sealed record InferenceOptions : IValidatableObject
{
    /// <summary>ONNX Runtime's names of what models run on, the best first: CUDAExecutionProvider, CPUExecutionProvider. Where one cannot be had, the next is taken,
    /// and the CPU last; the reason is logged and stands at <c>/health/ready</c>. Default: the CPU.</summary>
    public IReadOnlyList<string> Providers { get; init; } = [];

    /// <summary>Runs of a model at the same time, each on one thread. Default: the processor's cores.</summary>
    [Range(1, 1024, ErrorMessage = "MedCloud:Inference:ConcurrentRuns is not between 1 and 1024; write the number of cores, or leave it out")]
    public int ConcurrentRuns { get; init; } = Environment.ProcessorCount;

    /// <summary>Images that are fetched, decoded and brought to the model's input at the same time, ahead of the runs. Each may need six bytes
    /// for each of <see cref="MaxPixels"/>. Default: the processor's cores.</summary>
    [Range(1, 1024, ErrorMessage = "MedCloud:Inference:ConcurrentPreparations is not between 1 and 1024; write the number of cores, or leave it out")]
    public int ConcurrentPreparations { get; init; } = Environment.ProcessorCount;

    /// <summary>A longer run is terminated and the process ends with exit code 1: a model that hangs is a fault of the process, not of the image. An explanation that takes longer than
    /// half of it is left out. Default: 60 s.</summary>
    [Range(typeof(TimeSpan), "00:00:00.0000001", "1.00:00:00", ErrorMessage = "MedCloud:Inference:RunTimeout is not between zero and a day; write it as in 00:01:00")]
    public TimeSpan RunTimeout { get; init; } = TimeSpan.FromSeconds(60);

    /// <summary>Images of more pixels are refused before anything is decoded: rows and columns are what a file says, and memory is taken by them. Default: 32 Mi
    /// (the largest radiographs and mammograms have 29).</summary>
    [Range(1, 1 << 29, ErrorMessage = "MedCloud:Inference:MaxPixels is not between 1 and 536870912; write 33554432, or leave it out")]
    public int MaxPixels { get; init; } = 32 << 20;

    /// <inheritdoc/>
    public IEnumerable<ValidationResult> Validate(ValidationContext validationContext)
    {
        foreach (var (index, provider) in Providers.Index())
        {
            if (provider is not (ModelSession.Cuda or ModelSession.Cpu))
                yield return new($"MedCloud:Inference:Providers:{index} is not {ModelSession.Cuda} or {ModelSession.Cpu}");
        }
    }
}
