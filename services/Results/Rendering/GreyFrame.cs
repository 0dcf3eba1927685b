using MedCloud.Dicom;

namespace MedCloud.Results.Rendering;

/// <summary>The first frame of an instance, 8 bits a pixel, 0 black, row by row.</summary>
internal sealed record GreyFrame(int Rows, int Columns, byte[] Pixels)
{
    /// <summary>The largest frame that is drawn; a mammogram has 29 million pixels. One takes up to 7 bytes a pixel while it is read.</summary>
    private const long MaxPixels = 32 * 1024 * 1024;

    /// <summary>Reads the frame from a Part 10 file; else a sentence that says why it cannot be drawn.</summary>
    public static async Task<(GreyFrame? Frame, string? Problem)> ReadAsync(Stream file, FrameDecoder decoder, CancellationToken cancellationToken)
    {
        try
        {
            using var reader = DicomReader.ForPart10(file, DicomReadLimits.ForStoredInstances);
            await reader.ReadUntilAsync(DicomTags.PixelData, cancellationToken);
            if (reader.OpenPixelData() is not { } pixelData)
                return (null, "the instance has no pixel data");
            if (PixelDescription.From(reader.DataSet, out var problem) is not { } description)
                return (null, problem);
            if (GreyImage.Refusal(description) is { } refusal)
                return (null, refusal);
            if ((long)description.Rows * description.Columns > MaxPixels)
                return (null, $"the image has more than {MaxPixels} pixels");
            await foreach (var encoded in pixelData.ReadFramesAsync(description, cancellationToken))
                return await DecodeAsync(decoder, description, reader.Syntax, encoded, cancellationToken);
            return (null, "the pixel data has no frame");
        }
        catch (DicomFormatException exception)
        {
            return (null, exception.Problem);
        }
    }

    private static async Task<(GreyFrame? Frame, string? Problem)> DecodeAsync(
        FrameDecoder decoder, PixelDescription description, TransferSyntax syntax, ReadOnlyMemory<byte> encoded, CancellationToken cancellationToken) =>
        await decoder.DecodeAsync(description, syntax, encoded, cancellationToken) switch
        {
            FrameResult.Decoded decoded => (Reduce(description, GreyImage.From(description, decoded.Pixels.Span)), null),
            FrameResult.Unsupported unsupported => (null, unsupported.What),
            FrameResult.Corrupt corrupt => (null, corrupt.Problem),
            var other => throw new InvalidOperationException($"unknown frame result {other.GetType()}"),
        };

    private static GreyFrame Reduce(PixelDescription description, float[] grey)
    {
        var pixels = new byte[grey.Length];
        for (var i = 0; i < grey.Length; i++)
            pixels[i] = (byte)((grey[i] * 255) + 0.5f);
        return new GreyFrame(description.Rows, description.Columns, pixels);
    }
}
