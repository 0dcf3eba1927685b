using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Xml.Linq;
using MedCloud.Ingest.Index;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using static MedCloud.Services.Tests.DicomWeb.Part10;

namespace MedCloud.Services.Tests.DicomWeb;

/// <summary>STOW-RS over a real connection into the real store.</summary>
public sealed class StoreTests : IAsyncLifetime
{
    private DicomWebServer? common;

    private DicomWebServer Server => common!;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async ValueTask InitializeAsync() => common = await DicomWebServer.StartAsync();

    public ValueTask DisposeAsync() => Server.DisposeAsync();

    [Fact]
    public async Task SameBytesAgain_AreStoredOnce()
    {
        var first = await StoreAsync(File(1));

        var second = await StoreAsync(File(1));

        Assert.Equal((HttpStatusCode.OK, HttpStatusCode.OK), (first.Status, second.Status));
        Assert.Equal($"{first.Body}", $"{second.Body}");
        Assert.Equal(1, await CountAsync());
        Assert.Single(Directory.EnumerateFiles(Server.Blobs, "*.dcm", SearchOption.AllDirectories));
    }

    /// <summary>The answer's comment has room for a sentence; the operator's log has the place too.</summary>
    [Fact]
    public async Task ADamagedFile_IsLoggedWithElementAndOffset()
    {
        var file = File(1);

        await StoreAsync(file[..^10]);

        var line = Assert.Single(Server.Log, line => line.Contains("ingest.instance.refused", StringComparison.Ordinal));
        Assert.Matches(@"stow as CannotUnderstand: the data ends inside a value at \(7FE0,0010\), offset \d+", line);
    }

    [Fact]
    public async Task OtherBytes_AreTheNextRevision()
    {
        await StoreAsync(File(1));

        await StoreAsync(File(1, pixel: 1));

        Assert.Equal(2, await CountAsync());
        Assert.Equal(File(1, pixel: 1), await RetrieveAsync(1));
    }

    [Fact]
    public async Task OtherBytes_AreRefusedWhereTheSettingSaysSo()
    {
        await using var server = await DicomWebServer.StartAsync(("MedCloud:Ingest:OnDifferentBytes", "refuse"));
        await StoreAsync(server, File(1));

        var none = await StoreAsync(server, File(1, pixel: 1));
        var some = await StoreAsync(server, File(1, pixel: 1), File(2));

        Assert.Equal((HttpStatusCode.Conflict, $"0111 {Instance(1)}"), (none.Status, Assert.Single(none.Outcomes)));
        Assert.Equal(HttpStatusCode.Accepted, some.Status);
        Assert.Equal([Upload.Stored(2), $"0111 {Instance(1)}"], some.Outcomes);
    }

    [Fact]
    public async Task Stat_RaisesThePriorityOfTheStudy()
    {
        await StoreAsync(File(1, study: 1));
        Assert.False(await IsStatAsync(1));

        using var response = await new Upload("stat", Multipart(File(2, study: 1)), 200) { Header = ("x-medcloud-priority", "Stat") }.SendAsync(Server.Client, Token);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.True(await IsStatAsync(1));
    }

