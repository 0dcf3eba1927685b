using MedCloud.Dicom.Codecs;

namespace MedCloud.Dicom;

/// <summary>
/// Decodes frames of integer pixels. JPEG-LS, JPEG 2000 and HTJ2K are decoded by native libraries in processes of their own, which it starts when they are needed and keeps;
/// disposing of it ends them.
/// </summary>
public sealed class FrameDecoder : IDisposable
{
    private readonly NativeFrameDecoder native = new();

    /// <summary>Decodes one frame that <see cref="PixelDataStream.ReadFramesAsync"/> gave. Never throws for what the bytes are.</summary>
    /// <exception cref="OperationCanceledException">The token asked for it.</exception>
    /// <exception cref="InsufficientMemoryException">There is no memory for it now.</exception>
    public async ValueTask<FrameResult> DecodeAsync(PixelDescription description, TransferSyntax syntax, ReadOnlyMemory<byte> encoded, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        if (description.BitsAllocated is not (1 or 8 or 16 or 32))
            return new FrameResult.Unsupported($"Bits Allocated {description.BitsAllocated} is not supported");
        if (description.DecodedBytes > Array.MaxLength)
            return new FrameResult.Unsupported("frames over 2 GB are not supported");
        if (!syntax.Encapsulated)
            return NativeFrame.Decode(description, encoded);
        return syntax.Uid.Value switch
        {
            "1.2.840.10008.1.2.4.50" or "1.2.840.10008.1.2.4.51" or "1.2.840.10008.1.2.4.53" or "1.2.840.10008.1.2.4.55" =>
                JpegFrameDecoder.Decode(description, syntax, encoded, cancellationToken),
            "1.2.840.10008.1.2.4.57" or "1.2.840.10008.1.2.4.70" => JpegLosslessDecoder.Decode(description, encoded.Span, cancellationToken),
            "1.2.840.10008.1.2.4.80" or "1.2.840.10008.1.2.4.81" => await JpegLsAsync(description, encoded, cancellationToken),
            "1.2.840.10008.1.2.4.90" or "1.2.840.10008.1.2.4.91" or "1.2.840.10008.1.2.4.92" or "1.2.840.10008.1.2.4.93"
                or "1.2.840.10008.1.2.4.201" or "1.2.840.10008.1.2.4.202" or "1.2.840.10008.1.2.4.203" => await Jpeg2000Async(description, encoded, cancellationToken),
            "1.2.840.10008.1.2.5" => RleDecoder.Decode(description, encoded.Span, cancellationToken),
            "1.2.840.10008.1.2.8.1" => await DeflatedFrame.DecodeAsync(description, encoded, cancellationToken),
            _ => new FrameResult.Unsupported($"{syntax} is not decoded"),
        };
    }

    /// <inheritdoc/>
    public void Dispose() => native.Dispose();

    private async ValueTask<FrameResult> JpegLsAsync(PixelDescription description, ReadOnlyMemory<byte> frame, CancellationToken cancellationToken)
    {
        if (JpegLsHeader.Read(frame.Span) is not { } coded)
            return new FrameResult.Corrupt("the JPEG-LS frame has no sound frame header");
        return coded.Mismatch(description) is { } mismatch
            ? new FrameResult.Corrupt(mismatch)
            : await native.DecodeAsync(NativeCodec.JpegLs, coded, description, frame, cancellationToken);
    }

    private async ValueTask<FrameResult> Jpeg2000Async(PixelDescription description, ReadOnlyMemory<byte> frame, CancellationToken cancellationToken)
    {
        var codestream = Jpeg2000Header.Codestream(frame);
        if (Jpeg2000Header.Read(codestream.Span) is not { } coded)
            return new FrameResult.Corrupt("the JPEG 2000 frame has no sound image and tile size (SIZ)");
        return coded.Mismatch(description) is { } mismatch
            ? new FrameResult.Corrupt(mismatch)
            : await native.DecodeAsync(NativeCodec.Jpeg2000, coded, description, codestream, cancellationToken);
    }
}
