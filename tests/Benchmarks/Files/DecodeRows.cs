using System.Diagnostics;
using System.Runtime.InteropServices;
using MedCloud.Benchmarks.Servers;
using MedCloud.Dicom;
using MedCloud.Tests;

namespace MedCloud.Benchmarks.Files;

/// <summary>Decoding compressed frames: <see cref="FrameDecoder"/> against DCMTK's decoders, which also write what they decode.</summary>
internal static class DecodeRows
{
    private static readonly FrameDecoder Decoder = new();
    private const int Frames = 24;
    private const ushort Side = 1024;

    private static readonly (string Name, string Encoder, string[] Options, string Decoder, int Bits)[] Codecs =
    [
        ("RLE", "dcmcrle", [], "dcmdrle", 16),
        ("JPEG lossless", "dcmcjpeg", ["+e1"], "dcmdjpeg", 16),
        ("JPEG baseline, 8 bits", "dcmcjpeg", ["+eb"], "dcmdjpeg", 8),
        ("JPEG-LS", "dcmcjpls", [], "dcmdjpls", 16),
    ];

    public static async Task<IReadOnlyList<Row>> MeasureAsync(int rounds)
    {
        using var folder = new TemporaryFolder();
        var rows = new List<Row>();
        foreach (var (name, encoder, options, decoder, bits) in Codecs)
        {
            var (native, coded, one) = (Path.Combine(folder.Path, $"native{bits}.dcm"), Path.Combine(folder.Path, "coded.dcm"), Path.Combine(folder.Path, "one.dcm"));
            await File.WriteAllBytesAsync(native, Image(bits, 1));
            await Tools.RunAsync(encoder, [.. options, native, one]);
            await File.WriteAllBytesAsync(native, Image(bits, Frames));
            await Tools.RunAsync(encoder, [.. options, native, coded]);
            if (await DecodeAsync(one) == 0)
                rows.Add(new Row("-", $"decoded, {name}", 0, null, "not decoded", decoder));
            else
                rows.Add(await CompareAsync(rounds, name, decoder, coded, one));
        }
        return rows;
    }

    private static async Task<Row> CompareAsync(int rounds, string name, string decoder, string coded, string one)
    {
        var (own, peer, ratios) = (new List<double>(), new List<double>(), new List<double>());
        for (var round = 0; round < rounds; round++)
        {
            var clock = Stopwatch.StartNew();
            var bytes = await DecodeAsync(coded);
            own.Add(bytes / clock.Elapsed.TotalSeconds / 1e6);

            // What DCMTK takes for one frame, the start of the process in it, is taken off what it takes for all.
            clock.Restart();
            await Tools.RunAsync(decoder, one, one + ".native");
            var start = clock.Elapsed;
            clock.Restart();
            await Tools.RunAsync(decoder, coded, coded + ".native");
            peer.Add(bytes * (Frames - 1.0) / Frames / (clock.Elapsed - start).TotalSeconds / 1e6);
            ratios.Add(own[^1] / peer[^1]);
            Console.Error.WriteLine($"decode {name}: MedCloud {own[^1]:0} MB/s, {decoder} {peer[^1]:0} MB/s");
        }
        return new Row("-", $"decoded, {name}, {Frames} frames of {Side} x {Side}", Median.Of(ratios), null, $"{Median.Of(own):0} MB/s", $"{Median.Of(peer):0} MB/s ({decoder})");
    }

    /// <summary>Decodes every frame of a file; the number of bytes that came of it, 0 where the transfer syntax is not supported.</summary>
    private static async Task<long> DecodeAsync(string path)
    {
        await using var file = File.OpenRead(path);
        using var reader = DicomReader.ForPart10(file);
        await reader.ReadUntilAsync(DicomTags.PixelData, CancellationToken.None);
        var description = PixelDescription.From(reader.DataSet, out var problem) ?? throw new InvalidOperationException(problem);
        var pixels = reader.OpenPixelData() ?? throw new InvalidOperationException($"{path} has no pixel data");
        var bytes = 0L;
        await foreach (var frame in pixels.ReadFramesAsync(description, CancellationToken.None))
        {
            switch (await Decoder.DecodeAsync(description, reader.Syntax, frame, CancellationToken.None))
            {
                case FrameResult.Decoded decoded:
                    bytes += decoded.Pixels.Length;
                    break;
                case FrameResult.Unsupported:
                    return 0;
                case FrameResult.Corrupt corrupt:
                    throw new InvalidOperationException(corrupt.Problem);
            }
        }
        return bytes;
    }

    /// <summary>Frames of soft shapes with a little noise, as a detector gives them: 12 bits in 16, or 8.</summary>
    private static byte[] Image(int bits, int frames)
    {
        var random = new Random(bits);
        var samples = new ushort[Side * Side * frames];
        for (var index = 0; index < samples.Length; index++)
        {
            var (x, y) = (index % Side / 120.0, index / Side % Side / 90.0);
            var value = (((Math.Sin(x) * Math.Cos(y)) + 1) * 0.45) + (random.NextDouble() * 0.01);
            samples[index] = (ushort)(value * ((1 << Math.Min(bits, 12)) - 1));
        }
        var uid = Uid.Parse($"1.2.826.0.1.3680043.10.99.6.{bits}.{frames}");
        var data = new DataSet();
        data.Set(DicomTags.SopClassUid, "1.2.840.10008.5.1.4.1.1.3.1");
        data.Set(DicomTags.SopInstanceUid, uid.Value);
        data.Set(DicomTags.StudyInstanceUid, uid.Value + ".1");
        data.Set(DicomTags.SeriesInstanceUid, uid.Value + ".2");
        data.SetUInt16(DicomTags.SamplesPerPixel, 1);
        data.Set(DicomTags.PhotometricInterpretation, "MONOCHROME2");
        data.Set(new DicomTag(0x00280008), $"{frames}");
        data.SetUInt16(DicomTags.Rows, Side);
        data.SetUInt16(DicomTags.Columns, Side);
        data.SetUInt16(DicomTags.BitsAllocated, (ushort)bits);
        data.SetUInt16(DicomTags.BitsStored, (ushort)Math.Min(bits, 12));
        data.SetUInt16(DicomTags.HighBit, (ushort)(Math.Min(bits, 12) - 1));
        data.SetUInt16(DicomTags.PixelRepresentation, 0);
        data.Set(bits == 16
            ? new DicomElement(DicomTags.PixelData, Vr.OW, MemoryMarshal.AsBytes(samples.AsSpan()).ToArray())
            : new DicomElement(DicomTags.PixelData, Vr.OB, Array.ConvertAll(samples, sample => (byte)sample)));
        var meta = new FileMetaInformation { MediaStorageSopClassUid = Uid.Parse("1.2.840.10008.5.1.4.1.1.3.1"), MediaStorageSopInstanceUid = uid, TransferSyntaxUid = TransferSyntax.ExplicitVrLittleEndian.Uid };
        return [.. DicomWriter.ToBytes(meta), .. DicomWriter.ToBytes(data, TransferSyntax.ExplicitVrLittleEndian)];
    }
}
