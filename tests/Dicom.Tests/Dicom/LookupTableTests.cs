namespace MedCloud.Dicom.Tests;

/// <summary>Look-up tables as PS3.3 sections C.7.9, C.11.1 and C.11.2 describe them, with outputs worked out by hand.</summary>
public sealed class LookupTableTests
{
    private static readonly DicomTag RedDescriptor = new(0x0028, 0x1101);
    private static readonly DicomTag RedSegments = new(0x0028, 0x1221);

    [Fact]
    public void WhatLiesOutsideOfATableHasItsFirstOrLastEntry()
    {
        var description = Described(DicomTags.ModalityLutSequence, [3, 10, 12], 100, 200, 400);

        Assert.Equal([100, 100, 200, 400, 400], new[] { 0.0, 10, 11, 12, 4095 }.Select(value => description.ModalityLut![value]));
    }

    [Fact]
    public void ADescriptorOfZeroEntriesMeans65536()
    {
        var entries = Enumerable.Range(0, 65536).Select(value => (ushort)(65535 - value)).ToArray();

        Assert.Equal(65535 - 777, Described(DicomTags.VoiLutSequence, [0, 0, 16], entries).VoiLut![777]);
    }

    [Fact]
    public void TheFirstNumberIsSignedWhereItsVrIs()
    {
        var item = Item([2, unchecked((ushort)-5), 8], Vr.SS, 7, 9);

        Assert.Equal((7, 9), (Of(DicomTags.ModalityLutSequence, item).ModalityLut![-5], Of(DicomTags.ModalityLutSequence, item).ModalityLut![-4]));
    }

    [Fact]
    public void ModalityThenValuesOfInterestThenMonochrome1()
    {
        var dataSet = Attributes();
        dataSet.SetSequence(DicomTags.ModalityLutSequence, Item([4, 0, 16], Vr.US, 0, 10, 20, 30));
        dataSet.SetSequence(DicomTags.VoiLutSequence, Item([31, 0, 8], Vr.US, [.. Enumerable.Range(0, 31).Select(value => (ushort)(value * 8))]));
        dataSet.Set(DicomTags.PhotometricInterpretation, "MONOCHROME1");
        var description = PixelDescription.From(dataSet, out _)!;

        Assert.All(GreyImage.From(description, [0, 1, 2, 3]).Zip([1f, 1 - (80 / 255f), 1 - (160 / 255f), 1 - (240 / 255f)]), pair => Assert.Equal(pair.Second, pair.First, 0.00001f));
    }

    [Theory]
    [InlineData("LINEAR", 100.0, 101.0, new[] { 0f, 0.005f, 0.505f, 1f })]
    [InlineData("LINEAR_EXACT", 100.0, 100.0, new[] { 0f, 0f, 0.5f, 1f })]
    [InlineData("SIGMOID", 100.0, 4.0, new[] { 0f, 0f, 0.5f, 1f })]
    public void AWindowDoesWhatItsFunctionSays(string function, double center, double width, float[] expected)
    {
        var dataSet = Attributes();
        dataSet.Set(DicomTags.WindowCenter, $"{center}");
        dataSet.Set(DicomTags.WindowWidth, $"{width}");
        dataSet.Set(DicomTags.VoiLutFunction, function);
        var description = PixelDescription.From(dataSet, out _)!;
        byte[] pixels = [0, 50, 100, 150];

        Assert.All(GreyImage.From(description, pixels).Zip(expected), pair => Assert.Equal(pair.Second, pair.First, 0.0001f));
    }

    [Fact]
    public void SigmoidIsSteepestAtItsCentre()
    {
        var description = Sigmoid(center: 128, width: 64);

        // 1 / (1 + exp(-4 (x - 128) / 64))
        Assert.All(GreyImage.From(description, [128, 144, 112, 192]).Zip([0.5f, 0.731059f, 0.268941f, 0.982014f]), pair => Assert.Equal(pair.Second, pair.First, 0.00001f));
    }

    [Fact]
    public void PaddingIsBlackAndOutsideOfTheRange()
    {
        var description = FrameDecoderTests.Grey(1, 4) with { Padding = (200, 255) };

        Assert.Equal([0f, 0.5f, 1f, 0f], GreyImage.From(description, [10, 20, 30, 255]));
        Assert.Equal([1f, 0.5f, 0f, 0f], GreyImage.From(description with { PhotometricInterpretation = "MONOCHROME1" }, [10, 20, 30, 255]));
    }

    [Fact]
    public void SegmentsAreDiscreteLinearOrRunAgain()
    {
        // 0, 100, 200; then up to 300 in 4 steps; then both of them again
        var dataSet = Painted([10, 0, 16], 0, 3, 0, 100, 200, 1, 4, 300, 2, 1, 0, 0);

        Assert.Equal([0, 100, 200, 225, 250, 275, 300, 0, 100, 200], Enumerable.Range(0, 10).Select(value => PixelDescription.From(dataSet, out _)!.Palette!.Red[value]));
    }

