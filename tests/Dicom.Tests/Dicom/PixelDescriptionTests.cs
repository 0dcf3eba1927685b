namespace MedCloud.Dicom.Tests;

public sealed class PixelDescriptionTests
{
    [Fact]
    public void From_WholeAttributes_TakesThem()
    {
        var dataSet = Attributes();
        dataSet.SetUInt16(DicomTags.PixelRepresentation, 1);
        dataSet.Set(DicomTags.NumberOfFrames, "3");
        dataSet.Set(DicomTags.RescaleSlope, "0.5");
        dataSet.Set(DicomTags.RescaleIntercept, "-1024");
        dataSet.Set(DicomTags.WindowCenter, "40", "50");
        dataSet.Set(DicomTags.WindowWidth, "400", "500");

        var description = PixelDescription.From(dataSet, out var problem);

        Assert.Null(problem);
        Assert.Equal(
            new PixelDescription
            {
                Rows = 480,
                Columns = 640,
                SamplesPerPixel = 1,
                BitsAllocated = 16,
                BitsStored = 12,
                HighBit = 11,
                Signed = true,
                PhotometricInterpretation = "MONOCHROME2",
                NumberOfFrames = 3,
                Slope = 0.5,
                Intercept = -1024,
                WindowCenter = 40,
                WindowWidth = 400,
            },
            description);
        Assert.Equal(480 * 640 * 2, description?.FrameBytes);
    }

    [Fact]
    public void From_HalfAWindow_TakesNone()
    {
        var dataSet = Attributes();
        dataSet.Set(DicomTags.WindowCenter, "40");

        var description = PixelDescription.From(dataSet, out _);

        Assert.NotNull(description);
        Assert.Equal((null, null), (description.WindowCenter, description.WindowWidth));
        Assert.Equal((1, 0), (description.Slope, description.Intercept));
    }

    public static TheoryData<string, ushort?, string> Faults => new()
    {
        { nameof(DicomTags.Rows), null, "Rows is absent or zero" },
        { nameof(DicomTags.Rows), 0, "Rows is absent or zero" },
        { nameof(DicomTags.Columns), 0, "Columns is absent or zero" },
        { nameof(DicomTags.SamplesPerPixel), 5, "Samples per Pixel is not 1 to 4" },
        { nameof(DicomTags.PhotometricInterpretation), null, "Photometric Interpretation is absent" },
        { nameof(DicomTags.BitsAllocated), null, "Bits Allocated is absent or not 1 or a multiple of 8" },
        { nameof(DicomTags.BitsAllocated), 12, "Bits Allocated is absent or not 1 or a multiple of 8" },
        { nameof(DicomTags.BitsStored), 0, "Bits Stored is not within Bits Allocated" },
        { nameof(DicomTags.BitsStored), 17, "Bits Stored is not within Bits Allocated" },
        { nameof(DicomTags.HighBit), 16, "High Bit does not fit Bits Allocated and Bits Stored" },
        { nameof(DicomTags.HighBit), 10, "High Bit does not fit Bits Allocated and Bits Stored" },
        { nameof(DicomTags.Rows), 65535, "Rows x Columns is more than 512 million samples" },
    };

    [Theory]
    [MemberData(nameof(Faults))]
    public void From_AFaultyAttribute_NamesIt(string attribute, ushort? value, string problem)
    {
        var dataSet = Attributes();
        dataSet.SetUInt16(DicomTags.Columns, 65535);
        var tag = Assert.IsType<DicomTag>(typeof(DicomTags).GetField(attribute)?.GetValue(null));
        dataSet.Set(new DicomElement(tag, Vr.US, value is { } number ? [(byte)number, (byte)(number >> 8)] : Array.Empty<byte>()));

        Assert.Null(PixelDescription.From(dataSet, out var found));
        Assert.Equal(problem, found);
    }

    [Fact]
    public void From_ANegativeNumberOfFrames_NamesIt()
    {
        var dataSet = Attributes();
        dataSet.Set(DicomTags.NumberOfFrames, "-1");

        Assert.Null(PixelDescription.From(dataSet, out var problem));
        Assert.Equal("Number of Frames is not positive", problem);
    }

    [Theory]
    [InlineData("RGB", 3, 8, 30)]
    [InlineData("YBR_FULL_422", 3, 8, 20)]
    [InlineData("MONOCHROME2", 1, 1, 2)]
    public void FrameBytes_CountsSamplesAndBits(string photometric, int samples, int bits, long expected) =>
        Assert.Equal(expected, (FrameDecoderTests.Grey(2, 5) with { PhotometricInterpretation = photometric, SamplesPerPixel = samples, BitsAllocated = bits }).FrameBytes);

    private static DataSet Attributes()
    {
        var dataSet = new DataSet();
        dataSet.SetUInt16(DicomTags.SamplesPerPixel, 1);
        dataSet.Set(DicomTags.PhotometricInterpretation, "MONOCHROME2");
        dataSet.SetUInt16(DicomTags.Rows, 480);
        dataSet.SetUInt16(DicomTags.Columns, 640);
        dataSet.SetUInt16(DicomTags.BitsAllocated, 16);
        dataSet.SetUInt16(DicomTags.BitsStored, 12);
        dataSet.SetUInt16(DicomTags.HighBit, 11);
        return dataSet;
    }
}
