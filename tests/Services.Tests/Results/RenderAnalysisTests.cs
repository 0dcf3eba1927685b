using System.Net;
using Grpc.Core;
using MedCloud.Contracts;
using MedCloud.Dicom;
using MedCloud.Results.V1;
using MedCloud.Tests;
using SkiaSharp;
using static MedCloud.Services.Tests.Results.Events;

namespace MedCloud.Services.Tests.Results;

public sealed class RenderAnalysisTests : IAsyncLifetime
{
    private const byte Grey = 0x60;
    private static readonly SKColor NoticeColour = new(0xFF, 0xD1, 0x66);

    private readonly ResultsHost host = new();

    public ValueTask InitializeAsync() => host.InitializeAsync();

    public ValueTask DisposeAsync() => host.DisposeAsync();

    [Fact]
    public async Task BoxEdgesLieWhereTheDetectionSays()
    {
        var stored = Stored(study: 1, instance: 1, models: [Lungs]);
        await host.StoreAsync(stored, Image(rows: 240, columns: 320));
        await host.SendAsync(stored, Detected(stored, RightLung, LeftLung));

        using var picture = await RenderAsync(IdOf(1, Lungs));

        // 320 x 240 is drawn as 1024 x 768.
        Assert.Equal(1024, picture.Width);
        Assert.InRange(picture.Height, 768 + 50, 768 + 300);
        AssertEdge(picture, along: 384, at: 128, horizontal: true);
        AssertEdge(picture, along: 384, at: 448, horizontal: true);
        AssertEdge(picture, along: 384, at: 576, horizontal: true);
        AssertEdge(picture, along: 384, at: 896, horizontal: true);
        AssertEdge(picture, along: 288, at: 576, horizontal: false);
        AssertEdge(picture, along: 880, at: 192, horizontal: false);
        Assert.NotEqual(picture.GetPixel(128, 384), picture.GetPixel(576, 384));
        // No pixel outside of boxes and labels is touched.
        for (var x = 0; x < 1024; x += 8)
            Assert.All([4, 120, 600, 767], y => Assert.Equal(new SKColor(Grey, Grey, Grey), picture.GetPixel(x, y)));
    }

    [Fact]
    public async Task TheNoticeStandsBelowTheImage()
    {
        var stored = Stored(study: 1, instance: 1, models: [Pneumonia]);
        await host.StoreAsync(stored, Image(rows: 64, columns: 64));
        await host.SendAsync(stored, Classified(stored));

        using var picture = await RenderAsync(IdOf(1, Pneumonia));

        Assert.Equal(1024, picture.Width);
        Assert.InRange(Rows(picture, NoticeColour).First(), 1024 + 60, picture.Height);
        // Letters of a size that can be read: a fiftieth of the picture's width.
        Assert.InRange(Rows(picture, NoticeColour).Last() - Rows(picture, NoticeColour).First(), 16, 40);
        Assert.Equal(new SKColor(Grey, Grey, Grey), picture.GetPixel(1023, 1023));
    }

    [Fact]
    public async Task ALargeImageIsReducedAndANarrowOneCentred()
    {
        var stored = Stored(study: 1, instance: 1, models: [Pneumonia]);
        await host.StoreAsync(stored, Image(rows: 4000, columns: 400));
        await host.SendAsync(stored, Classified(stored));

        using var picture = await RenderAsync(IdOf(1, Pneumonia));

        Assert.Equal(640, picture.Width);
        Assert.InRange(picture.Height, 2048 + 80, 2048 + 200);
        Assert.Equal(new SKColor(Grey, Grey, Grey), picture.GetPixel(320, 1000));
        Assert.NotEqual(new SKColor(Grey, Grey, Grey), picture.GetPixel(200, 1000));
    }

    [Fact]
    public async Task AColourImageIsDrawnInItsColours()
    {
        var stored = Stored(study: 1, instance: 1, models: [Pneumonia]);
        var dataSet = Attributes(rows: 64, columns: 64);
        dataSet.Set(DicomTags.PhotometricInterpretation, "YBR_FULL");
        dataSet.SetUInt16(DicomTags.SamplesPerPixel, 3);
        await host.StoreAsync(stored, Part10(dataSet, [.. Enumerable.Repeat(new byte[] { 76, 85, 255 }, 64 * 64).SelectMany(pixel => pixel)]));
        await host.SendAsync(stored, Classified(stored));

        using var picture = await RenderAsync(IdOf(1, Pneumonia));

        Assert.Equal(new SKColor(254, 0, 0), picture.GetPixel(512, 512));
    }

