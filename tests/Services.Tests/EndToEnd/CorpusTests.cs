using System.Security.Cryptography;
using System.Text.Json.Nodes;
using MedCloud.Tests;

namespace MedCloud.Services.Tests.EndToEnd;

public sealed class CorpusTests
{
    /// <summary>Every file of the corpus, one after the other, through STOW: stored byte for byte, or refused with what is wrong.</summary>
    [Fact]
    public async Task EveryFileIsStoredByteForByteOrRefusedWithWhatIsWrong()
    {
        var corpus = SharedData.Path("dicom");
        var cancellationToken = TestContext.Current.CancellationToken;
        using var folder = new TemporaryFolder();
        await using var process = await AllInOneProcess.StartAsync(folder.Path);
        using var client = new ProductClient(process.HttpUrl);
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

        Assert.Equal(ExpectedRefusals, refused.Select(line => line.Split(':')[0]));
        Assert.InRange(process.PeakMemory, 1, 500L << 20);
        using var ready = await client.GetAsync("/health/ready", cancellationToken);
        Assert.True(ready.IsSuccessStatusCode);
    }

    private static readonly string[] ExpectedRefusals = [];

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
