using MedCloud.Benchmarks.Ingest;
using MedCloud.Dicom;
using MedCloud.Inference.Preprocessing;
using MedCloud.Inference.Runtime;
using MedCloud.ModelCatalogue;

namespace MedCloud.Benchmarks.Inference;

/// <summary>What one image costs the worker in processor time, from the bytes of the file to the findings: each model reads and prepares it for itself, then runs gate and model. The section
/// Speed of each model's card has these figures.</summary>
internal static class StudyRows
{
    private const int Preparations = 40;
    private const int Runs = 400;

    public static async Task<IReadOnlyList<Row>> MeasureAsync(int rounds)
    {
        var instance = InstanceKind.Cr.Generate(1)[0];
        var cr = (Name: "cr", File: (byte[])[.. instance.Meta.Span, .. instance.Header.Span, .. instance.Pixels.Span]);
        var smear = (Name: "smear", File: Smear());
        var rows = new List<Row>();
        var perStudy = 0.0;
        foreach (var model in Catalogue.Load(Path.Combine(AppContext.BaseDirectory, "models")).Catalogue.Active)
        {
            using var session = ModelSession.Load(model);
            var (name, input) = (model.Manifest.Name, model.Manifest.Input);
            var image = input.Channels == 1 ? cr : smear;
            var tensor = new float[InputPreparation.Length(input)];
            var prepared = await MillisecondsAsync(rounds, Preparations, () => PrepareAsync(image.File, input, tensor));
            var gated = await MillisecondsAsync(rounds, Runs, () => Ran(session.ScoreImage(tensor, CancellationToken.None)));
            var run = await MillisecondsAsync(rounds, Runs, () => Ran(session.Run(tensor, CancellationToken.None)));
            if (image == cr)
                perStudy += prepared + gated + run;
            rows.Add(new Row("-", $"images/s and core through {name}", 1000 / run, null, $"{run:0.00} ms", "-"));
            rows.Add(new Row("-", $"ms CPU of the image gate of {name}", gated, null, $"{1000 / gated:0} /s", "-"));
            rows.Add(new Row("-", $"ms CPU to read, decode and resize a {image.Name} for {name}", prepared, null, $"{1000 / prepared:0} /s", "-"));
        }

        var perMinute = 60_000 / perStudy;
        rows.Add(new Row("-", "cr a minute and core, both chest models", perMinute, new Goal(60, 60), $"{perMinute:0} /min", "-"));
        return rows;
    }

    private static async Task PrepareAsync(byte[] file, InputTensor input, float[] tensor)
    {
        using var reader = DicomReader.ForPart10(new MemoryStream(file));
        await reader.ReadUntilAsync(DicomTags.PixelData, CancellationToken.None);
        var description = PixelDescription.From(reader.DataSet, out var problem) ?? throw new InvalidDataException(problem);
        var pixels = reader.OpenPixelData() ?? throw new InvalidDataException("no pixel data");
        await foreach (var frame in pixels.ReadFramesAsync(description, CancellationToken.None))
        {
            if (await new FrameDecoder().DecodeAsync(description, reader.Syntax, frame, CancellationToken.None) is not FrameResult.Decoded decoded)
                throw new InvalidDataException("not decoded");
            if (input.Channels == 1)
                InputPreparation.Prepare(input, GreyImage.From(description, decoded.Pixels.Span), description.Rows, description.Columns, tensor);
            else
                InputPreparation.Prepare(input, ColourImage.From(description, decoded), description.Rows, description.Columns, tensor);
        }
    }

    /// <summary>One field of a blood smear in size: 640 x 480 pixels of red, green and blue, 0.92 MB of noise.</summary>
    private static byte[] Smear()
    {
        const int columns = 640, rows = 480;
        var pixels = new byte[3 * columns * rows];
        new Random(1).NextBytes(pixels);
        var data = new DataSet();
        data.SetUInt16(DicomTags.SamplesPerPixel, 3);
        data.Set(DicomTags.PhotometricInterpretation, "RGB");
        data.SetUInt16(DicomTags.PlanarConfiguration, 0);
        data.SetUInt16(DicomTags.Rows, rows);
        data.SetUInt16(DicomTags.Columns, columns);
        data.SetUInt16(DicomTags.BitsAllocated, 8);
        data.SetUInt16(DicomTags.BitsStored, 8);
        data.SetUInt16(DicomTags.HighBit, 7);
        data.SetUInt16(DicomTags.PixelRepresentation, 0);
        data.Set(new DicomElement(DicomTags.PixelData, Vr.OB, pixels));
        var meta = new FileMetaInformation
        {
            MediaStorageSopClassUid = Uid.Parse("1.2.840.10008.5.1.4.1.1.7"),
            MediaStorageSopInstanceUid = Uid.Parse("1.2.826.0.1.3680043.10.99.5.1"),
            TransferSyntaxUid = InstanceKind.Syntax.Uid,
        };
        return [.. DicomWriter.ToBytes(meta), .. DicomWriter.ToBytes(data, InstanceKind.Syntax)];
    }

    private static Task<T> Ran<T>(T result) => Task.FromResult(result);

    /// <summary>Processor time of this process for one go, the median of the rounds; the first round warms up.</summary>
    private static async Task<double> MillisecondsAsync(int rounds, int goes, Func<Task> go)
    {
        var took = new List<double>();
        for (var round = -1; round < rounds; round++)
        {
            var before = Environment.CpuUsage.TotalTime;
            for (var each = 0; each < goes; each++)
                await go();
            if (round >= 0)
                took.Add((Environment.CpuUsage.TotalTime - before).TotalMilliseconds / goes);
        }
        return Median.Of(took);
    }
}
