namespace MedCloud.Dicom.Tests;

public sealed class ColourImageTests
{
    [Fact]
    public void Rgb_IsAsItStands() => Assert.Equal([1, 2, 3, 4, 5, 6], From(Colours(), [1, 2, 3, 4, 5, 6]));

    /// <summary>PS3.3 section C.7.6.3.1.2: R = Y + 1.402 (Cr - 128), G = Y - 0.344136 (Cb - 128) - 0.714136 (Cr - 128), B = Y + 1.772 (Cb - 128).</summary>
    [Fact]
    public void YbrFull_IsConverted() =>
        Assert.Equal([76 + 178, 0, 0, 100, 100, 100], From(Colours("YBR_FULL"), [76, 85, 255, 100, 128, 128], "YBR_FULL"));

    /// <summary>White is 235, 128, 128; black 16, 128, 128; the reddest red 81, 90, 240 (ITU-R BT.601).</summary>
    [Fact]
    public void YbrPartial_IsConverted() =>
        Assert.Equal([255, 255, 255, 254, 0, 0], From(Colours("YBR_PARTIAL_422"), [235, 128, 128, 81, 90, 240], "YBR_PARTIAL"));

    [Fact]
    public void WhatWasYbrBeforeDecoding_IsRgbNow() => Assert.Equal([9, 8, 7, 6, 5, 4], From(Colours("YBR_ICT"), [9, 8, 7, 6, 5, 4], "RGB"));

    [Fact]
    public void TwelveBits_AreReducedToTheirHighestEight()
    {
        var twelve = Colours() with { Columns = 1, BitsAllocated = 16, BitsStored = 12, HighBit = 11 };

        Assert.Equal([0xBC, 0xFF, 0x00], From(twelve, [0xC7, 0x0B, 0xFF, 0x0F, 0x0F, 0x00]));
    }

    [Fact]
    public void PaletteColours_AreLookedUpAndReducedToEightBits()
    {
        var palette = new Palette(new LookupTable(1, 16, new ushort[] { 0xFFFF, 0x1234 }), new LookupTable(1, 8, new ushort[] { 3, 4 }), new LookupTable(2, 8, new ushort[] { 5, 6 }));
        var description = FrameDecoderTests.Grey(1, 3) with { PhotometricInterpretation = "PALETTE COLOR", Palette = palette };

        Assert.Equal([0xFF, 3, 5, 0x12, 4, 5, 0x12, 4, 6], From(description, [0, 2, 9], "PALETTE COLOR"));
    }

    [Fact]
    public void WhatHasNoColoursThatWeKnow_IsRefused()
    {
        Assert.Equal("its Photometric Interpretation is not supported", ColourImage.Refusal(Colours("YBR_PARTIAL_420")));
        Assert.Equal("1 samples per pixel of such a Photometric Interpretation are no colours", ColourImage.Refusal(FrameDecoderTests.Grey(1, 1)));
        Assert.Equal("colours of 1 bits allocated are not supported", ColourImage.Refusal(Colours() with { BitsAllocated = 1 }));
        Assert.Throws<ArgumentException>(() => From(Colours("CMYK"), new byte[6]));
        Assert.Throws<ArgumentException>(() => From(Colours(), new byte[5]));
    }

    private static PixelDescription Colours(string photometric = "RGB") =>
        FrameDecoderTests.Grey(1, 2) with { SamplesPerPixel = 3, PhotometricInterpretation = photometric };

    private static byte[] From(PixelDescription description, byte[] pixels, string model = "RGB") => ColourImage.From(description, new FrameResult.Decoded(pixels, model));
}
