using System.Diagnostics;
using MedCloud.Benchmarks.Servers;
using MedCloud.Dicom;
using MedCloud.Tests;

namespace MedCloud.Benchmarks.Files;

/// <summary>Reading files whole: <see cref="DicomReader"/> against dcmdump, which is given many files at once and prints one element of each.</summary>
internal static class ParseRows
{
    private const int Files = 400;

    public static async Task<IReadOnlyList<Row>> MeasureAsync(int rounds)
    {
        using var folder = new TemporaryFolder();
        return
        [
            await MeasureAsync(rounds, "many elements (200 frames with functional groups, 0.1 MB)", await ManyAsync(folder, "elements", FunctionalGroups())),
            await MeasureAsync(rounds, "one ct (0.53 MB)", await ManyAsync(folder, "ct", Ct())),
        ];
    }

    private static async Task<Row> MeasureAsync(int rounds, string what, string[] files)
    {
        var (own, peer, ratios) = (new List<double>(), new List<double>(), new List<double>());
        await ReadAsync(files);
        for (var round = 0; round < rounds; round++)
        {
            var clock = Stopwatch.StartNew();
            await ReadAsync(files);
            own.Add(files.Length / clock.Elapsed.TotalSeconds);

            // The start of the process is measured by a run over one file, and taken off.
            clock.Restart();
            await Tools.RunAsync("dcmdump", "+P", "0008,0018", files[0]);
            var start = clock.Elapsed;
            clock.Restart();
            await Tools.RunAsync("dcmdump", ["+P", "0008,0018", .. files]);
            peer.Add((files.Length - 1) / (clock.Elapsed - start).TotalSeconds);
            ratios.Add(own[^1] / peer[^1]);
            Console.Error.WriteLine($"parse {what}: MedCloud {own[^1]:0}/s, dcmdump {peer[^1]:0}/s");
        }
        return new Row("-", $"files read, {what}", Median.Of(ratios), null, $"{Median.Of(own):0} /s", $"{Median.Of(peer):0} /s (dcmdump)");
    }

    private static async Task ReadAsync(string[] files)
    {
        foreach (var path in files)
        {
            await using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read, bufferSize: 0);
            using var reader = DicomReader.ForPart10(file);
            await reader.ReadToEndAsync(CancellationToken.None);
            if (reader.DataSet.GetUid(DicomTags.SopInstanceUid) is null)
                throw new InvalidOperationException($"{path} has no SOP Instance UID");
        }
    }

    private static async Task<string[]> ManyAsync(TemporaryFolder folder, string name, byte[] bytes)
    {
        var paths = Enumerable.Range(0, Files).Select(number => Path.Combine(folder.Path, $"{name}{number}.dcm")).ToArray();
        foreach (var path in paths)
            await File.WriteAllBytesAsync(path, bytes);
        return paths;
    }

    private static byte[] Ct()
    {
        var instance = Ingest.InstanceKind.Ct.Generate(1)[0];
        return [.. instance.Meta.Span, .. instance.Header.Span, .. instance.Pixels.Span];
    }

    /// <summary>The header of a ct with the per-frame functional groups of an enhanced image: nested sequences, some 3,000 elements.</summary>
    private static byte[] FunctionalGroups()
    {
        var instance = Ingest.InstanceKind.Ct.Generate(1)[0];
        var data = new DataSet();
        data.Set(DicomTags.SopClassUid, Ingest.InstanceKind.SopClassUid.Value);
        data.Set(DicomTags.SopInstanceUid, instance.SopInstanceUid.Value);
        data.SetSequence(new DicomTag(0x52009230), [.. Enumerable.Range(0, 200).Select(Frame)]);
        return [.. instance.Meta.Span, .. DicomWriter.ToBytes(data, Ingest.InstanceKind.Syntax)];

        static DataSet Frame(int number)
        {
            var (frame, position, orientation, content, measures) = (new DataSet(), new DataSet(), new DataSet(), new DataSet(), new DataSet());
            position.Set(new DicomTag(0x00200032), "-125", "-125", $"{number}");
            orientation.Set(new DicomTag(0x00200037), "1", "0", "0", "0", "1", "0");
            content.Set(new DicomTag(0x00189074), "20260101101112");
            content.Set(new DicomTag(0x00209056), "1");
            content.SetUInt32(new DicomTag(0x00209157), 1, (uint)number);
            measures.Set(new DicomTag(0x00180050), "1.25");
            measures.Set(new DicomTag(0x00280030), "0.488281", "0.488281");
            frame.SetSequence(new DicomTag(0x00209111), content);
            frame.SetSequence(new DicomTag(0x00209113), position);
            frame.SetSequence(new DicomTag(0x00209116), orientation);
            frame.SetSequence(new DicomTag(0x00289110), measures);
            return frame;
        }
    }
}
