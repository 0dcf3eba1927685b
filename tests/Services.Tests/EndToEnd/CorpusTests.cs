using System.Security.Cryptography;
using System.Text.Json.Nodes;
using MedCloud.Tests;

namespace MedCloud.Services.Tests.EndToEnd;

public sealed class CorpusTests(Servers servers)
{
    /// <summary>Every file of the corpus, one after the other, through STOW: stored byte for byte, or refused with what is wrong.</summary>
    [Theory]
    [InlineData(Configuration.OneProcess)]
    [InlineData(Configuration.Cluster)]
    public async Task EveryFileIsStoredByteForByteOrRefusedWithWhatIsWrong(Configuration configuration)
    {
        var corpus = SharedData.Path("dicom");
        var cancellationToken = TestContext.Current.CancellationToken;
        await using var product = await Product.StartAsync(configuration, servers);
        using var client = new ProductClient(product.HttpUrl);
        var refused = new List<string>();

        foreach (var path in Directory.EnumerateFiles(corpus, "*", SearchOption.AllDirectories).Where(path => Path.GetDirectoryName(path) != corpus).Order(StringComparer.Ordinal))
        {
            var file = await File.ReadAllBytesAsync(path, cancellationToken);
            var (status, body) = await client.StowAsync(file, cancellationToken: cancellationToken);
            if (status == 200)
                await AssertStoredAsync(client, file, body!, path, cancellationToken);
            else
                refused.Add($"{Path.GetRelativePath(corpus, path)}: {AssertRefused(status, body, path)}");
        }

        Assert.Equal(ExpectedRefusals, refused);
        Assert.InRange(product.PeakMemory, 1, 500L << 20);
        using var ready = await client.GetAsync("/health/ready", cancellationToken);
        Assert.True(ready.IsSuccessStatusCode);
    }

    /// <summary>Malformed files, and sound ones that no archive can file: without the UIDs of study or instance.</summary>
    private static readonly string[] ExpectedRefusals =
    [
        "files/034_dwv_leadtools-8BitsJpegLossyGrayScale.dcm: C000 SOP Instance UID (0008,0018) is missing or no valid UID",
        "files/041_pydicom_fall.dcm: C000 Study Instance UID (0020,000D) is missing or no valid UID",
        "files/042_pydicom_hotiron.dcm: C000 Study Instance UID (0020,000D) is missing or no valid UID",
        "files/045_pydicom_SC_rgb_jls_lossy_line.dcm: C000 Study Instance UID (0020,000D) is missing or no valid UID",
        "files/046_pydicom_SC_rgb_jls_lossy_sample.dcm: C000 Study Instance UID (0020,000D) is missing or no valid UID",
        "files/062_pydicom-data_HTJ2KLossless_08_RGB.dcm: C000 Study Instance UID (0020,000D) is missing or no valid UID",
        "files/063_pydicom-data_JLSL_16_15_1_1F.dcm: C000 Study Instance UID (0020,000D) is missing or no valid UID",
        "malformed/106_fo-dicom_chrSQEncoding.dcm: C000 SOP Class UID (0008,0016) is missing or no valid UID",
        "malformed/107_fo-dicom_chrSQEncoding1.dcm: C000 SOP Class UID (0008,0016) is missing or no valid UID",
        "malformed/108_dwv_dwv-test-anonymise.dcm: C000 SOP Class UID (0008,0016) is missing or no valid UID",
        "malformed/109_dwv_dwv-test_no-number-rows.dcm: C000 SOP Class UID (0008,0016) is missing or no valid UID",
        "malformed/110_OrthancMirror_dcmtk-3.6.2-private.dic: C000 missing DICM after the preamble",
        "malformed/112_pydicom_empty_charset_LEI.dcm: C000 SOP Class UID (0008,0016) is missing or no valid UID",
        "malformed/113_pydicom_no_meta.dcm: C000 missing DICM after the preamble",
        "malformed/115_pydicom_rtplan_truncated.dcm: C000 the data ends inside a value",
        "malformed/116_pydicom-data_JLSL_RGB_ILV0.dcm: C000 SOP Instance UID (0008,0018) is missing or no valid UID",
        "malformed/117_pydicom-data_JLSL_RGB_ILV1.dcm: C000 SOP Instance UID (0008,0018) is missing or no valid UID",
        "malformed/118_pydicom-data_JLSL_RGB_ILV2.dcm: C000 SOP Instance UID (0008,0018) is missing or no valid UID",
        "malformed/syn_a_empty_0_bytes.dcm: C000 the file is empty",
        "malformed/syn_a_encapsulated_cut_mid_fragment.dcm: C000 the data ends inside a fragment of the pixel data",
        "malformed/syn_a_html_error_page_as_dcm.dcm: C000 the file ends before DICM",
        "malformed/syn_a_offset_table_length_huge.dcm: C000 the data ends inside a fragment of the pixel data",
        "malformed/syn_a_only_preamble.dcm: C000 no file meta group after DICM",
        "malformed/syn_a_png_renamed_to_dcm.dcm: C000 missing DICM after the preamble",
        "malformed/syn_a_random_bytes_with_magic.dcm: C000 no file meta group after DICM",
        "malformed/syn_a_truncated_half_raw.dcm: C000 the data ends inside a value",
        "malformed/syn_a_truncated_in_header.dcm: C000 the data ends inside a value",
    ];

    private static async Task AssertStoredAsync(ProductClient client, byte[] file, JsonNode body, string path, CancellationToken cancellationToken)
    {
        var address = (string)body["00081199"]!["Value"]![0]!["00081190"]!["Value"]![0]!;
        using var request = new HttpRequestMessage(HttpMethod.Get, address);
        request.Headers.Accept.ParseAdd("application/dicom");
        var stored = await client.SendAsync(request, cancellationToken);
        Assert.True(SHA256.HashData(file).AsSpan().SequenceEqual(SHA256.HashData(stored)), path);
    }

    private static string AssertRefused(int status, JsonNode? body, string path)
    {
        Assert.True(status == 409, $"{path}: HTTP {status}");
        var failure = (body!["00081198"] ?? body["0008119A"])!["Value"]![0]!;
        var reason = (int)failure["00081197"]!["Value"]![0]!;
        var sentence = (string)failure["00741048"]!["Value"]![0]!["00000902"]!["Value"]![0]!;
        Assert.Contains(reason, new[] { 0xC000, 0xA900, 0x0122 });
        Assert.True(sentence.Length is > 8 and <= 64, $"{path}: '{sentence}'");
        return $"{reason:X4} {sentence}";
    }
}
