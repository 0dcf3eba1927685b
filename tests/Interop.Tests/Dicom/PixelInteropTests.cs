using System.Runtime.InteropServices;
using MedCloud.Dicom;
using MedCloud.Tests;

namespace MedCloud.Interop.Tests;

/// <summary>Frames that we decode are those that pydicom and GDCM decode: equal, within one level where the JPEG is lossy, and within three where it is in colour too.</summary>
public sealed class PixelInteropTests
{
    private static readonly string[] Lossy = ["1.2.840.10008.1.2.4.50", "1.2.840.10008.1.2.4.51", "1.2.840.10008.1.2.4.53", "1.2.840.10008.1.2.4.55"];

    /// <summary>Without pixel data, or with floating point pixels, of which nothing is decoded.</summary>
    private static readonly string[] WithoutPixels =
    [
        "004_highdicom_sm_annotations.dcm", "009_dcmqi_rwvm.dcm", "019_cornerstone3D_no-pixel-data.dcm", "025_dcm4che_Tag-0040-A170-VR-CS.dcm", "028_dcmjs_no-meta-length-test.dcm",
        "041_pydicom_fall.dcm", "042_pydicom_hotiron.dcm", "055_pydicom_IM00000A.dcm", "056_pydicom_IM00000N.dcm", "057_pydicom_IM00000S.dcm", "078_pydicom-data_parametric_map_float.dcm",
        "ExplVR_BigEndNoMeta.dcm", "ExplVR_LitEndNoMeta.dcm", "UN_sequence.dcm", "empty_charset_LEI.dcm", "nested_priv_SQ.dcm", "no_meta_group_length.dcm", "priv_SQ.dcm", "reportsi.dcm",
        "reportsi_with_empty_number_tags.dcm", "rtplan.dcm", "rtstruct.dcm", "test-SR.dcm", "waveform_ecg.dcm",
    ];

    /// <summary>What pydicom made faulty for its own tests, and what we say of it.</summary>
    private static readonly Dictionary<string, string> Refused = new()
    {
        ["JPEG2000-embedded-sequence-delimiter.dcm"] = "the JPEG 2000 frame has no sound image and tile size (SIZ)",
        ["MR_truncated.dcm"] = "the data ends inside the pixel data",
        ["SC_rgb_jpeg.dcm"] = "no VR of the standard where one must stand",
        ["meta_missing_tsyntax.dcm"] = "the file meta group has no Transfer Syntax UID",
        ["no_meta.dcm"] = "missing DICM after the preamble",
        ["rtplan_truncated.dcm"] = "the data ends inside a value",
    };

    /// <summary>
    /// pydicom and GDCM do not decode progressive JPEG; DCMTK judges. And GDCM drops what a lossy frame has above Bits Stored, so that white turns black, and fails on a JPEG-LS
    /// frame with a byte of padding before its end marker.
    /// </summary>
    private static readonly string[] ForDcmtk =
    [
        "014_cornerstone3D_CTImage.dcm_JPEGProcess10_12TransferSyntax_1.2.840.10008.1.2.4.55.dcm",
        "018_cornerstone3D_CTImage.dcm_JPEGProcess6_8TransferSyntax_1.2.840.10008.1.2.4.53.dcm",
        "084_dicom-test-fil_MR1_JLSL.dcm",
        "092_dicom-test-fil_RG3_JPLY.dcm",
    ];

    /// <summary>Of a frame of single bits in JPEG 2000 GDCM dies; another file has the same image uncompressed.</summary>
    private static readonly Dictionary<string, string> SameImage = new() { ["075_pydicom-data_liver_j2k.dcm"] = "074_pydicom-data_liver_expb.dcm" };

    /// <summary>Has a character set that is a number; pydicom fails in printing its warning of it.</summary>
    private const string WithoutJudge = "badVR.dcm";

    /// <summary>Signed samples of 15 bits: GDCM leaves bit 15 clear, we extend the sign into it.</summary>
    private const string SignBelowTheTop = "063_pydicom-data_JLSL_16_15_1_1F.dcm";

    [Fact]
    public async Task DecodedPixelsEqualThoseOfOthers()
    {
        var decoded = new List<(string File, bool Lossy, byte[] Pixels, PixelDescription Description)>();
        var (differences, without) = (new List<string>(), new List<string>());
        foreach (var file in Corpus.Files.Concat(Corpus.Malformed.Where(file => file.Contains("_JLSL_RGB_ILV", StringComparison.Ordinal))).Concat(Corpus.PydicomFiles.Where(file => Path.GetFileName(file) != WithoutJudge)))
        {
            var name = Path.GetFileName(file);
            try
            {
                if (await Corpus.DecodeAsync(file) is not var (result, description, syntax))
                    without.Add(name);
                else if (result is FrameResult.Decoded { Pixels: var pixels })
                    decoded.Add((file, Lossy.Contains(syntax.Uid.Value), pixels.ToArray(), description));
                else if (result is not FrameResult.Corrupt { Problem: var problem } || Refused.GetValueOrDefault(name) != problem)
                    differences.Add($"{name}: {result}");
            }
            catch (DicomFormatException fault)
            {
                if (Refused.GetValueOrDefault(name) != fault.Problem)
                    differences.Add($"{name}: {fault.Message}");
            }
        }
        Assert.Equal(WithoutPixels, without);

        using var folder = new TemporaryFolder();
        var judged = new List<string>();
        foreach (var (file, _, _, _) in decoded)
            judged.Add(await JudgedAsync(file, folder.Path));
        var theirs = await Pydicom.PixelsAsync(judged);
        foreach (var ((file, lossy, pixels, description), other) in decoded.Zip(theirs))
        {
            if (Path.GetFileName(file) == SignBelowTheTop)
                MaskToStoredBits(pixels, other, description.BitsStored);
            var tolerance = !lossy ? 0 : description.SamplesPerPixel > 1 ? 3 : 1;
            if (tolerance == 3)
                LevelChromaEdges(pixels, other, description);
            var furthest = pixels.Length == other.Length ? Furthest(pixels, other, description.BitsAllocated == 16) : int.MaxValue;
            if (furthest > tolerance)
                differences.Add($"{Path.GetFileName(file)}: {pixels.Length} bytes of {other.Length}, differing by up to {furthest}");
        }
        Assert.True(differences.Count == 0, string.Join('\n', differences));
        Assert.InRange(decoded.Count, 90, decoded.Count);
    }

