namespace MedCloud.Dicom;

/// <summary>Decodes a frame of native, RLE or JPEG baseline pixel data.</summary>
public static class FrameDecoder
{
    /// <summary>Decodes one frame that <see cref="PixelDataStream.ReadFramesAsync"/> gave.</summary>
    public static FrameResult Decode(PixelDescription description, TransferSyntax syntax, ReadOnlyMemory<byte> encoded, CancellationToken cancellationToken)
    {
        throw new NotImplementedException();
    }
}
