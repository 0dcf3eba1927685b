namespace MedCloud.Dicom;

/// <summary>What became of an encoded frame.</summary>
public abstract record FrameResult
{
    private FrameResult()
    {
    }

    /// <summary>Pixels in native form.</summary>
    /// <param name="Pixels">
    /// Row by row, little endian, <see cref="PixelDescription.SampleBytes"/> bytes a sample, the samples of a pixel together. For native transfer syntaxes it may be the
    /// memory that was given, and valid as long as that.
    /// </param>
    /// <param name="ColourModel">What the samples are, as a Photometric Interpretation with every sample for every pixel: e.g. <c>MONOCHROME2</c>, <c>RGB</c>, <c>YBR_FULL</c>.</param>
    public sealed record Decoded(ReadOnlyMemory<byte> Pixels, string ColourModel) : FrameResult;

    /// <summary>Sound, as far as we can tell, and not yet for us.</summary>
    /// <param name="What">A sentence that names it.</param>
    public sealed record Unsupported(string What) : FrameResult;

    /// <summary>Not what its transfer syntax and attributes ask for.</summary>
    /// <param name="Problem">A sentence.</param>
    public sealed record Corrupt(string Problem) : FrameResult;
}
