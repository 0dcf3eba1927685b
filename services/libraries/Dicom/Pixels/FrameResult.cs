namespace MedCloud.Dicom;

/// <summary>What became of an encoded frame.</summary>
public abstract record FrameResult
{
    private FrameResult()
    {
    }

    /// <summary>Pixels in native form.</summary>
    /// <param name="Pixels">
    /// Row by row, little endian, <see cref="PixelDescription.BitsAllocated"/> bits a sample, the samples of a pixel together. For native transfer syntaxes it is the
    /// memory that was given, and valid as long as that.
    /// </param>
    public sealed record Decoded(ReadOnlyMemory<byte> Pixels) : FrameResult;

    /// <summary>Sound, as far as we can tell, and not yet for us.</summary>
    /// <param name="What">A sentence that names it.</param>
    public sealed record Unsupported(string What) : FrameResult;

    /// <summary>Not what its transfer syntax and attributes ask for.</summary>
    /// <param name="Problem">A sentence.</param>
    public sealed record Corrupt(string Problem) : FrameResult;
}