    [Fact]
    public async Task ASampleIsServedAsPngOverHttp()
    {
        var stored = Stored(study: 1, instance: 1, models: [Lungs]);
        await host.StoreAsync(stored, await SampleAsync("child-viral-pneumonia.dcm"));
        await host.SendAsync(stored, Detected(stored, RightLung, LeftLung));

        using var answer = await host.Json.GetAsync($"/v1/analyses/{IdOf(1, Lungs)}/rendered.png", TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("image/png", answer.Content.Headers.ContentType?.MediaType);
        using var picture = SKBitmap.Decode(await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
        Assert.Equal(1024, picture.Width);
    }

    [Fact]
    public async Task WithoutFindingsTheReasonIsDrawn()
    {
        var refused = Stored(study: 1, instance: 1, models: [Pneumonia]).RefusedBy(ReasonCode.OutOfScopeSize, "Rows 48 is below the model's least of 64");
        var pending = Stored(study: 1, instance: 2, models: [Pneumonia]);
        await host.StoreAsync(refused, Image(rows: 48, columns: 48));
        await host.StoreAsync(pending, Image(rows: 48, columns: 48));
        await host.SendAsync(refused, pending);

        using var why = await RenderAsync(IdOf(1, Pneumonia));
        using var wait = await RenderAsync(IdOf(2, Pneumonia));

        Assert.NotEqual(why.Bytes, wait.Bytes);
        Assert.Contains(SKColors.White, Below(why, 1024));
        Assert.Contains(SKColors.White, Below(wait, 1024));
    }

    [Fact]
    public async Task PixelsThatCannotBeDecodedAreAFailedPreconditionWithTheReason()
    {
        var arithmetic = Stored(study: 1, instance: 1, models: [Pneumonia]);
        await host.StoreAsync(arithmetic, await UndecodedXray.ReadAsync());
        var lost = Stored(study: 1, instance: 2, models: [Pneumonia]);
        var text = Stored(study: 1, instance: 3, models: [Pneumonia]);
        await host.StoreAsync(text, new byte[200]);
        await host.SendAsync(arithmetic, lost, text);

        Assert.Equal("JPEG Extended (Process 3 and 5) (1.2.840.10008.1.2.4.52) is not decoded", await RefusalAsync(IdOf(1, Pneumonia)));
        Assert.Equal("the image is not stored", await RefusalAsync(IdOf(2, Pneumonia)));
        Assert.Equal("missing DICM after the preamble", await RefusalAsync(IdOf(3, Pneumonia)));
    }

    [Fact]
    public async Task APictureThatCompressesBadlyIsDrawnSmallerToFitAMessage()
    {
        var stored = Stored(study: 1, instance: 1, models: [Pneumonia]);
        var file = Image(rows: 2048, columns: 2048);
        new Random(20260302).NextBytes(file.AsSpan(file.Length - (2048 * 2048)));
        await host.StoreAsync(stored, file);
        await host.SendAsync(stored, Classified(stored));

        using var picture = await RenderAsync(IdOf(1, Pneumonia));

        Assert.Equal(1024, picture.Width);
    }

    /// <summary>A uniform image, shown as it is stored.</summary>
    private static byte[] Image(ushort rows, ushort columns)
    {
        var pixels = new byte[rows * columns];
        Array.Fill(pixels, Grey);
        return Part10(Attributes(rows, columns), pixels);
    }

    private static DataSet Attributes(ushort rows, ushort columns)
    {
        var dataSet = new DataSet();
        dataSet.Set(DicomTags.PhotometricInterpretation, "MONOCHROME2");
        dataSet.SetUInt16(DicomTags.SamplesPerPixel, 1);
        dataSet.SetUInt16(DicomTags.Rows, rows);
        dataSet.SetUInt16(DicomTags.Columns, columns);
        dataSet.SetUInt16(DicomTags.BitsAllocated, 8);
        dataSet.SetUInt16(DicomTags.BitsStored, 8);
        dataSet.SetUInt16(DicomTags.HighBit, 7);
        dataSet.SetUInt16(DicomTags.PixelRepresentation, 0);
        dataSet.Set(DicomTags.WindowCenter, "128");
        dataSet.Set(DicomTags.WindowWidth, "256");
        return dataSet;
    }

    private static byte[] Part10(DataSet dataSet, byte[] pixels)
    {
        dataSet.Set(new DicomElement(DicomTags.PixelData, Vr.OB, pixels));
        var meta = new FileMetaInformation { MediaStorageSopClassUid = Uid.Parse("1.2.840.10008.5.1.4.1.1.7"), MediaStorageSopInstanceUid = Uid.Parse("1.2.3"), TransferSyntaxUid = TransferSyntax.ExplicitVrLittleEndian.Uid };
        return [.. DicomWriter.ToBytes(meta), .. DicomWriter.ToBytes(dataSet, TransferSyntax.ExplicitVrLittleEndian)];
    }

    private static Task<byte[]> SampleAsync(string name) =>
        File.ReadAllBytesAsync(Path.Combine(SharedData.Repository, "services", "AllInOne", "samples", name), TestContext.Current.CancellationToken);

    private async Task<SKBitmap> RenderAsync(Guid analysisId)
    {
        var body = await host.Grpc.RenderAnalysisAsync(
            new RenderAnalysisRequest { AnalysisId = analysisId.ToString() }, cancellationToken: TestContext.Current.CancellationToken);
        Assert.Equal("image/png", body.ContentType);
        return SKBitmap.Decode(body.Data.Span);
    }

    private async Task<string> RefusalAsync(Guid analysisId)
    {
        var error = await Assert.ThrowsAsync<RpcException>(() => RenderAsync(analysisId));
        Assert.Equal(StatusCode.FailedPrecondition, error.StatusCode);
        return error.Status.Detail;
    }

    /// <summary>The stroke covers the edge, and six pixels to each side the image is untouched.</summary>
    private static void AssertEdge(SKBitmap picture, int along, int at, bool horizontal)
    {
        SKColor At(int distance) => horizontal ? picture.GetPixel(at + distance, along) : picture.GetPixel(along, at + distance);
        Assert.True(At(0).Red != At(0).Blue, $"no coloured edge at {at}: {At(0)}");
        Assert.Equal(At(0), At(-1));
        Assert.Equal(new SKColor(Grey, Grey, Grey), At(-6));
        Assert.Equal(new SKColor(Grey, Grey, Grey), At(6));
    }

    private static List<int> Rows(SKBitmap picture, SKColor colour) =>
        [.. Enumerable.Range(0, picture.Height).Where(y => Enumerable.Range(0, picture.Width).Any(x => picture.GetPixel(x, y) == colour))];

    private static IEnumerable<SKColor> Below(SKBitmap picture, int top) =>
        from y in Enumerable.Range(top, picture.Height - top) from x in Enumerable.Range(0, picture.Width) select picture.GetPixel(x, y);
}
