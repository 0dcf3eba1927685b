using MedCloud.Dicom;
using MedCloud.Tests;

namespace MedCloud.Services.Tests.InferenceWorker;

/// <summary>Pictures that are no upright chest X-ray, under the header of one.</summary>
internal static class Pictures
{
    public static IEnumerable<string> Names => ["microscopy", "turned by 90 degrees", "turned by 180 degrees", "upside down", "inverted", "noise", "blank"];

    public static async Task<SampleXray> ShowAsync(this SampleXray xray, string name)
    {
        const int last = SampleXray.Side - 1;
        var random = new Random(20261126);
        var smear = name == "microscopy" ? await SmearAsync() : new byte[0, 0];
        return name switch
        {
            "microscopy" => xray.Showing((_, row, column) => smear[row * smear.GetLength(0) / SampleXray.Side, column * smear.GetLength(1) / SampleXray.Side]),
            "turned by 90 degrees" => xray.Showing((own, row, column) => own[column, last - row]),
            "turned by 180 degrees" => xray.Showing((own, row, column) => own[last - row, last - column]),
            "upside down" => xray.Showing((own, row, column) => own[last - row, column]),
            "inverted" => xray.Showing((own, row, column) => (byte)(255 - own[row, column])),
            "noise" => xray.Showing((_, _, _) => (byte)random.Next(256)),
            "blank" => xray.Showing((_, _, _) => 128),
            _ => throw new ArgumentOutOfRangeException(nameof(name)),
        };
    }

    /// <summary>An image of BCCD in grey.</summary>
    private static async Task<byte[,]> SmearAsync()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var jpeg = await File.ReadAllBytesAsync(Directory.GetFiles(SharedData.Path("bccd/test"), "*.jpg").Order(StringComparer.Ordinal).First(), cancellationToken);
        var description = new PixelDescription
        {
            Rows = 480,
            Columns = 640,
            SamplesPerPixel = 3,
            BitsAllocated = 8,
            BitsStored = 8,
            HighBit = 7,
            Signed = false,
            PhotometricInterpretation = "YBR_FULL_422",
        };
        var decoded = Assert.IsType<FrameResult.Decoded>(await new FrameDecoder().DecodeAsync(description, TransferSyntax.JpegBaseline, jpeg, cancellationToken));
        var colours = ColourImage.From(description, decoded);
        var grey = new byte[description.Rows, description.Columns];
        for (var pixel = 0; pixel < grey.Length; pixel++)
            grey[pixel / description.Columns, pixel % description.Columns] = (byte)((colours[3 * pixel] + colours[(3 * pixel) + 1] + colours[(3 * pixel) + 2]) / 3);
        return grey;
    }
}
