using System.Net;
using System.Text.Json.Nodes;
using MedCloud.Contracts;
using MedCloud.Dicom;
using MedCloud.Results.V1;
using SkiaSharp;
using static MedCloud.Services.Tests.Results.Events;

namespace MedCloud.Services.Tests.Results;

public sealed class ExplanationTests : IAsyncLifetime
{
    private const byte Grey = 0x60;

    private readonly ResultsHost host = new();

    public ValueTask InitializeAsync() => host.InitializeAsync();

    public ValueTask DisposeAsync() => host.DisposeAsync();

    [Fact]
    public async Task TheNumbersAreServedAsJson()
    {
        await StoreAsync(stored => Classified(stored).Explained());

        using var answer = await host.Json.GetAsync(Path("explanation"), TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        var explanation = JsonNode.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!;
        Assert.Equal("EXPLANATION_METHOD_CLASS_ACTIVATION", (string?)explanation["method"]);
        var map = explanation["maps"]![0]!;
        Assert.Equal(("233604007", "Pneumonia", 2, 4), ((string?)map["code"], (string?)map["display"], (int)map["rows"]!, (int)map["columns"]!));
        Assert.Equal([0, 0.5f, 0, 0, 0, 0, 2, 0], map["values"]!.AsArray().Select(value => (float)value!));
    }

    [Fact]
    public async Task TheHottestPlaceIsTheWarmestOfThePicture()
    {
        await StoreAsync(stored => Classified(stored, probability: 0.99).Explained());

        using var picture = await PictureAsync("explanation.png");

        // 320 x 240 is drawn as 1024 x 768; the hottest of 2 x 4 places has its middle at 5/8 of the columns and 3/4 of the rows.
        Assert.Equal(1024, picture.Width);
        Assert.InRange(picture.Height, 768 + 50, 768 + 400);
        var hottest = picture.GetPixel(640, 576);
        Assert.True(hottest.Red > hottest.Blue + 0x40 && hottest.Red > Grey, $"{hottest}");
        // A quarter as hot: less of the colour, and none where the map is 0.
        var warm = picture.GetPixel(384, 192);
        Assert.InRange(warm.Red - warm.Green, 1, hottest.Red - hottest.Blue - 1);
        Assert.Equal(new SKColor(Grey, Grey, Grey), picture.GetPixel(100, 700));
        // The X-ray shines through where it is hottest.
        Assert.NotEqual(new SKColor(0xFF, 0xD8, 0x3A), hottest);
    }

    [Fact]
    public async Task AnImprobableFindingIsHardlyColoured()
    {
        await StoreAsync(stored => Classified(stored, probability: 0.01).Explained());

        using var picture = await PictureAsync("explanation.png");

        var hottest = picture.GetPixel(640, 576);
        Assert.InRange(hottest.Red - hottest.Green, -4, 4);
    }

    [Fact]
    public async Task AnotherLabelsMapIsDrawnOnRequest()
    {
        await StoreAsync(stored => Classified(stored).Explained());

        using var picture = await PictureAsync("explanation.png?code=53084003");
        using var unknown = await host.Json.GetAsync(Path("explanation.png?code=1"), TestContext.Current.CancellationToken);

        // 1 x 2 places, the left one hot.
        Assert.NotEqual(new SKColor(Grey, Grey, Grey), picture.GetPixel(256, 384));
        Assert.Equal(new SKColor(Grey, Grey, Grey), picture.GetPixel(900, 384));
        Assert.Equal(HttpStatusCode.BadRequest, unknown.StatusCode);
        Assert.Contains("code must be one of 233604007, 53084003", await unknown.Content.ReadAsStringAsync(TestContext.Current.CancellationToken), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("pending", "the analysis is not completed")]
    [InlineData("refused", "the analysis is not completed")]
    [InlineData("failed", "the analysis is not completed")]
    [InlineData("unexplained", "no explanation was made")]
    [InlineData("superseded", "a later revision of the image has taken its place")]
    public async Task AnAnalysisWithoutAnExplanationSaysWhy(string state, string sentence)
    {
        var stored = await StoreAsync(stored => state switch
        {
            "refused" => Refused(stored, Pneumonia, ReasonCode.CorruptPixels, "The pixel data is cut short"),
            "failed" => Failed(stored, Pneumonia),
            "unexplained" => Classified(stored),
            "superseded" => Classified(stored).Explained(),
            _ => stored,
        });
        if (state == "superseded")
            await host.SendAsync(Stored(study: 1, instance: 1, revision: 2, models: [Pneumonia]));

        foreach (var what in new[] { "explanation", "explanation.png" })
        {
            using var answer = await host.Json.GetAsync(Path(what), TestContext.Current.CancellationToken);
            var body = await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);

            Assert.Equal(HttpStatusCode.BadRequest, answer.StatusCode);
            Assert.Equal(9, (int?)JsonNode.Parse(body)!["code"]);
            Assert.Contains(sentence, body, StringComparison.Ordinal);
        }
    }

    private static string Path(string what) => $"/v1/analyses/{IdOf(1, Pneumonia)}/{what}";

    private async Task<InstanceStored> StoreAsync(Func<InstanceStored, object> outcome)
    {
        var stored = Stored(study: 1, instance: 1, models: [Pneumonia]);
        await host.StoreAsync(stored, Image());
        await host.SendAsync(stored, outcome(stored));
        return stored;
    }

    private async Task<SKBitmap> PictureAsync(string what)
    {
        using var answer = await host.Json.GetAsync(Path(what), TestContext.Current.CancellationToken);
        Assert.Equal("image/png", answer.Content.Headers.ContentType?.MediaType);
        return SKBitmap.Decode(await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken));
    }

    /// <summary>320 columns and 240 rows of one grey.</summary>
    private static byte[] Image()
    {
        var dataSet = new DataSet();
        dataSet.Set(DicomTags.PhotometricInterpretation, "MONOCHROME2");
        dataSet.SetUInt16(DicomTags.SamplesPerPixel, 1);
        dataSet.SetUInt16(DicomTags.Rows, 240);
        dataSet.SetUInt16(DicomTags.Columns, 320);
        dataSet.SetUInt16(DicomTags.BitsAllocated, 8);
        dataSet.SetUInt16(DicomTags.BitsStored, 8);
        dataSet.SetUInt16(DicomTags.HighBit, 7);
        dataSet.SetUInt16(DicomTags.PixelRepresentation, 0);
        dataSet.Set(DicomTags.WindowCenter, "128");
        dataSet.Set(DicomTags.WindowWidth, "256");
        dataSet.Set(new DicomElement(DicomTags.PixelData, Vr.OB, Enumerable.Repeat(Grey, 240 * 320).ToArray()));
        var meta = new FileMetaInformation { MediaStorageSopClassUid = Uid.Parse("1.2.840.10008.5.1.4.1.1.7"), MediaStorageSopInstanceUid = Uid.Parse("1.2.3"), TransferSyntaxUid = TransferSyntax.ExplicitVrLittleEndian.Uid };
        return [.. DicomWriter.ToBytes(meta), .. DicomWriter.ToBytes(dataSet, TransferSyntax.ExplicitVrLittleEndian)];
    }
}
