using System.Text;
using static MedCloud.Services.Tests.DicomWeb.Part10;

namespace MedCloud.Services.Tests.DicomWeb;

/// <summary>One row of the table of uploads: what is sent, and what must be answered.</summary>
/// <param name="Name">What is special about it.</param>
/// <param name="Body">What is sent.</param>
/// <param name="Status">The HTTP status.</param>
/// <param name="Outcomes">As <see cref="StoreAnswer.Outcomes"/>; of problem details the code.</param>
public sealed record Upload(string Name, byte[] Body, int Status, params string[] Outcomes)
{
    public const string Multipart10 = "multipart/related; type=\"application/dicom\"; boundary=b";

    private static readonly byte[] Text = Encoding.ASCII.GetBytes($"Dear colleague, please find {MarkedName} attached.");

    public string Path { get; init; } = "/dicom-web/studies";

    public string? ContentType { get; init; } = Multipart10;

    public bool Chunked { get; init; }

    public (string Name, string Value)? Header { get; init; }

    /// <summary>Part of the last sentence.</summary>
    public string Sentence { get; init; } = "";

    /// <summary>Each row has instances of its own, numbered from ten times its position.</summary>
    public static IReadOnlyList<Upload> Table { get; } =
    [
        new("one instance", Multipart(File(10)), 200, Stored(10)),
        new("three instances", Multipart(File(20), File(21), File(22)), 200, Stored(20), Stored(21), Stored(22)),
        new("type and boundary unquoted", Multipart(File(30)), 200, Stored(30)) { ContentType = "multipart/related; type=application/dicom; boundary=b" },
        new("boundary quoted", Multipart(File(40)), 200, Stored(40)) { ContentType = "Multipart/Related;boundary=\"b\";type=\"application/dicom\"" },
        new("type missing", Multipart(File(50)), 200, Stored(50)) { ContentType = "multipart/related; boundary=b" },
        new("transfer syntax in the type", Multipart(File(55)), 200, Stored(55)) { ContentType = Multipart10 + "; transfer-syntax=1.2.840.10008.1.2.1" },
        new("chunked transfer encoding", Multipart(File(60), File(61)), 200, Stored(60), Stored(61)) { Chunked = true },
        new("preamble and epilogue", [.. "This is a multipart.\r\n\r\n"u8, .. Multipart(File(70)), .. "The end. --b\r\n"u8], 200, Stored(70)),
        new("lines ending with LF", [.. Part(File(80), "Content-Type: application/dicom\n", "\n"), .. Part(File(81), "", "\n"), .. "--b--\n"u8], 200, Stored(80), Stored(81)),
        new("part without a content type", [.. Part(File(90), ""), .. "--b--"u8], 200, Stored(90)),
        new("part with a transfer syntax and more headers", [.. Part(File(100), "Content-Length: 1\r\ncontent-type: Application/DICOM;\r\n transfer-syntax=1.2.840.10008.1.2.1\r\nMIME-Version: 1.0\r\n"), .. "--b--"u8], 200, Stored(100)),
        new("the same instance twice", Multipart(File(110), File(110)), 200, Stored(110), Stored(110)),
        new("other bytes under the same UID", Multipart(File(120), File(120, pixel: 1)), 200, Stored(120), Stored(120)),
        new("two studies", Multipart(File(130), File(131, study: 2)), 200, Stored(130), Stored(131)),
        new("the study of the URL", Multipart(File(140, study: 3)), 200, Stored(140)) { Path = $"/dicom-web/studies/{Study(3)}" },
        new("STAT in capitals", Multipart(File(150, study: 4)), 200, Stored(150)) { Header = ("X-MedCloud-Priority", "STAT") },
        new("not the study of the URL", Multipart(File(160)), 409, $"A900 {Instance(160)}") { Path = $"/dicom-web/studies/{Study(9)}", Sentence = "Study Instance UID is not the one that the URL names" },
        new("one of two is of the study of the URL", Multipart(File(170), File(171, study: 5)), 202, Stored(171), $"A900 {Instance(170)}") { Path = $"/dicom-web/studies/{Study(5)}", Sentence = "Study" },
        new("text named .dcm", Multipart(Text), 409, "C000"),
        new("text between files", Multipart(File(180), Text, File(181)), 202, Stored(180), Stored(181), "C000"),
        new("file cut within its pixel data", Multipart(File(190)[..^100]), 409, $"C000 {Instance(190)}"),
        new("file cut within its header", Multipart(File(200)[..300]), 409, "C000"),
        new("length field of 4 GiB", Multipart(WithPixelLength(File(210), 0xFFFFFFFE), File(211)), 202, Stored(211), $"C000 {Instance(210)}"),
        new("value of 4 GiB after the pixel data", Multipart(LengthBomb(220)), 409, $"C000 {Instance(220)}"),
        new("part without bytes", [.. Part([]), .. "--b--"u8], 409, "C000"),
        new("part without bytes and without a newline of its own", [.. "--b\r\nContent-Type: application/dicom\r\n\r\n"u8, .. Multipart(File(230))], 202, Stored(230), "C000"),
        new("part of another type", [.. Part(File(240), "Content-Type: image/jpeg\r\n"), .. Multipart(File(241))], 202, Stored(241), "C000") { Sentence = "the content type of the part is not application/dicom" },
        new("SOP class that is not of storage", Multipart(File(250, sopClass: "1.2.840.10008.1.1")), 409, $"0122 {Instance(250)}"),
        new("without a Study Instance UID", Multipart(File(260, change: dataSet => dataSet.Set(MedCloud.Dicom.DicomTags.StudyInstanceUid, ""))), 409, $"C000 {Instance(260)}") { Sentence = "(0020,000D)" },
        new("another SOP Instance UID than in the file meta group", Multipart(File(270, change: dataSet => dataSet.Set(MedCloud.Dicom.DicomTags.SopInstanceUid, $"{Instance(271)}"))), 200, Stored(271)),
        new("multipart cut within its first part", Multipart(File(280))[..^50], 409, "C000") { Sentence = "the multipart ends within a part" },
        new("multipart cut within its second part", Multipart(File(290), File(291))[..^50], 202, Stored(290), "C000") { Sentence = "the multipart ends within a part" },
        new("multipart cut within the delimiter", Multipart(File(300))[..^6], 409, "C000") { Sentence = "the multipart ends within a part" },
        new("multipart cut after the delimiter", [.. Part(File(310)), .. "--b"u8], 202, Stored(310), "C000") { Sentence = "the multipart has no closing boundary" },
        new("header of the second part without a colon", [.. Part(File(320)), .. Part(File(321), "nonsense\r\n"), .. "--b--"u8], 202, Stored(320), "C000") { Sentence = "a header line of a part has no colon" },
        new("no part", [.. "--b--\r\n"u8], 400, "InvalidArgument") { Sentence = "The multipart has no part." },
        new("nothing", [], 400, "InvalidArgument") { Sentence = "the boundary is not in the body" },
        new("another boundary in the body", Multipart(File(330)), 400, "InvalidArgument") { ContentType = "multipart/related; type=\"application/dicom\"; boundary=c", Sentence = "the boundary is not in the body" },
        new("no multipart in the body", File(340), 400, "InvalidArgument") { Sentence = "the boundary is not in the body" },
        new("no boundary in the type", Multipart(File(350)), 400, "InvalidArgument") { ContentType = "multipart/related; type=\"application/dicom\"", Sentence = "has no boundary" },
        new("headers without an end", [.. "--b\r\nX: "u8, .. new byte[100_000]], 400, "InvalidArgument") { Sentence = "the headers of a part are too long" },
        new("no content type", Multipart(File(360)), 415, "UnsupportedMediaType") { ContentType = null, Sentence = "is not multipart/related" },
        new("a file alone", File(370), 415, "UnsupportedMediaType") { ContentType = "application/dicom", Sentence = "is not multipart/related" },
        new("form data", Multipart(File(380)), 415, "UnsupportedMediaType") { ContentType = "multipart/form-data; boundary=b", Sentence = "is not multipart/related" },
        new("metadata and bulk data", Multipart(File(390)), 415, "UnsupportedMediaType") { ContentType = "multipart/related; type=\"application/dicom+json\"; boundary=b", Sentence = "Metadata with separate bulk data is not supported" },
        new("priority that is not STAT", Multipart(File(400)), 400, "InvalidArgument") { Header = ("X-MedCloud-Priority", "urgent"), Sentence = "X-MedCloud-Priority" },
        new("no UID in the URL", Multipart(File(410)), 400, "InvalidArgument") { Path = "/dicom-web/studies/abc", Sentence = "The study in the URL is not a UID." },
        new("answer wanted as a page", Multipart(File(420)), 406, "NotAcceptable") { Header = ("Accept", "text/html"), Sentence = "application/dicom+json or application/dicom+xml" },
    ];

    public async Task<HttpResponseMessage> SendAsync(HttpClient client, CancellationToken cancellationToken)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, Path) { Content = new ByteArrayContent(Body) };
        if (ContentType is not null)
            request.Content.Headers.TryAddWithoutValidation("Content-Type", ContentType);
        if (Header is var (name, value))
            request.Headers.TryAddWithoutValidation(name, value);
        if (Chunked)
            request.Headers.TransferEncodingChunked = true;
        return await client.SendAsync(request, cancellationToken);
    }

    public static string Stored(int number) => $"stored {Instance(number)}";

    /// <summary>An element of (FFFC,FFFC) whose length field says 4 GiB.</summary>
    private static byte[] LengthBomb(int number) =>
        [.. File(number), 0xFC, 0xFF, 0xFC, 0xFF, (byte)'O', (byte)'B', 0, 0, 0xFE, 0xFF, 0xFF, 0xFF];
}
