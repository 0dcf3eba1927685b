using System.Text;
using CsCheck;
using MedCloud.Dicom.Web;

namespace MedCloud.Dicom.Tests.Web;

public sealed class MultipartReaderTests
{
    private const int BufferBytes = 128 * 1024;

    [Fact]
    public async Task PreambleHeadersAndEpilogueAreNotContent()
    {
        var parts = await ReadAsync("preamble\r\n--b\r\nContent-Type: application/dicom\r\nX: y\r\n\r\none\r\n--b\r\ncontent-type:text/plain\r\n\r\n\r\ntwo\r\n\r\n--b--\r\nepilogue --b\r\n");

        Assert.Equal([("application/dicom", "one"), ("text/plain", "\r\ntwo\r\n")], parts);
    }

    [Theory]
    [InlineData("--b--")]
    [InlineData("--b--\r\n")]
    [InlineData("preamble\r\n--b--\r\nepilogue")]
    public async Task NoPart_IsAnEmptyList(string body) =>
        Assert.Empty(await ReadAsync(body));

    [Theory]
    [InlineData("--b\r\n\r\n\r\n--b--")]
    [InlineData("--b\r\n\r\n--b--")]
    [InlineData("--b\n\n--b--")]
    public async Task PartWithoutContent_IsAnEmptyPart(string body) =>
        Assert.Equal([(null, "")], await ReadAsync(body));

    [Fact]
    public async Task LinesEndingWithLf_AreReadWhenTheFirstBoundaryLineDoes() =>
        Assert.Equal(
            [("application/dicom", "one\r"), (null, "two")],
            await ReadAsync("\n--b\nContent-Type: application/dicom\n\none\r\n--b\n\ntwo\n--b--\n"));

    [Fact]
    public async Task LfBeforeTheBoundary_IsContentWhenLinesEndWithCrlf() =>
        Assert.Equal([(null, "one\n--b\n")], await ReadAsync("--b\r\n\r\none\n--b\n\r\n--b--"));

    [Fact]
    public async Task PaddingAfterTheBoundary_IsIgnored() =>
        Assert.Equal([(null, "one"), (null, "two")], await ReadAsync("--b \t\r\n\r\none\r\n--b   \r\n\r\ntwo\r\n--b--"));

    [Fact]
    public async Task FoldedHeader_IsJoined() =>
        Assert.Equal(
            [("application/dicom; transfer-syntax=1.2", "one")],
            await ReadAsync("--b\r\nContent-Type: application/dicom;\r\n transfer-syntax=1.2\r\n\r\none\r\n--b--"));

    [Theory]
    [InlineData("", "the boundary is not in the body")]
    [InlineData("{}", "the boundary is not in the body")]
    [InlineData("x--b\r\n\r\none", "the boundary is not in the body")]
    [InlineData("--bb\r\n\r\none\r\n--bb--", "a boundary line is malformed")]
    [InlineData("--b\r\nno colon\r\n\r\none\r\n--b--", "a header line of a part has no colon")]
    [InlineData("--b\r\n: no name\r\n\r\none\r\n--b--", "a header line of a part has no colon")]
    [InlineData("--b\r\nContent-Type: applic", "the multipart ends within the headers of a part")]
    [InlineData("--b\r\n\r\none", "the multipart ends within a part")]
    [InlineData("--b\r\n\r\none\r\n--", "the multipart ends within a part")]
    [InlineData("--b\r\n\r\none\r\n--b", "the multipart has no closing boundary")]
    [InlineData("--b\r\n\r\none\r\n--b-", "the multipart has no closing boundary")]
    [InlineData("--b\r\n\r\none\r\n--b\r\n", "the multipart ends within the headers of a part")]
    public async Task BrokenBody_SaysWhatIsWrong(string body, string problem) =>
        Assert.Equal(problem, (await Assert.ThrowsAsync<MultipartException>(() => ReadAsync(body))).Problem);

