namespace MedCloud.Dicom;

/// <summary>Decodes frames of native, RLE and JPEG pixel data, 8 or 16 bits allocated.</summary>
public static class FrameDecoder
{
    /// <summary>Decodes one frame that <see cref="PixelDataStream.ReadFramesAsync"/> gave. Never throws for what the bytes are.</summary>
    /// <exception cref="OperationCanceledException">The token asked for it.</exception>
    public static FrameResult Decode(PixelDescription description, TransferSyntax syntax, ReadOnlyMemory<byte> encoded, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var decode = Decoder(syntax);
        if (decode is null)
            return new FrameResult.Unsupported($"{syntax} is not supported yet");
        if (description.BitsAllocated is not (8 or 16))
            return new FrameResult.Unsupported($"Bits Allocated {description.BitsAllocated} is not supported yet");
        if (description.FrameBytes > Array.MaxLength)
            return new FrameResult.Unsupported("frames over 2 GB are not supported");
        return decode(description, encoded, cancellationToken);
    }

    private static Func<PixelDescription, ReadOnlyMemory<byte>, CancellationToken, FrameResult>? Decoder(TransferSyntax syntax) => syntax.Uid.Value switch
    {
        _ when !syntax.Encapsulated => (description, pixels, _) => Native(description, pixels),
        "1.2.840.10008.1.2.4.50" or "1.2.840.10008.1.2.4.51" => (description, frame, cancel) => JpegFrameDecoder.Decode(description, syntax, frame, cancel),
        "1.2.840.10008.1.2.4.57" or "1.2.840.10008.1.2.4.70" => (description, frame, cancel) => JpegLosslessDecoder.Decode(description, frame.Span, cancel),
        "1.2.840.10008.1.2.5" => (description, frame, cancel) => RleDecoder.Decode(description, frame.Span, cancel),
        _ => null,
    };

    private static FrameResult Native(PixelDescription description, ReadOnlyMemory<byte> pixels)
    {
        if (pixels.Length < description.FrameBytes)
            return new FrameResult.Corrupt($"pixel data is {pixels.Length} bytes, Rows x Columns ask for {description.FrameBytes}");
        if (description.PhotometricInterpretation == "YBR_FULL_422")
            return new FrameResult.Unsupported("native YBR_FULL_422 is not supported yet");
        pixels = pixels[..(int)description.FrameBytes];
        return new FrameResult.Decoded(description is { SamplesPerPixel: > 1, PlanarConfiguration: 1 } ? Interleave(description, pixels.Span) : pixels);
    }

    private static byte[] Interleave(PixelDescription description, ReadOnlySpan<byte> planes)
    {
        var (samples, size) = (description.SamplesPerPixel, description.BitsAllocated / 8);
        var interleaved = new byte[planes.Length];
        var plane = planes.Length / samples;
        for (var sample = 0; sample < samples; sample++)
        {
            var source = planes.Slice(sample * plane, plane);
            for (var from = 0; from < plane; from += size)
                source.Slice(from, size).CopyTo(interleaved.AsSpan((from * samples) + (sample * size)));
        }
        return interleaved;
    }
}