    /// <summary>Frames of every encoder at hand, of 8 to 16 bits, signed and not, grey and in colour: lossless ones are the image, lossy ones what DCMTK makes of them.</summary>
    [Fact]
    public async Task WhatAnEncoderWroteIsTheImage()
    {
        using var folder = new TemporaryFolder();
        var differences = new List<string>();
        var encodings = await Pydicom.EncodingsAsync(folder.Path);
        foreach (var file in encodings)
        {
            var name = Path.GetFileNameWithoutExtension(file);
            var lossy = name.EndsWith("LOSSY", StringComparison.Ordinal);
            var image = Path.Combine(folder.Path, lossy ? "decoded.dcm" : $"{name.Split('.')[0]}.dcm");
            if (lossy)
                await Tool.RunAsync("dcmdjpeg", "+cn", file, image);
            var (own, description, _) = (await Corpus.DecodeAsync(file))!.Value;
            if (own is not FrameResult.Decoded { Pixels: var pixels })
                differences.Add($"{name}: {own}");
            else if (Furthest(pixels.ToArray(), ((FrameResult.Decoded)(await Corpus.DecodeAsync(image))!.Value.Result).Pixels.ToArray(), description.BitsAllocated == 16) is var furthest && furthest > (lossy ? 1 : 0))
                differences.Add($"{name}: differs by up to {furthest}");
        }
        Assert.True(differences.Count == 0, string.Join('\n', differences));
        Assert.InRange(encodings.Length, 90, encodings.Length);
    }

    /// <summary>
    /// Makes pixels equal where the colour changes within a few pixels: of colour at half the resolution the decoders interpolate differently there, and the standards leave them free to.
    /// </summary>
    private static void LevelChromaEdges(byte[] own, byte[] their, PixelDescription description)
    {
        const int Reach = 3;
        const int Change = 6;
        var (rows, columns) = (description.Rows, description.Columns);
        var judge = their.ToArray();
        for (var pixel = 0; pixel < rows * columns; pixel++)
        {
            var (row, column) = (pixel / columns, pixel % columns);
            var near = from y in Enumerable.Range(row - Reach, (2 * Reach) + 1)
                       from x in Enumerable.Range(column - Reach, (2 * Reach) + 1)
                       where y >= 0 && y < rows && x >= 0 && x < columns
                       select 3 * ((y * columns) + x);
            if (near.Any(at => Enumerable.Range(0, 3).Any(sample => Math.Abs(judge[at + sample] - judge[(3 * pixel) + sample]) > Change)))
                own.AsSpan(3 * pixel, 3).CopyTo(their.AsSpan(3 * pixel, 3));
        }
    }

    private static void MaskToStoredBits(byte[] own, byte[] their, int stored)
    {
        foreach (var samples in new[] { own, their })
        {
            var words = MemoryMarshal.Cast<byte, ushort>(samples.AsSpan());
            for (var index = 0; index < words.Length; index++)
                words[index] &= (ushort)((1 << stored) - 1);
        }
    }

    /// <summary>The file whose pixels another program is asked for.</summary>
    private static async Task<string> JudgedAsync(string file, string folder)
    {
        var name = Path.GetFileName(file);
        if (SameImage.TryGetValue(name, out var other))
            return Path.Combine(Path.GetDirectoryName(file)!, other);
        if (!ForDcmtk.Contains(name))
            return file;
        var native = Path.Combine(folder, name);
        await Tool.RunAsync(name.Contains("JLSL", StringComparison.Ordinal) ? "dcmdjpls" : "dcmdjpeg", file, native);
        return native;
    }

    private static int Furthest(byte[] own, byte[] their, bool words) => words
        ? Furthest(MemoryMarshal.Cast<byte, short>(own), MemoryMarshal.Cast<byte, short>(their))
        : Furthest<byte>(own, their);

    private static int Furthest<T>(ReadOnlySpan<T> own, ReadOnlySpan<T> their)
        where T : unmanaged, System.Numerics.IBinaryInteger<T>
    {
        var furthest = 0;
        for (var index = 0; index < own.Length; index++)
            furthest = Math.Max(furthest, Math.Abs(int.CreateChecked(own[index]) - int.CreateChecked(their[index])));
        return furthest;
    }
}
