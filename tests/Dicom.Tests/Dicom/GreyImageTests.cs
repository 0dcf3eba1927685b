using CsCheck;

namespace MedCloud.Dicom.Tests;

public sealed class GreyImageTests
{
    [Fact]
    public void WithoutWindow_TheImagesOwnRangeIsUsed() =>
        Assert.Equal([0f, 0.5f, 1f, 0.25f], From(Words(16), [100, 300, 500, 200]));

    [Fact]
    public void AConstantImage_IsBlackAndInMonochrome1White()
    {
        Assert.Equal([0f, 0f, 0f, 0f], From(Words(16), [9, 9, 9, 9]));
        Assert.Equal([1f, 1f, 1f, 1f], From(Words(16) with { PhotometricInterpretation = "MONOCHROME1" }, [9, 9, 9, 9]));
    }

    [Fact]
    public void Monochrome1_IsInverted() =>
        Assert.Equal([1f, 0.5f, 0f, 0.75f], From(Words(16) with { PhotometricInterpretation = "MONOCHROME1" }, [100, 300, 500, 200]));

    [Fact]
    public void NegativeSlope_TurnsTheRangeRound() =>
        Assert.Equal([1f, 0.5f, 0f, 0.75f], From(Words(16) with { Slope = -2, Intercept = 7 }, [100, 300, 500, 200]));

    [Fact]
    public void BitsStoredAndHighBit_DropWhatLiesBeside()
    {
        var twelveOnTop = Words(12) with { HighBit = 15 };

        Assert.Equal([0f, 1f, 0f, 1f], From(Words(12), [0xF000, 0x0FFF, 0x8000, 0xFFFF]));
        Assert.Equal([0f, 1f, 0f, 1f], From(twelveOnTop, [0x000F, 0xFFF0, 0x0000, 0xFFFF]));
    }

    [Fact]
    public void SignedPixels_AreExtendedFromBitsStored() =>
        Assert.Equal([0f, 0.5f, 1f, 0.75f], From(Words(12) with { Signed = true }, [0x0FFE, 0x0000, 0x0002, 0xF001]));

    [Fact]
    public void Window_IsLinearAfterTheRescale()
    {
        var windowed = Words(16) with { Slope = 2, Intercept = -10, WindowCenter = 100.5, WindowWidth = 101 };

        // rescaled: 40, 50, 100, 150, and one step beyond
        Assert.Equal([0f, 0f, 0.5f, 1f, 1f, 0.02f], From(windowed with { Columns = 6, Rows = 1 }, [25, 30, 55, 80, 81, 31]));
    }

    [Fact]
    public void WindowOfWidthOne_IsAThreshold() =>
        Assert.Equal([0f, 0f, 1f, 1f], From(Words(16) with { WindowCenter = 50.5, WindowWidth = 1 }, [0, 50, 51, 900]));

    [Fact]
    public void EightBits_AreReadAsBytes() =>
        Assert.Equal([0f, 1f, 0.2f, 0.8f], GreyImage.From(FrameDecoderTests.Grey(2, 2), [0, 255, 51, 204]));

    [Fact]
    public void AnyImage_AgreesWithTheFormulaPixelByPixel() =>
        Gen.Select(Gen.Int[1, 16], Gen.Bool, Gen.Bool, Gen.Bool, Gen.Double[-3, 3], Gen.Double[-2000, 2000], Gen.Select(Gen.Double[-3000, 3000], Gen.Double[1, 5000]), Gen.UShort.Array[64])
            .Sample((stored, signed, inverted, window, slope, intercept, centerAndWidth, raw) =>
            {
                var (center, width) = centerAndWidth;
                var description = Words(stored) with
                {
                    Rows = 8,
                    Columns = 8,
                    Signed = signed,
                    PhotometricInterpretation = inverted ? "MONOCHROME1" : "MONOCHROME2",
                    Slope = slope,
                    Intercept = intercept,
                    WindowCenter = window ? center : null,
                    WindowWidth = window ? width : null,
                };

                var image = From(description, raw);

                var values = raw.Select(word => (Value(word & ((1 << stored) - 1)) * slope) + intercept).ToArray();
                var (min, max) = (values.Min(), values.Max());
                for (var index = 0; index < raw.Length; index++)
                {
                    var x = values[index];
                    double grey;
                    if (!window)
                        grey = max == min ? 0 : (x - min) / (max - min);
                    else if (x <= center - 0.5 - ((width - 1) / 2))
                        grey = 0;
                    else if (x > center - 0.5 + ((width - 1) / 2))
                        grey = 1;
                    else
                        grey = ((x - (center - 0.5)) / (width - 1)) + 0.5;
                    Assert.Equal((float)(inverted ? 1 - grey : grey), image[index]);
                }

                double Value(int bits) => signed && bits >= 1 << (stored - 1) ? bits - (1 << stored) : bits;
            });

    [Fact]
    public void WhatIsNoGreyImage_IsRefusedByName()
    {
        var grey = FrameDecoderTests.Grey(1, 1);

        Assert.Null(GreyImage.Refusal(grey));
        Assert.Null(GreyImage.Refusal(grey with { PhotometricInterpretation = "MONOCHROME1" }));
        Assert.Equal("an image of 3 samples per pixel is not grey", GreyImage.Refusal(grey with { SamplesPerPixel = 3 }));
        Assert.Equal("Bits Allocated 64 is not supported", GreyImage.Refusal(grey with { BitsAllocated = 64 }));
        Assert.Contains("Photometric Interpretation", GreyImage.Refusal(grey with { PhotometricInterpretation = "PALETTE COLOR" }), StringComparison.Ordinal);
        Assert.Throws<ArgumentException>(() => GreyImage.From(grey with { SamplesPerPixel = 3 }, new byte[3]));
        Assert.Throws<ArgumentException>(() => GreyImage.From(grey, []));
    }

    private static PixelDescription Words(int stored) =>
        FrameDecoderTests.Grey(2, 2) with { BitsAllocated = 16, BitsStored = stored, HighBit = stored - 1 };

    private static float[] From(PixelDescription description, ushort[] words)
    {
        var bytes = new byte[2 * words.Length];
        for (var index = 0; index < words.Length; index++)
            System.Buffers.Binary.BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(2 * index), words[index]);
        return GreyImage.From(description, bytes);
    }
}
