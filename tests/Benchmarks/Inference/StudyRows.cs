using MedCloud.Benchmarks.Ingest;
using MedCloud.Dicom;
using MedCloud.Inference.Preprocessing;
using MedCloud.Inference.Runtime;
using MedCloud.ModelCatalogue;

namespace MedCloud.Benchmarks.Inference;

/// <summary>What one full-size X-ray costs the worker in processor time, from the bytes of the file to the findings: each chest model reads and prepares it for itself, then runs gate and model.</summary>
internal static class StudyRows
{
    private const int Studies = 40;

    public static async Task<IReadOnlyList<Row>> MeasureAsync(int rounds)
    {
        var instance = InstanceKind.Cr.Generate(1)[0];
        byte[] file = [.. instance.Meta.Span, .. instance.Header.Span, .. instance.Pixels.Span];
        var rows = new List<Row>();
        var perStudy = 0.0;
        foreach (var model in Catalogue.Load(Path.Combine(AppContext.BaseDirectory, "models")).Catalogue.Active.Where(model => model.Manifest.Name.StartsWith("cxr-", StringComparison.Ordinal)))
        {
            using var session = ModelSession.Load(model);
            var tensor = new float[InputPreparation.Length(model.Manifest.Input)];
            var prepared = await MillisecondsAsync(rounds, () => PrepareAsync(file, model.Manifest.Input, tensor));
            var gated = await MillisecondsAsync(rounds, () => Ran(session.ScoreImage(tensor, CancellationToken.None)));
            var run = await MillisecondsAsync(rounds, () => Ran(session.Run(tensor, CancellationToken.None)));
            perStudy += prepared + gated + run;
            var name = model.Manifest.Name;
            rows.Add(new Row("-", $"ms CPU to read, decode and resize a cr for {name}", prepared, null, $"{1000 / prepared:0} /s", "-"));
            rows.Add(new Row("-", $"ms CPU of the image gate of {name}", gated, null, $"{1000 / gated:0} /s", $"{run:0.00} ms ({name} itself)"));
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
            InputPreparation.Prepare(input, GreyImage.From(description, decoded.Pixels.Span), description.Rows, description.Columns, tensor);
        }
    }

    private static Task<T> Ran<T>(T result) => Task.FromResult(result);

    /// <summary>Processor time of this process for one go, the median of the rounds; the first round warms up.</summary>
    private static async Task<double> MillisecondsAsync(int rounds, Func<Task> go)
    {
        var took = new List<double>();
        for (var round = -1; round < rounds; round++)
        {
            var before = Environment.CpuUsage.TotalTime;
            for (var study = 0; study < Studies; study++)
                await go();
            if (round >= 0)
                took.Add((Environment.CpuUsage.TotalTime - before).TotalMilliseconds / Studies);
        }
        return Median.Of(took);
    }
}
