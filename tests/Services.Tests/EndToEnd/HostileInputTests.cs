using System.Text;
using System.Text.Json.Nodes;
using MedCloud.Tests;

namespace MedCloud.Services.Tests.EndToEnd;

/// <summary>What goes wrong at a real door: each gets its code and a sentence, the process lives, and no log line names the patient.</summary>
public abstract class HostileInputTests(Configuration configuration, Servers servers) : ProductTest(configuration, servers, ("Logging__LogLevel__Default", "Trace"))
{
    private const string Patient = "ZZMARKED^X";

    [Fact]
    public async Task EachFaultGetsItsCodeAndASentenceAndNoLogLineNamesThePatient()
    {
        var cancellationToken = TestContext.Current.CancellationToken;
        var good = SampleXray.Create(1, 1, Patient);

        var truncated = await Client.StowAsync(good.File[..(good.File.Length / 2)], cancellationToken: cancellationToken);
        Assert.Equal((409, 0xC000), (truncated.Status, Reason(truncated.Body)));
        Assert.NotEmpty(Sentence(truncated.Body));

        var text = await Client.StowAsync(Encoding.ASCII.GetBytes($"Dear colleague, please find {Patient} attached."), cancellationToken: cancellationToken);
        Assert.Equal((409, 0xC000), (text.Status, Reason(text.Body)));
        Assert.NotEmpty(Sentence(text.Body));

        var wrongStudy = await Client.StowAsync(good.File, "/dicom-web/studies/1.2.3.4", cancellationToken: cancellationToken);
        Assert.Equal((409, 0xA900), (wrongStudy.Status, Reason(wrongStudy.Body)));
        Assert.NotEmpty(Sentence(wrongStudy.Body));

        // (7FE0,0010) with a length of 4 GiB in a file of some hundred kilobytes.
        var huge = SampleXray.Create(1, 2, Patient).File;
        var pixelData = huge.AsSpan().IndexOf<byte>([0xE0, 0x7F, 0x10, 0x00]);
        BitConverter.TryWriteBytes(huge.AsSpan(pixelData + 8), 0xFFFFFFF0);
        var length = await Client.StowAsync(huge, cancellationToken: cancellationToken);
        Assert.Equal((409, 0xC000), (length.Status, Reason(length.Body)));
        Assert.NotEmpty(Sentence(length.Body));

        Assert.Equal(400, await PostAsync("multipart/related; type=\"application/dicom\"; boundary=b", "--b--\r\n", cancellationToken));

        var stored = await Client.StowAsync(good.File, cancellationToken: cancellationToken);
        Assert.Equal(200, stored.Status);
        await Client.FinishedStudyAsync(good.Study, 2, cancellationToken);
        Assert.Null(await Client.StudyAsync("1.2.3.4", cancellationToken));

        Assert.True(Product.PeakMemory < 500L << 20);
        Assert.Equal(0, await Product.StopAsync());
        Assert.NotEmpty(Product.Log);
        Assert.DoesNotContain(Product.Log, line => line.Contains("ZZMARKED", StringComparison.OrdinalIgnoreCase));
    }

    private async Task<int> PostAsync(string contentType, string body, CancellationToken cancellationToken)
    {
        using var http = new HttpClient { BaseAddress = new Uri(Product.HttpUrl) };
        using var content = new StringContent(body);
        content.Headers.Remove("Content-Type");
        content.Headers.TryAddWithoutValidation("Content-Type", contentType);
        using var response = await http.PostAsync("/dicom-web/studies", content, cancellationToken);
        Assert.NotEmpty(await response.Content.ReadAsStringAsync(cancellationToken));
        return (int)response.StatusCode;
    }

    private static JsonNode? Failure(JsonNode? body) => (body?["00081198"] ?? body?["0008119A"])?["Value"]?[0];

    /// <summary>(0008,1197)</summary>
    private static int Reason(JsonNode? body) => (int)Failure(body)!["00081197"]!["Value"]![0]!;

    /// <summary>(0000,0902) in (0074,1048)</summary>
    private static string Sentence(JsonNode? body) => (string)Failure(body)!["00741048"]!["Value"]![0]!["00000902"]!["Value"]![0]!;
}

public sealed class HostileInputTestsInOneProcess(Servers servers) : HostileInputTests(Configuration.OneProcess, servers);

public sealed class HostileInputTestsInACluster(Servers servers) : HostileInputTests(Configuration.Cluster, servers);
