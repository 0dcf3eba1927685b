using MedCloud.Dicom;

namespace MedCloud.Interop.Tests;

/// <summary>Frames that we decode are those that pydicom and GDCM decode: equal, and for JPEG baseline within one level.</summary>
public sealed class PixelInteropTests
{
    /// <summary>Native, RLE and JPEG baseline files whose pixels are not for us yet.</summary>
    private static readonly Dictionary<string, string> NotYet = new()
    {
        ["002_healthcare-dic_example-mg.dcm"] = "JPEG baseline in colour is not supported yet",
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
        var decoded = new List<(string File, TransferSyntax Syntax, byte[] Pixels)>();
        var differences = new List<string>();
        var refused = 0;
        foreach (var file in Corpus.Files)
        {
            var (syntax, _) = await Corpus.ReadAsync(file);
            if (await Corpus.DecodeAsync(file) is not var (result, _))
                continue;
            var name = Path.GetFileName(file);
            var expected = NotYet.GetValueOrDefault(name);
            if (expected is null && syntax.Encapsulated && syntax != TransferSyntax.RleLossless && syntax != TransferSyntax.JpegBaseline)
                expected = $"{syntax.Name} ({syntax.Uid}) is not supported yet";
            if (result is FrameResult.Decoded { Pixels: var pixels } && expected is null)
                decoded.Add((file, syntax, pixels.ToArray()));
            else if (result is FrameResult.Unsupported { What: var what } && what == expected)
                refused++;
            else
                differences.Add($"{name}: {result}, not {expected ?? "pixels"}");
        }

        var theirs = await Pydicom.PixelsAsync([.. decoded.Select(image => image.File)]);
        foreach (var ((file, syntax, pixels), other) in decoded.Zip(theirs))
        {
            var tolerance = syntax == TransferSyntax.JpegBaseline ? 1 : 0;
            var furthest = pixels.Length == other.Length ? pixels.Zip(other, (own, their) => Math.Abs(own - their)).Max() : int.MaxValue;
            if (furthest > tolerance)
                differences.Add($"{Path.GetFileName(file)}: {pixels.Length} bytes of {other.Length}, differing by up to {furthest}");
        }
        Assert.Empty(differences);
        Assert.InRange(decoded.Count, 40, decoded.Count);
        Assert.InRange(refused, 40, refused);
    }
}
