using System.Buffers;
using MedCloud.Contracts;
using MedCloud.Dicom;
using MedCloud.Inference.Preprocessing;
using MedCloud.ModelCatalogue;
using MedCloud.Results.V1;
using MedCloud.Storage;
using Microsoft.Extensions.Options;

namespace MedCloud.InferenceWorker.Analysis;

/// <summary>What became of an instance on its way to a model's input.</summary>
internal abstract record Preparation
{
    /// <summary>The input tensor of one image, the first values of a pooled buffer.</summary>
    public sealed record Ready(IMemoryOwner<float> Buffer, int Length) : Preparation;

    /// <summary>No repetition will make an input of it.</summary>
    public sealed record Refused(AnalysisReason Reason) : Preparation;

    /// <summary>There is no blob under the key, which the index says there must be.</summary>
    public sealed record BlobNotFound : Preparation;
}

/// <summary>Fetches an instance, decodes its one frame and brings it to a model's input.</summary>
internal sealed class PrepareImage(IBlobStore store, FrameDecoder decoder, IOptions<InferenceOptions> options)
{
    /// <summary>Prepares the instance under <paramref name="key"/>.</summary>
    /// <exception cref="BlobStoreUnavailableException">The store is away.</exception>
    /// <exception cref="IOException">The store went away meanwhile.</exception>
    public async Task<Preparation> ExecuteAsync(BlobKey key, ModelManifest model, CancellationToken cancellationToken)
    {
        var input = model.Input;
        using var fetch = Metrics.Begin("fetch", model.Name);
        await using var blob = await store.OpenReadAsync(key, cancellationToken);
        if (blob is null)
            return new Preparation.BlobNotFound();
        try
        {
            using var reader = DicomReader.ForPart10(blob, DicomReadLimits.ForStoredInstances);
            await reader.ReadMetaAsync(cancellationToken);
            await reader.ReadUntilAsync(DicomTags.PixelData, cancellationToken);
            if (reader.OpenPixelData() is not { } pixels)
                return WithoutIntegers(reader.DataSet);
            if (PixelDescription.From(reader.DataSet, out var problem) is not { } description)
                return Refused(ReasonCode.UnsupportedPixels, problem ?? "");
            if (Beyond(description, input) is { } sentence)
                return Refused(ReasonCode.UnsupportedPixels, sentence);
            await foreach (var frame in pixels.ReadFramesAsync(description, cancellationToken))
            {
                fetch.Dispose();
                using (Metrics.Begin("prepare", model.Name))
                    return await DecodeAsync(description, reader.Syntax, frame, input, cancellationToken);
            }

            return Refused(ReasonCode.CorruptPixels, "The pixel data has no frame");
        }
        catch (DicomFormatException fault)
        {
            return Refused(ReasonCode.CorruptPixels, $"The instance cannot be read: {fault.Problem}");
        }
    }

    private async Task<Preparation> DecodeAsync(PixelDescription description, TransferSyntax syntax, ReadOnlyMemory<byte> encoded, InputTensor input, CancellationToken cancellationToken)
    {
        switch (await decoder.DecodeAsync(description, syntax, encoded, cancellationToken))
        {
            case FrameResult.Decoded decoded:
                var length = InputPreparation.Length(input);
                var buffer = MemoryPool<float>.Shared.Rent(length);
                var tensor = buffer.Memory.Span[..length];
                if (GreyImage.Refusal(description) is null)
                    InputPreparation.Prepare(input, GreyImage.From(description, decoded.Pixels.Span), description.Rows, description.Columns, tensor);
                else
                    InputPreparation.Prepare(input, ColourImage.From(description, decoded), description.Rows, description.Columns, tensor);
                return new Preparation.Ready(buffer, length);
            case FrameResult.Unsupported unsupported:
                return Refused(syntax.Encapsulated ? ReasonCode.UnsupportedTransferSyntax : ReasonCode.UnsupportedPixels, unsupported.What);
            case FrameResult.Corrupt corrupt:
                return Refused(ReasonCode.CorruptPixels, corrupt.Problem);
            default:
                throw new InvalidOperationException("a frame is decoded, unsupported or corrupt");
        }
    }

    /// <summary>What of the pixels is beyond one frame of a size that fits, in grey or, where the model takes it, in colour; null if nothing is.</summary>
    private string? Beyond(PixelDescription description, InputTensor input) => description switch
    {
        { NumberOfFrames: not 1 } => $"The instance has {description.NumberOfFrames} frames; only single frames are analysed",
        _ when (long)description.Rows * description.Columns > options.Value.MaxPixels => $"The image has {description.Rows} x {description.Columns} pixels; at most {options.Value.MaxPixels} are analysed",
        _ when GreyImage.Refusal(description) is null => null,
        _ => input.Channels == 3 ? ColourImage.Refusal(description) : GreyImage.Refusal(description),
    };

    private static Preparation.Refused WithoutIntegers(DataSet dataSet) =>
        dataSet.TryGet(DicomTags.FloatPixelData, out _) || dataSet.TryGet(DicomTags.DoubleFloatPixelData, out _)
            ? Refused(ReasonCode.UnsupportedPixels, "Floating point pixels are stored, and not analysed")
            : Refused(ReasonCode.NoPixels, "The instance has no pixel data");

    private static Preparation.Refused Refused(ReasonCode code, string sentence) => new(new AnalysisReason(code, sentence));
}
