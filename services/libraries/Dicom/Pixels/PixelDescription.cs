namespace MedCloud.Dicom;

/// <summary>
/// What PS3.3 section C.7.6.3 (image pixel), C.11.1 (modality) and C.11.2 (values of interest) say about the pixels of an instance; of an enhanced one, about its first frame
/// (sections C.7.6.16.2.9 and C.7.6.16.2.10).
/// </summary>
public sealed record PixelDescription
{
    private const long MaxPixels = 512L * 1024 * 1024;

    /// <summary>Height of a frame, in pixels.</summary>
    public required int Rows { get; init; }

    /// <summary>Width of a frame, in pixels.</summary>
    public required int Columns { get; init; }

    /// <summary>Numbers per pixel: 1 for grey and palette, 3 for colour.</summary>
    public required int SamplesPerPixel { get; init; }

    /// <summary>Bits that a sample takes in native pixel data.</summary>
    public required int BitsAllocated { get; init; }

    /// <summary>Bits of a sample that mean something.</summary>
    public required int BitsStored { get; init; }

    /// <summary>Position of the most significant of them.</summary>
    public required int HighBit { get; init; }

    /// <summary>Samples are in two's complement.</summary>
    public required bool Signed { get; init; }

    /// <summary>E.g. <c>MONOCHROME2</c>.</summary>
    public required string PhotometricInterpretation { get; init; }

    /// <summary>1: all first samples, then all second ones; 0: the samples of a pixel together.</summary>
    public int PlanarConfiguration { get; init; }

    /// <summary>How many frames there are.</summary>
    public int NumberOfFrames { get; init; } = 1;

    /// <summary>Rescale Slope, 1 where absent.</summary>
    public double Slope { get; init; } = 1;

    /// <summary>Rescale Intercept, 0 where absent.</summary>
    public double Intercept { get; init; }

    /// <summary>The Modality LUT, which stands in the place of the rescale; null where absent.</summary>
    public LookupTable? ModalityLut { get; init; }

    /// <summary>The first VOI LUT, which is preferred to a window; null where absent.</summary>
    public LookupTable? VoiLut { get; init; }

    /// <summary>What the window does.</summary>
    public VoiLutFunction VoiLutFunction { get; init; }

    /// <summary>Stored values that are no image but fill it up to a rectangle (PS3.3 section C.7.5.1.1.2), from the least to the greatest; null without any.</summary>
    public (int Least, int Greatest)? Padding { get; init; }

    /// <summary>The colours of PALETTE COLOR pixels; null for others.</summary>
    public Palette? Palette { get; init; }

    /// <summary>The first Window Center, in rescaled units; null without a whole window.</summary>
    public double? WindowCenter { get; init; }

    /// <summary>The first Window Width, in rescaled units; null without a whole window.</summary>
    public double? WindowWidth { get; init; }

    /// <summary>Bytes that a decoded sample takes; one of a single bit takes a byte.</summary>
    public int SampleBytes => (BitsAllocated + 7) / 8;

    /// <summary>Bytes of one decoded frame, see <see cref="FrameResult.Decoded"/>.</summary>
    public long DecodedBytes => (long)Rows * Columns * SamplesPerPixel * SampleBytes;

    /// <summary>Two pixels beside each other share their colour samples in native pixel data (PS3.3 section C.7.6.3.1.2; YBR_PARTIAL_422 is retired).</summary>
    internal bool SharesColours => this is { PhotometricInterpretation: "YBR_FULL_422" or "YBR_PARTIAL_422", SamplesPerPixel: 3 };

    /// <summary>Bits of one frame of native pixel data.</summary>
    internal long FrameBits
    {
        get
        {
            var samples = SharesColours ? 2 : SamplesPerPixel;
            return (long)Rows * Columns * samples * BitsAllocated;
        }
    }

    /// <summary>Bytes of one frame of native pixel data.</summary>
    public long FrameBytes => (FrameBits + 7) / 8;