    [Fact]
    public async Task Headers_AreLimited()
    {
        var fits = $"--b\r\nX: {new string('x', MultipartReader.MaxHeaderBytes - 10)}\r\n\r\none\r\n--b--";
        var one = $"--b\r\nX: {new string('x', MultipartReader.MaxHeaderBytes)}\r\n\r\none\r\n--b--";
        var many = $"--b\r\n{string.Concat(Enumerable.Repeat("X: y\r\n", MultipartReader.MaxHeaderBytes / 6 + 1))}\r\none\r\n--b--";
        var endless = $"--b\r\nX: {new string('x', 1024 * 1024)}";

        Assert.Equal([(null, "one")], await ReadAsync(fits));
        foreach (var body in new[] { one, many, endless })
            Assert.Equal("the headers of a part are too long", (await Assert.ThrowsAsync<MultipartException>(() => ReadAsync(body))).Problem);
    }

    [Fact]
    public async Task Preamble_IsLimited()
    {
        var fits = new string('x', MultipartReader.MaxPreambleBytes - 2) + "\r\n--b\r\n\r\none\r\n--b--";
        var endless = new string('x', 1024 * 1024);

        Assert.Equal([(null, "one")], await ReadAsync(fits));
        Assert.Equal("the boundary is not in the body", (await Assert.ThrowsAsync<MultipartException>(() => ReadAsync(endless))).Problem);
    }