    [Fact]
    public async Task StoreThatIsAway_Is503WithRetryAfter()
    {
        Directory.Delete(Server.Blobs, recursive: true);

        using var response = await new Upload("away", Multipart(File(1), File(2)), 503).SendAsync(Server.Client, Token);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Equal(TimeSpan.FromSeconds(10), response.Headers.RetryAfter?.Delta);
        Assert.Equal([$"A700 {Instance(1)}", $"A700 {Instance(2)}"], (await StoreAnswer.ReadAsync(response, Token)).Outcomes);
        Assert.Equal(0, await CountAsync());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task RequestOverTheLimit_Is413(bool chunked)
    {
        var first = File(1);
        await using var server = await DicomWebServer.StartAsync(("MedCloud:DicomWeb:MaxRequestBytes", (first.Length + 500).ToString(CultureInfo.InvariantCulture)));

        using var response = await new Upload("large", Multipart(first, File(2)), 413) { Chunked = chunked }.SendAsync(server.Client, Token);

        var answer = await StoreAnswer.ReadAsync(response, Token);
        Assert.Equal((HttpStatusCode.RequestEntityTooLarge, "TooLarge"), (answer.Status, Assert.Single(answer.Outcomes)));
        Assert.Equal(HttpStatusCode.NotFound, (await server.Client.GetAsync(UrlOf(2), Token)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await StoreAsync(server, first)).Status);
    }

    [Fact]
    public async Task RefusalBeforeALargeBody_ReachesTheSender()
    {
        // Larger than what the web server itself takes by default (30 MB).
        using var response = await new Upload("large", new byte[50 << 20], 415) { ContentType = "application/dicom" }.SendAsync(Server.Client, Token);

        Assert.Equal((HttpStatusCode.UnsupportedMediaType, "UnsupportedMediaType"), (response.StatusCode, Assert.Single((await StoreAnswer.ReadAsync(response, Token)).Outcomes)));
    }

    [Fact]
    public async Task LargeInstance_IsStored()
    {
        var large = File(1, change: dataSet => dataSet.Set(new MedCloud.Dicom.DicomElement(MedCloud.Dicom.DicomTags.PixelData, MedCloud.Dicom.Vr.OW, new byte[50 << 20])));

        Assert.Equal(HttpStatusCode.OK, (await StoreAsync(large)).Status);
        Assert.Equal(large, await RetrieveAsync(1));
    }

    [Fact]
    public async Task InstanceOverTheLimit_IsRefusedAndTheNextStored()
    {
        await using var server = await DicomWebServer.StartAsync(("MedCloud:Ingest:MaxInstanceBytes", $"{1 << 20}"));
        var large = File(1, change: dataSet => dataSet.Set(new MedCloud.Dicom.DicomElement(MedCloud.Dicom.DicomTags.PixelData, MedCloud.Dicom.Vr.OW, new byte[4 << 20])));

        var answer = await StoreAsync(server, large, File(2));

        Assert.Equal(HttpStatusCode.Accepted, answer.Status);
        Assert.Equal([Upload.Stored(2), $"C000 {Instance(1)}"], answer.Outcomes);
    }

    [Fact]
    public async Task SilentSender_Is408AndNothingOfItsPartIsStored()
    {
        await using var server = await DicomWebServer.StartAsync(("MedCloud:DicomWeb:IdleTimeout", "00:00:00.3"));
        using var connection = await ConnectAsync(server);
        await SendHeadAsync(connection, $"Content-Length: {10L << 30}");
        await connection.SendAsync(Multipart(File(1)).AsMemory(0, 600), Token);

        var answer = await ReceiveAllAsync(connection);

        Assert.StartsWith("HTTP/1.1 408 ", answer, StringComparison.Ordinal);
        Assert.Contains("\"code\":\"TimedOut\"", answer, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotFound, (await server.Client.GetAsync(UrlOf(1), Token)).StatusCode);
        Assert.Empty(Directory.EnumerateFiles(server.Blobs, "*", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task ConnectionThatIsCut_LeavesNothingOfTheCutPart()
    {
        // The body promises 10 GB; the sender leaves within its second part.
        using (var connection = await ConnectAsync(Server))
        {
            await SendHeadAsync(connection, $"Content-Length: {10L << 30}");
            await connection.SendAsync(Multipart(File(1), File(2)).AsMemory(..^100), Token);
            connection.Shutdown(SocketShutdown.Send);
            await ReceiveAllAsync(connection);
        }

        Assert.Equal(HttpStatusCode.OK, (await StoreAsync(File(3))).Status);
        await Server.StopAsync();
        var blobs = Directory.EnumerateFiles(Server.Blobs, "*.dcm", SearchOption.AllDirectories).ToList();
        Assert.Contains(blobs, blob => blob.Contains($"{Instance(3)}", StringComparison.Ordinal));
        Assert.DoesNotContain(blobs, blob => blob.Contains($"{Instance(2)}", StringComparison.Ordinal));
    }

    [Fact]
    public async Task MalformedChunk_Is400()
    {
        using var connection = await ConnectAsync(Server);
        await SendHeadAsync(connection, "Transfer-Encoding: chunked");
        await connection.SendAsync("zz\r\n--b\r\n"u8.ToArray(), Token);

        Assert.StartsWith("HTTP/1.1 400 ", await ReceiveAllAsync(connection), StringComparison.Ordinal);
    }

    [Fact]
    public async Task BytesOneByOne_AreStored()
    {
        var body = Multipart(File(1));
        using var connection = await ConnectAsync(Server);
        connection.NoDelay = true;
        await SendHeadAsync(connection, $"Content-Length: {body.Length}\r\nConnection: close");
        foreach (var single in body)
            await connection.SendAsync(new[] { single }, Token);

        Assert.StartsWith("HTTP/1.1 200 ", await ReceiveAllAsync(connection), StringComparison.Ordinal);
        Assert.Equal(File(1), await RetrieveAsync(1));
    }

    [Fact]
    public async Task AnswerInXml_IsTheNativeDicomModel()
    {
        using var response = await new Upload("xml", Multipart(File(1), []), 202) { Header = ("Accept", "application/dicom+xml") }.SendAsync(Server.Client, Token);

        Assert.Equal("application/dicom+xml", response.Content.Headers.ContentType?.MediaType);
        var attributes = XDocument.Parse(await response.Content.ReadAsStringAsync(Token)).Root!.Elements().Select(element => (string?)element.Attribute("keyword"));
        Assert.Equal(["RetrieveURL", "ReferencedSOPSequence", "OtherFailuresSequence"], attributes);
    }

    [Fact]
    public async Task FourSendersAtOnce_StoreEverything()
    {
        var answers = await Task.WhenAll(Enumerable.Range(0, 4).Select(sender =>
            StoreAsync([.. Enumerable.Range(0, 25).Select(number => File((100 * sender) + number, study: sender))])));

        Assert.All(answers, answer => Assert.Equal((HttpStatusCode.OK, 25), (answer.Status, answer.Outcomes.Count)));
        Assert.Equal(100, await CountAsync());
    }

    private static string UrlOf(int number, int study = 1) => $"/dicom-web/studies/{Study(study)}/series/{Series(study)}/instances/{Instance(number)}";

    private static async Task<StoreAnswer> StoreAsync(DicomWebServer server, params byte[][] files)
    {
        using var response = await new Upload("", Multipart(files), 0).SendAsync(server.Client, Token);
        return await StoreAnswer.ReadAsync(response, Token);
    }

    private static async Task<Socket> ConnectAsync(DicomWebServer server)
    {
        var connection = new Socket(SocketType.Stream, ProtocolType.Tcp);
        await connection.ConnectAsync(server.Client.BaseAddress!.Host, server.Client.BaseAddress.Port, Token);
        return connection;
    }

    private static async Task SendHeadAsync(Socket connection, string headers) =>
        await connection.SendAsync(
            Encoding.ASCII.GetBytes($"POST /dicom-web/studies HTTP/1.1\r\nHost: localhost\r\nContent-Type: {Upload.Multipart10}\r\n{headers}\r\n\r\n"), Token);

    private static async Task<string> ReceiveAllAsync(Socket connection)
    {
        var received = new StringBuilder();
        var buffer = new byte[4096];
        for (int count; (count = await connection.ReceiveAsync(buffer, Token)) > 0;)
            received.Append(Encoding.Latin1.GetString(buffer, 0, count));
        return received.ToString();
    }

    private Task<StoreAnswer> StoreAsync(params byte[][] files) => StoreAsync(Server, files);

    private async Task<byte[]> RetrieveAsync(int number)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, UrlOf(number));
        request.Headers.Accept.ParseAdd("application/dicom");
        using var response = await Server.Client.SendAsync(request, Token);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return await response.Content.ReadAsByteArrayAsync(Token);
    }

    private async Task<int> CountAsync()
    {
        await using var db = await Server.Services.GetRequiredService<IDbContextFactory<IngestDb>>().CreateDbContextAsync(Token);
        return await db.Instances.CountAsync(Token);
    }

    private async Task<bool> IsStatAsync(int study)
    {
        await using var db = await Server.Services.GetRequiredService<IDbContextFactory<IngestDb>>().CreateDbContextAsync(Token);
        return (await db.Studies.SingleAsync(row => row.StudyInstanceUid == Study(study).Value, Token)).Stat;
    }
}
