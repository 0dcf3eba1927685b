using MedCloud.Dicom;

namespace MedCloud.Results.Rendering;

/// <summary>The first frame of an instance, as it is drawn.</summary>
/// <param name="Rows">Its height.</param>
/// <param name="Columns">Its width.</param>
/// <param name="InColour">Four bytes a pixel: red, green, blue and one that says nothing; else one, 0 black.</param>
/// <param name="Pixels">Row by row.</param>
internal sealed record ImageFrame(int Rows, int Columns, bool InColour, byte[] Pixels)
{
    /// <summary>The largest frame that is drawn; a mammogram has 29 million pixels. One takes up to 11 bytes a pixel while it is read.</summary>
    private const long MaxPixels = 32 * 1024 * 1024;

    /// <summary>Reads the frame from a Part 10 file; else a sentence that says why it cannot be drawn.</summary>
    public static async Task<(ImageFrame? Frame, string? Problem)> ReadAsync(Stream file, FrameDecoder decoder, CancellationToken cancellationToken)
    {
        try
        {
            using var reader = DicomReader.ForPart10(file, DicomReadLimits.ForStoredInstances);
            await reader.ReadUntilAsync(DicomTags.PixelData, cancellationToken);
            if (reader.OpenPixelData() is not { } pixelData)
                return (null, "the instance has no pixel data");
            if (PixelDescription.From(reader.DataSet, out var problem) is not { } description)
                return (null, problem);
            if (GreyImage.Refusal(description) is not null && ColourImage.Refusal(description) is { } refusal)
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

    private static async Task<(ImageFrame? Frame, string? Problem)> DecodeAsync(
        FrameDecoder decoder, PixelDescription description, TransferSyntax syntax, ReadOnlyMemory<byte> encoded, CancellationToken cancellationToken) =>
        await decoder.DecodeAsync(description, syntax, encoded, cancellationToken) switch
        {
            FrameResult.Decoded decoded => (Draw(description, decoded), null),
            FrameResult.Unsupported unsupported => (null, unsupported.What),
            FrameResult.Corrupt corrupt => (null, corrupt.Problem),
            var other => throw new InvalidOperationException($"unknown frame result {other.GetType()}"),
        };

    private static ImageFrame Draw(PixelDescription description, FrameResult.Decoded frame)
    {
        if (GreyImage.Refusal(description) is null)
        {
            var grey = GreyImage.From(description, frame.Pixels.Span);
            return new ImageFrame(description.Rows, description.Columns, InColour: false, Array.ConvertAll(grey, value => (byte)((value * 255) + 0.5f)));
        }

        var colours = ColourImage.From(description, frame);
        var pixels = new byte[colours.Length / 3 * 4];
        for (int from = 0, to = 0; from < colours.Length; from += 3, to += 4)
            colours.AsSpan(from, 3).CopyTo(pixels.AsSpan(to));
        return new ImageFrame(description.Rows, description.Columns, InColour: true, pixels);
    }
}
