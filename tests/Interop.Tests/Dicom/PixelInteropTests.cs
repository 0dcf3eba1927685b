using System.Runtime.InteropServices;
using MedCloud.Dicom;
using MedCloud.Tests;

namespace MedCloud.Interop.Tests;

/// <summary>Frames that we decode are those that pydicom and GDCM decode: equal, and for lossy JPEG within one level.</summary>
public sealed class PixelInteropTests
{
    private const string JpegFamily = "1.2.840.10008.1.2.4.";
    private static readonly string[] Lossy = ["50", "51"];
    private static readonly string[] Lossless = ["57", "70"];

    /// <summary>GDCM drops what a lossy frame has above Bits Stored, and its white turns black; DCMTK judges.</summary>
    private const string ForDcmtk = "092_dicom-test-fil_RG3_JPLY.dcm";

    /// <summary>Files whose pixels are not for us yet.</summary>
    private static readonly Dictionary<string, string> NotYet = new()
    {
        ["002_healthcare-dic_example-mg.dcm"] = "lossy JPEG in colour is not supported yet",
        ["022_cornerstone3D_US-YBR_FULL_422-EVRLE.dcm"] = "native YBR_FULL_422 is not supported yet",
        ["049_pydicom_SC_ybr_full_422_uncompressed.dcm"] = "native YBR_FULL_422 is not supported yet",
        ["059_pydicom_liver_expb_1frame.dcm"] = "Bits Allocated 1 is not supported yet",
        ["060_pydicom_rtdose_1frame.dcm"] = "Bits Allocated 32 is not supported yet",
        ["061_pydicom_rtdose_expb_1frame.dcm"] = "Bits Allocated 32 is not supported yet",
        ["066_pydicom-data_SC_rgb_32bit_2frame.dcm"] = "Bits Allocated 32 is not supported yet",
        ["068_pydicom-data_SC_rgb_expb_32bit.dcm"] = "Bits Allocated 32 is not supported yet",
        ["074_pydicom-data_liver_expb.dcm"] = "Bits Allocated 1 is not supported yet",
        ["077_pydicom-data_liver_nonbyte_aligned_rle.dcm"] = "Bits Allocated 1 is not supported yet",
    };

    [Fact]
    public async Task DecodedPixelsEqualPydicomsAndGdcms()
    {
        var decoded = new List<(string File, TransferSyntax Syntax, byte[] Pixels, bool Words)>();
        var differences = new List<string>();
        var refused = 0;
        foreach (var file in Corpus.Files)
        {
            var (syntax, _) = await Corpus.ReadAsync(file);
            if (await Corpus.DecodeAsync(file) is not var (result, description))
                continue;
            var name = Path.GetFileName(file);
            var expected = NotYet.GetValueOrDefault(name);
            if (expected is null && syntax.Encapsulated && syntax != TransferSyntax.RleLossless && !Lossy.Concat(Lossless).Contains(Detail(syntax)))
                expected = $"{syntax.Name} ({syntax.Uid}) is not supported yet";
            if (result is FrameResult.Decoded { Pixels: var pixels } && expected is null)
                decoded.Add((file, syntax, pixels.ToArray(), description.BitsAllocated == 16));
            else if (result is FrameResult.Unsupported { What: var what } && what == expected)
                refused++;
            else
                differences.Add($"{name}: {result}, not {expected ?? "pixels"}");
        }

        using var folder = new TemporaryFolder();
        var native = Path.Combine(folder.Path, "native.dcm");
        await Tool.RunAsync("dcmdjpeg", decoded.Single(image => Path.GetFileName(image.File) == ForDcmtk).File, native);
        var theirs = await Pydicom.PixelsAsync([.. decoded.Select(image => Path.GetFileName(image.File) == ForDcmtk ? native : image.File)]);
        foreach (var ((file, syntax, pixels, words), other) in decoded.Zip(theirs))
        {
            var tolerance = Lossy.Contains(Detail(syntax)) ? 1 : 0;
            var furthest = pixels.Length == other.Length ? Furthest(pixels, other, words) : int.MaxValue;
            if (furthest > tolerance)
                differences.Add($"{Path.GetFileName(file)}: {pixels.Length} bytes of {other.Length}, differing by up to {furthest}");
        }
        Assert.True(differences.Count == 0, string.Join('\n', differences));
        Assert.InRange(decoded.Count, 40, decoded.Count);
        Assert.InRange(refused, 40, refused);
    }

    /// <summary>The last part of the UID of a JPEG transfer syntax.</summary>
    private static string Detail(TransferSyntax syntax) => syntax.Uid.Value.StartsWith(JpegFamily, StringComparison.Ordinal) ? syntax.Uid.Value[JpegFamily.Length..] : "";

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