    public static TheoryData<string, ushort[]> BadSegments => new()
    {
        { "too few", [0, 3, 1, 2, 3] },
        { "unknown", [9, 1, 1, 1] },
        { "linear without a beginning", [1, 10, 100] },
        { "past the end", [0, 200, 1] },
        { "runs itself", [2, 1, 0, 0, 0, 1] },
        { "runs what comes", [0, 1, 5, 2, 1, 6, 0, 0, 1, 5] },
        { "runs one that runs", [0, 1, 5, 2, 1, 0, 0, 2, 2, 3, 0] },
    };

    [Theory]
    [MemberData(nameof(BadSegments))]
    public void SegmentsThatMakeNoTable_AreRefusedByName(string name, ushort[] segments)
    {
        Assert.Null(PixelDescription.From(Painted([10, 0, 16], segments), out var problem));
        Assert.True("the segments of (0028,1221) do not make the entries that (0028,1101) says" == problem, name);
    }

    [Fact]
    public void ATableThatIsNone_IsRefusedByName()
    {
        Assert.Null(PixelDescription.From(With(DicomTags.VoiLutSequence, Item([2, 0, 4], Vr.US, 1, 2)), out var bits));
        Assert.Null(PixelDescription.From(With(DicomTags.ModalityLutSequence, Item([5, 0, 16], Vr.US, 1, 2)), out var entries));
        Assert.Null(PixelDescription.From(With(DicomTags.ModalityLutSequence, Item([5], Vr.US, 1, 2)), out var numbers));
        var palette = Attributes();
        palette.Set(DicomTags.PhotometricInterpretation, "PALETTE COLOR");
        Assert.Null(PixelDescription.From(palette, out var absent));

        Assert.Equal("Lookup Table Descriptor (0028,3002) asks for entries of 4 bits, not 8 to 16", bits);
        Assert.Equal("Lookup Table Data (0028,3006) has fewer entries than (0028,3002) says", entries);
        Assert.Equal("Lookup Table Descriptor (0028,3002) is absent or not three numbers", numbers);
        Assert.Equal("Lookup Table Descriptor (0028,1101) is absent or not three numbers", absent);
    }

    [Fact]
    public void TheFirstFrameOfAnEnhancedObject_HasItsOwnWindow()
    {
        var shared = new DataSet();
        var values = new DataSet();
        values.Set(DicomTags.RescaleSlope, "2");
        values.Set(DicomTags.RescaleIntercept, "-10");
        shared.SetSequence(DicomTags.PixelValueTransformationSequence, values);
        DataSet[] frames = [.. new[] { 40, 50 }.Select(center =>
        {
            var (frame, window) = (new DataSet(), new DataSet());
            window.Set(DicomTags.WindowCenter, $"{center}");
            window.Set(DicomTags.WindowWidth, "80");
            frame.SetSequence(DicomTags.FrameVoiLutSequence, window);
            return frame;
        })];
        var dataSet = Attributes();
        dataSet.SetSequence(DicomTags.SharedFunctionalGroupsSequence, shared);
        dataSet.SetSequence(DicomTags.PerFrameFunctionalGroupsSequence, frames);

        var description = PixelDescription.From(dataSet, out _)!;

        Assert.Equal((2, -10, 40, 80), (description.Slope, description.Intercept, description.WindowCenter, description.WindowWidth));
    }

    private static PixelDescription Sigmoid(double center, double width) =>
        FrameDecoderTests.Grey(1, 4) with { WindowCenter = center, WindowWidth = width, VoiLutFunction = VoiLutFunction.Sigmoid };

    private static PixelDescription Described(DicomTag sequence, ushort[] descriptor, params ushort[] entries) => Of(sequence, Item(descriptor, Vr.US, entries));

    private static PixelDescription Of(DicomTag sequence, DataSet item) => PixelDescription.From(With(sequence, item), out _)!;

    private static DataSet With(DicomTag sequence, DataSet item)
    {
        var dataSet = Attributes();
        dataSet.SetSequence(sequence, item);
        return dataSet;
    }

    private static DataSet Item(ushort[] descriptor, Vr vr, params ushort[] entries)
    {
        var item = new DataSet();
        item.Set(new DicomElement(DicomTags.LutDescriptor, vr, Bytes(descriptor)));
        item.Set(new DicomElement(DicomTags.LutData, Vr.US, Bytes(entries)));
        return item;
    }

    private static DataSet Painted(ushort[] descriptor, params ushort[] segments)
    {
        var dataSet = Attributes();
        dataSet.Set(DicomTags.PhotometricInterpretation, "PALETTE COLOR");
        for (ushort colour = 0; colour < 3; colour++)
        {
            dataSet.Set(new DicomElement(new DicomTag(0x0028, (ushort)(RedDescriptor.Element + colour)), Vr.US, Bytes(descriptor)));
            dataSet.Set(new DicomElement(new DicomTag(0x0028, (ushort)(RedSegments.Element + colour)), Vr.OW, Bytes(segments)));
        }
        return dataSet;
    }

    private static byte[] Bytes(ushort[] words) => [.. words.SelectMany(BitConverter.GetBytes)];

    private static DataSet Attributes()
    {
        var dataSet = new DataSet();
        dataSet.SetUInt16(DicomTags.Rows, 1);
        dataSet.SetUInt16(DicomTags.Columns, 4);
        dataSet.SetUInt16(DicomTags.BitsAllocated, 8);
        dataSet.Set(DicomTags.PhotometricInterpretation, "MONOCHROME2");
        return dataSet;
    }
}
