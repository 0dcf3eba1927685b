using System.Net;
using System.Security.Cryptography;
using System.Text.Json.Nodes;
using MedCloud.Dicom.Web;
using MedCloud.Tests;
using static MedCloud.Services.Tests.DicomWeb.Part10;

namespace MedCloud.Services.Tests.DicomWeb;

/// <summary>WADO-RS over a real connection from the real store.</summary>
public sealed class RetrieveTests : IAsyncLifetime
{
    private const string Explicit = "1.2.840.10008.1.2.1";

    private DicomWebServer? server;

    private DicomWebServer Server => server!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static string StudyUrl => $"/dicom-web/studies/{Study(1)}";

    private static string InstanceUrl => $"{StudyUrl}/series/{Series(1)}/instances/{Instance(1)}";

    public async ValueTask InitializeAsync() => server = await DicomWebServer.StartAsync();

    public ValueTask DisposeAsync() => Server.DisposeAsync();

    [Fact]
    public async Task ChestXRaysInTenTransferSyntaxes_ComeBackByteForByte()
    {
        var files = Directory.GetFiles(SharedData.Path("cxr_dicom/files"), "*.dcm").Order(StringComparer.Ordinal).Select(System.IO.File.ReadAllBytes).ToArray();
        Assert.Equal(16, files.Length);
        using var stored = await new Upload("", Multipart(files), 200).SendAsync(Server.Client, Token);
        var answer = await StoreAnswer.ReadAsync(stored, Token);
        Assert.Equal(HttpStatusCode.OK, answer.Status);
        var urls = StoreAnswer.Items(answer.Body, "00081199").Select(item => $"{StoreAnswer.Value(item, "00081190")}").ToList();
        Assert.Equal(16, urls.Distinct().Count());

        var transferSyntaxes = new HashSet<string?>();
        for (var number = 0; number < files.Length; number++)
        {
            using var single = await GetAsync(urls[number], "application/dicom");
            var bytes = await single.Content.ReadAsByteArrayAsync(Token);
            Assert.Equal(Hash(files[number]), Hash(bytes));
            Assert.Equal(files[number].Length, single.Content.Headers.ContentLength);
            transferSyntaxes.Add(single.Content.Headers.ContentType!.Parameters.Single(parameter => parameter.Name == "transfer-syntax").Value);

            var part = Assert.Single(await PartsAsync(urls[number], "multipart/related; type=\"application/dicom\"; transfer-syntax=*"));
            Assert.Equal(Hash(files[number]), Hash(part.Content));
            var series = await PartsAsync(urls[number][..urls[number].IndexOf("/instances", StringComparison.Ordinal)], "");
            Assert.Contains(Hash(files[number]), series.Select(other => Hash(other.Content)));
        }
        Assert.Equal(10, transferSyntaxes.Count);
    }

    [Fact]
    public async Task StudyAndSeries_AreAllTheirInstances()
    {
        await StoreAsync(File(1), File(2), File(3, study: 2));

        var study = await PartsAsync(StudyUrl, "multipart/related; type=\"application/dicom\"");
        var series = await PartsAsync($"{StudyUrl}/series/{Series(1)}", "*/*");

        Assert.Equal([Hash(File(1)), Hash(File(2))], study.Select(part => Hash(part.Content)));
        Assert.Equal(study.Select(part => Hash(part.Content)), series.Select(part => Hash(part.Content)));
        Assert.All(study, part => Assert.Equal($"application/dicom; transfer-syntax={Explicit}", part.ContentType));
    }

    [Theory]
    [InlineData("", "multipart/related")]
    [InlineData("*/*", "multipart/related")]
    [InlineData("application/dicom", "application/dicom")]
    [InlineData($"application/dicom; transfer-syntax={Explicit}", "application/dicom")]
    [InlineData("application/dicom; transfer-syntax=*", "application/dicom")]
    [InlineData($"multipart/related; type=\"application/dicom\"; transfer-syntax={Explicit}", "multipart/related")]
    public async Task Instance_ComesInTheFormThatIsAccepted(string accept, string expected)
    {
        await StoreAsync(File(1));

        using var response = await GetAsync(InstanceUrl, accept);

        Assert.Equal((HttpStatusCode.OK, expected), (response.StatusCode, response.Content.Headers.ContentType?.MediaType));
        if (expected == "application/dicom")
        {
            Assert.Equal(File(1), await response.Content.ReadAsByteArrayAsync(Token));
            Assert.Equal($"{Server.Client.BaseAddress}{InstanceUrl[1..]}", $"{response.Content.Headers.ContentLocation}");
        }
    }

