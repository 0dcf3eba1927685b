using MedCloud.Dicom;

namespace MedCloud.Interop.Tests;

/// <summary>The faulty files are read, or refused with what is wrong and where; in little memory either way.</summary>
public sealed class MalformedFileTests
{
    private const string NoPart10 = "missing DICM after the preamble";

    /// <summary>The refusal of each file that cannot be read, with element and offset; the others are read to their end.</summary>
    private static readonly Dictionary<string, (string Problem, string? TagPath, long Offset)> Refused = new()
    {
        ["110_OrthancMirror_dcmtk-3.6.2-private.dic"] = (NoPart10, null, 128),
        ["111_DICOMSamples_OT_Implicit_Little_Headless.dcm"] = (NoPart10, null, 128),
        ["113_pydicom_no_meta.dcm"] = (NoPart10, null, 128),
        ["115_pydicom_rtplan_truncated.dcm"] = ("the data ends inside a value", "(300A,00B0)[0].(300A,0111)[0].(300A,012C)", 2092),
        ["116_pydicom-data_JLSL_RGB_ILV0.dcm"] = (NoPart10, null, 128),
        ["117_pydicom-data_JLSL_RGB_ILV1.dcm"] = (NoPart10, null, 128),
        ["118_pydicom-data_JLSL_RGB_ILV2.dcm"] = (NoPart10, null, 128),
        ["119_pydicom-data_OT-PAL-8-face.dcm"] = (NoPart10, null, 128),
        ["syn_a_empty_0_bytes.dcm"] = ("the file is empty", null, 0),
        ["syn_a_encapsulated_cut_mid_fragment.dcm"] = ("the data ends inside a fragment of the pixel data", "(7FE0,0010)", 91692),
        ["syn_a_html_error_page_as_dcm.dcm"] = ("the file ends before DICM", null, 45),
        ["syn_a_no_preamble_no_meta.dcm"] = (NoPart10, null, 128),
        ["syn_a_offset_table_length_huge.dcm"] = ("the data ends inside a fragment of the pixel data", "(7FE0,0010)", 91680),
        ["syn_a_only_preamble.dcm"] = ("no file meta group after DICM", null, 132),
        ["syn_a_png_renamed_to_dcm.dcm"] = (NoPart10, null, 128),
        ["syn_a_random_bytes_with_magic.dcm"] = ("no file meta group after DICM", null, 132),
        ["syn_a_truncated_half_raw.dcm"] = ("the data ends inside a value", "(7FE0,0010)", 1090),
        ["syn_a_truncated_in_header.dcm"] = ("the data ends inside a value", "(0002,0012)", 266),
    };

    [Fact]
    public async Task EachIsReadOrRefusedWithProblemElementAndOffset()
    {
        var differences = new List<string>();
        foreach (var file in Corpus.Malformed)
        {
            var expected = Refused.TryGetValue(Path.GetFileName(file), out var refusal) ? refusal.ToString() : "read";
            using var stream = new MemoryStream(await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken));
            var before = GC.GetAllocatedBytesForCurrentThread();
            var reading = OutcomeAsync(stream);
            var allocated = GC.GetAllocatedBytesForCurrentThread() - before;
            Assert.True(reading.IsCompleted, "what another thread allocates is not counted");

            if (await reading is var found && found != expected)
                differences.Add($"{Path.GetFileName(file)}: {found}, not {expected}");
            if (allocated > 32 * 1024 * 1024)
                differences.Add($"{Path.GetFileName(file)} allocated {allocated} bytes");
        }
        Assert.Equal(34, Corpus.Malformed.Count);
        Assert.Empty(differences);
    }

    [Fact]
    public async Task ALenientReaderFindsWhatPydicomFindsWherePreambleOrFileMetaGroupIsMissing()
    {
        var limits = new DicomReadLimits { Lenient = true };
        string[] names =
        [
            "111_DICOMSamples_OT_Implicit_Little_Headless.dcm", "116_pydicom-data_JLSL_RGB_ILV0.dcm", "117_pydicom-data_JLSL_RGB_ILV1.dcm",
            "118_pydicom-data_JLSL_RGB_ILV2.dcm", "119_pydicom-data_OT-PAL-8-face.dcm", "syn_a_no_preamble_no_meta.dcm",
        ];
        var differences = new List<string>();
        foreach (var (name, theirs) in names.Zip(await Pydicom.ElementsAsync([.. names.Select(Named)])))
        {
            var (syntax, dataSet) = await Corpus.ReadAsync(Named(name), limits);
            differences.AddRange(Comparison.Of([.. FoundElement.In(dataSet)], theirs, syntax.ExplicitVr).Select(difference => $"{name}: {difference}"));
        }
        Assert.True(differences.Count == 0, string.Join('\n', differences));
    }

    [Fact]
    public async Task PixelsThatAreShorterThanRowsAndColumnsAreCorruptWithBothNumbers()
    {
        var decoded = await Corpus.DecodeAsync(Named("syn_a_rows_65535_pixeldata_too_short.dcm"));

        Assert.Equal(new FrameResult.Corrupt("pixel data is 1191680 bytes, Rows x Columns ask for 122026170"), decoded?.Result);
    }

    [Fact]
    public async Task NativePixelsInAFileThatSaysRleAreRefused()
    {
        var fault = await Assert.ThrowsAsync<DicomFormatException>(() => Corpus.DecodeAsync(Named("syn_a_transfer_syntax_lies_rle.dcm")));

        Assert.Equal(("native pixels where the transfer syntax asks for fragments", "(7FE0,0010)"), (fault.Problem, fault.TagPath));
    }

    private static string Named(string name) => Corpus.Malformed.Single(file => Path.GetFileName(file) == name);

    private static async Task<string> OutcomeAsync(Stream file)
    {
        try
        {
            await Corpus.ReadAsync(file);
            return "read";
        }
        catch (DicomFormatException fault)
        {
            return (fault.Problem, fault.TagPath, fault.Offset).ToString();
        }
    }
}