    /// <summary>Reads the description; null where the attributes describe no image, and then <paramref name="problem"/> names the attribute.</summary>
    public static PixelDescription? From(DataSet dataSet, out string? problem)
    {
        var rows = dataSet.GetInt32(DicomTags.Rows) ?? 0;
        var columns = dataSet.GetInt32(DicomTags.Columns) ?? 0;
        var samples = dataSet.GetInt32(DicomTags.SamplesPerPixel) ?? 1;
        var allocated = dataSet.GetInt32(DicomTags.BitsAllocated) ?? 0;
        var stored = dataSet.GetInt32(DicomTags.BitsStored) ?? allocated;
        var high = dataSet.GetInt32(DicomTags.HighBit) ?? stored - 1;
        var frames = dataSet.GetInt32(DicomTags.NumberOfFrames) ?? 1;
        var photometric = dataSet.GetString(DicomTags.PhotometricInterpretation);

        problem = true switch
        {
            _ when rows <= 0 => "Rows is absent or zero",
            _ when columns <= 0 => "Columns is absent or zero",
            _ when samples is < 1 or > 4 => "Samples per Pixel is not 1 to 4",
            _ when photometric is null => "Photometric Interpretation is absent",
            _ when allocated is not 1 && (allocated is < 8 or > 64 || allocated % 8 != 0) => "Bits Allocated is absent or not 1 or a multiple of 8",
            _ when stored < 1 || stored > allocated => "Bits Stored is not within Bits Allocated",
            _ when high >= allocated || high < stored - 1 => "High Bit does not fit Bits Allocated and Bits Stored",
            _ when frames < 1 => "Number of Frames is not positive",
            _ when (long)rows * columns * samples > MaxPixels => "Rows x Columns is more than 512 million samples",
            _ => null,
        };
        if (problem is not null)
            return null;

        var modality = FunctionalGroup(dataSet, DicomTags.PixelValueTransformationSequence);
        var voi = FunctionalGroup(dataSet, DicomTags.FrameVoiLutSequence);
        var modalityLut = Lut(modality, DicomTags.ModalityLutSequence, out problem);
        var voiLut = problem is null ? Lut(voi, DicomTags.VoiLutSequence, out problem) : null;
        var palette = problem is null && photometric == "PALETTE COLOR" ? Palette.From(dataSet, out problem) : null;
        if (problem is not null)
            return null;

        var function = voi.GetString(DicomTags.VoiLutFunction) switch
        {
            "LINEAR_EXACT" => VoiLutFunction.LinearExact,
            "SIGMOID" => VoiLutFunction.Sigmoid,
            _ => VoiLutFunction.Linear,
        };
        var center = voi.GetDouble(DicomTags.WindowCenter);
        var width = voi.GetDouble(DicomTags.WindowWidth);
        // A width that the standard rules out says nothing (PS3.3 section C.11.2.1.2.1).
        if (width < 1 && (function == VoiLutFunction.Linear || width <= 0))
            width = null;
        return new PixelDescription
        {
            Rows = rows,
            Columns = columns,
            SamplesPerPixel = samples,
            BitsAllocated = allocated,
            BitsStored = stored,
            HighBit = high,
            Signed = dataSet.GetInt32(DicomTags.PixelRepresentation) == 1,
            PhotometricInterpretation = photometric ?? "",
            PlanarConfiguration = dataSet.GetInt32(DicomTags.PlanarConfiguration) == 1 ? 1 : 0,
            NumberOfFrames = frames,
            Slope = modality.GetDouble(DicomTags.RescaleSlope) ?? 1,
            Intercept = modality.GetDouble(DicomTags.RescaleIntercept) ?? 0,
            ModalityLut = modalityLut,
            VoiLut = voiLut,
            VoiLutFunction = function,
            Padding = PaddingOf(dataSet),
            Palette = palette,
            WindowCenter = width is null ? null : center,
            WindowWidth = center is null ? null : width,
        };
    }

    /// <summary>The item of a functional group for the first frame, or for all; else the data set itself, as in every object that is not enhanced.</summary>
    private static DataSet FunctionalGroup(DataSet dataSet, DicomTag group)
    {
        foreach (var groups in new[] { DicomTags.PerFrameFunctionalGroupsSequence, DicomTags.SharedFunctionalGroupsSequence })
        {
            if (dataSet.GetSequence(groups) is [var first, ..] && first.GetSequence(group) is [var item, ..])
                return item;
        }
        return dataSet;
    }

    private static LookupTable? Lut(DataSet around, DicomTag sequence, out string? problem)
    {
        problem = null;
        // Some writers leave an item of empty elements behind, which says nothing.
        return around.GetSequence(sequence) is [var item, ..] && item.TryGet(DicomTags.LutDescriptor, out var descriptor) && !descriptor.Value.IsEmpty
            ? LookupTable.From(item, DicomTags.LutDescriptor, DicomTags.LutData, out problem)
            : null;
    }

    private static (int, int)? PaddingOf(DataSet dataSet)
    {
        if (dataSet.GetInt32(DicomTags.PixelPaddingValue) is not { } value)
            return null;
        var limit = dataSet.GetInt32(DicomTags.PixelPaddingRangeLimit) ?? value;
        return (Math.Min(value, limit), Math.Max(value, limit));
    }
}