    [Theory]
    [InlineData("application/dicom; transfer-syntax=1.2.840.10008.1.2.4.50")]
    [InlineData("multipart/related; type=\"application/octet-stream\"")]
    [InlineData("application/dicom+json")]
    public async Task WhatIsNotAvailable_Is406NamingWhatIs(string accept)
    {
        await StoreAsync(File(1));

        using var response = await GetAsync(InstanceUrl, accept);

        var problem = await ProblemAsync(response);
        Assert.Equal((406, "NotAcceptable"), ((int)problem["status"]!, (string?)problem["code"]));
        Assert.Contains(Explicit, $"{problem["detail"]}", StringComparison.Ordinal);
    }

    [Fact]
    public async Task StudyAsASingleFile_Is406()
    {
        await StoreAsync(File(1));

        using var response = await GetAsync(StudyUrl, "application/dicom");

        Assert.Equal("NotAcceptable", $"{(await ProblemAsync(response))["code"]}");
    }

    [Fact]
    public async Task WhatIsNotStored_Is404()
    {
        await StoreAsync(File(1), File(3, study: 2));
        string[] urls =
        [
            $"/dicom-web/studies/{Study(7)}",
            $"{StudyUrl}/series/{Series(2)}",
            $"{StudyUrl}/series/{Series(1)}/instances/{Instance(3)}",
            $"/dicom-web/studies/{Study(2)}/series/{Series(1)}/instances/{Instance(1)}",
        ];

        foreach (var url in urls)
        {
            using var response = await GetAsync(url, "*/*");
            var problem = await ProblemAsync(response);
            Assert.Equal((404, "NotFound"), ((int)problem["status"]!, (string?)problem["code"]));
        }
    }

    [Theory]
    [InlineData("/dicom-web/studies/abc")]
    [InlineData("/dicom-web/studies/1.2/series/1..2")]
    [InlineData("/dicom-web/studies/1.2/series/1.2/instances/1.2.")]
    public async Task WhatIsNoUid_Is400(string url)
    {
        using var response = await GetAsync(url, "*/*");

        Assert.Equal((HttpStatusCode.BadRequest, "InvalidArgument"), (response.StatusCode, (string?)(await ProblemAsync(response))["code"]));
    }

    [Fact]
    public async Task StoreThatLostABlob_Is503()
    {
        await StoreAsync(File(1));
        System.IO.File.Delete(Directory.EnumerateFiles(Server.Blobs, "*.dcm", SearchOption.AllDirectories).Single());

        using var response = await GetAsync(InstanceUrl, "application/dicom");

        Assert.Equal((HttpStatusCode.ServiceUnavailable, "OutOfResources"), (response.StatusCode, (string?)(await ProblemAsync(response))["code"]));
        Assert.Equal(TimeSpan.FromSeconds(10), response.Headers.RetryAfter?.Delta);
    }

    [Fact]
    public async Task StoreThatLostALaterBlob_BreaksTheAnswerOff()
    {
        await StoreAsync(File(1), File(2));
        System.IO.File.Delete(Directory.EnumerateFiles(Server.Blobs, $"{Instance(2)}_*.dcm", SearchOption.AllDirectories).Single());

        await Assert.ThrowsAsync<HttpRequestException>(() => GetAsync(StudyUrl, ""));
    }

    private async Task StoreAsync(params byte[][] files)
    {
        using var response = await new Upload("", Multipart(files), 200).SendAsync(Server.Client, Token);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    private async Task<HttpResponseMessage> GetAsync(string url, string accept)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, url);
        if (accept.Length > 0)
            request.Headers.TryAddWithoutValidation("Accept", accept);
        return await Server.Client.SendAsync(request, Token);
    }

    private async Task<List<(string? ContentType, byte[] Content)>> PartsAsync(string url, string accept)
    {
        using var response = await GetAsync(url, accept);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        var type = MediaType.Parse($"{response.Content.Headers.ContentType}")!;
        Assert.Equal(("multipart/related", "application/dicom"), (type.Name, type["type"]));
        using var reader = new MultipartReader(await response.Content.ReadAsStreamAsync(Token), type["boundary"]!);
        var parts = new List<(string?, byte[])>();
        while (await reader.ReadNextAsync(Token) is { } part)
        {
            var content = new MemoryStream();
            await part.Content.CopyToAsync(content, Token);
            parts.Add((part.ContentType, content.ToArray()));
        }
        return parts;
    }

    private static async Task<JsonNode> ProblemAsync(HttpResponseMessage response)
    {
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType?.MediaType);
        return JsonNode.Parse(await response.Content.ReadAsStringAsync(Token))!;
    }

    private static string Hash(byte[] bytes) => Convert.ToHexStringLower(SHA256.HashData(bytes));
}
