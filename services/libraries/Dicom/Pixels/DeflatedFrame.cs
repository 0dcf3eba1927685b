using System.IO.Compression;

namespace MedCloud.Dicom;

/// <summary>Deflated Image Frame Compression (PS3.5 annex A.4.13): each frame is the native one as a raw deflate stream (RFC 1951).</summary>
internal static class DeflatedFrame
{
    public static async ValueTask<FrameResult> DecodeAsync(PixelDescription description, ReadOnlyMemory<byte> frame, CancellationToken cancellationToken)
    {
        // Grows as the bytes come, not as Rows x Columns promise.
        using var native = new FrameBuffer();
        await using var deflate = new DeflateStream(new MemoryStream(frame.ToArray(), writable: false), CompressionMode.Decompress);
        using var source = new ByteSource(deflate);
        try
        {
            await native.AppendAsync(source, description.FrameBytes, cancellationToken);
        }
        catch (InvalidDataException)
        {
            return new FrameResult.Corrupt("the deflated frame is damaged");
        }
        return NativeFrame.Decode(description, native.Memory.ToArray());
    }
}