    [Fact]
    public async Task UnreadContent_IsSkipped()
    {
        var body = Encoding.Latin1.GetBytes($"--b\r\n\r\n{new string('x', 3 * BufferBytes)}\r\n--b\r\n\r\ntwo\r\n--b--");
        using var reader = new MultipartReader(new ChunkedStream(body, 5000), "b");
        var first = await reader.ReadNextAsync(TestContext.Current.CancellationToken);
        await first!.Content.ReadExactlyAsync(new byte[10], TestContext.Current.CancellationToken);

        var second = await reader.ReadNextAsync(TestContext.Current.CancellationToken);

        Assert.Equal("two", Encoding.Latin1.GetString(await ContentAsync(second!)));
        await Assert.ThrowsAsync<ObjectDisposedException>(async () => await first.Content.ReadExactlyAsync(new byte[10], TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task DelimiterAtEveryPositionOfTheBuffer_IsFound()
    {
        var content = new byte[BufferBytes + 16];
        new Random(1).NextBytes(content);
        for (var length = BufferBytes - 96; length <= content.Length; length++)
        {
            var body = Body("boundary-7MA4YWxk", [content[..length], [1, 2, 3]]);

            var parts = await ContentsAsync(new ChunkedStream(body, int.MaxValue), "boundary-7MA4YWxk");

            Assert.Equal(2, parts.Count);
            Assert.Equal(content.AsSpan(0, length), parts[0].AsSpan());
            Assert.Equal([1, 2, 3], parts[1]);
        }
    }

    [Fact]
    public async Task BodySplitAtEveryPosition_IsReadAlike()
    {
        var body = Encoding.Latin1.GetBytes("preamble\r\n--b\r\nContent-Type: application/dicom\r\n\r\n\r\n--\r\n--\r\n--b\r\n\r\n--b  \r\nA: b\r\n\r\n\r\n--b--");
        for (var split = 1; split < body.Length; split++)
        {
            var parts = await ContentsAsync(new ChunkedStream(body, split, int.MaxValue), "b");

            Assert.Equal(["\r\n--\r\n--", "", ""], parts.Select(Encoding.Latin1.GetString));
        }
    }

    [Fact]
    public async Task BodyCutAtEveryPosition_GivesWholePartsOrAFault()
    {
        string[] contents = ["first part", "", "third\r\n-part"];
        var body = Body("cut", contents.Select(Encoding.Latin1.GetBytes));
        for (var length = 0; length < body.Length - 2; length++)
        {
            var whole = new List<string>();
            using var reader = new MultipartReader(new ChunkedStream(body[..length], 7), "cut");

            await Assert.ThrowsAsync<MultipartException>(async () =>
            {
                while (await reader.ReadNextAsync(TestContext.Current.CancellationToken) is { } part)
                    whole.Add(Encoding.Latin1.GetString(await ContentAsync(part)));
            });

            Assert.Equal(contents.Take(whole.Count), whole);
        }
    }

    [Fact]
    public async Task AnyParts_RoundTripForAnyChunking()
    {
        // Half of the bytes are those that delimiters are made of.
        var content = Gen.OneOf(Gen.Byte, Gen.Int[0, 4].Select(i => (byte)"\r\n-bc"[i])).Array[0, 300];
        string[] boundaries = ["bc", "b", "bcb-", "0123456789'()+_,-./:=? x"];
        var sample = Gen.Select(Gen.Int[0, 3].Select(i => boundaries[i]), content.Array[0, 6], Gen.Int[1, 200].Array[1, 5])
            .Where(x => x.Item2.All(part => CanBeContent(part, x.Item1)));

        await sample.SampleAsync(async x =>
        {
            var (boundary, parts, chunks) = x;
            var read = await ContentsAsync(new ChunkedStream(Body(boundary, parts), chunks), boundary);
            return read.Count == parts.Length && read.Zip(parts).All(pair => pair.First.AsSpan().SequenceEqual(pair.Second));
        }, iter: 20_000);
    }

    [Theory]
    [InlineData("", false)]
    [InlineData("a", true)]
    [InlineData("a b", true)]
    [InlineData("a ", false)]
    [InlineData("a\r\nb", false)]
    [InlineData("bé", false)]
    [InlineData("'()+_,-./:=?", true)]
    public void IsBoundary_TakesPrintableAscii(string text, bool expected) =>
        Assert.Equal(expected, MultipartReader.IsBoundary(text));

    [Fact]
    public void IsBoundary_HasAtMost70Characters() =>
        Assert.Equal((true, false), (MultipartReader.IsBoundary(new string('b', 70)), MultipartReader.IsBoundary(new string('b', 71))));

    private static bool CanBeContent(byte[] content, string boundary) =>
        !content.AsSpan().StartsWith(Encoding.ASCII.GetBytes($"--{boundary}"))
        && ((byte[])[.. content, .. Encoding.ASCII.GetBytes($"\r\n--{boundary}")]).AsSpan().IndexOf(Encoding.ASCII.GetBytes($"\r\n--{boundary}")) == content.Length;

    internal static byte[] Body(string boundary, IEnumerable<byte[]> parts) =>
    [
        .. parts.SelectMany(part => (byte[])[.. Encoding.ASCII.GetBytes($"--{boundary}\r\nContent-Type: application/dicom\r\n\r\n"), .. part, .. "\r\n"u8]),
        .. Encoding.ASCII.GetBytes($"--{boundary}--\r\n"),
    ];

    private static async Task<List<(string? ContentType, string Content)>> ReadAsync(string body)
    {
        using var reader = new MultipartReader(new ChunkedStream(Encoding.Latin1.GetBytes(body), 3, 1000), "b");
        var parts = new List<(string?, string)>();
        while (await reader.ReadNextAsync(TestContext.Current.CancellationToken) is { } part)
            parts.Add((part.ContentType, Encoding.Latin1.GetString(await ContentAsync(part))));
        return parts;
    }

    internal static async Task<List<byte[]>> ContentsAsync(Stream source, string boundary)
    {
        using var reader = new MultipartReader(source, boundary);
        var parts = new List<byte[]>();
        while (await reader.ReadNextAsync(TestContext.Current.CancellationToken) is { } part)
            parts.Add(await ContentAsync(part));
        return parts;
    }

    private static async Task<byte[]> ContentAsync(MultipartPart part)
    {
        var content = new MemoryStream();
        await part.Content.CopyToAsync(content, TestContext.Current.CancellationToken);
        return content.ToArray();
    }
}
