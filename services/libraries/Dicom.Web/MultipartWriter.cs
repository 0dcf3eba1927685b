using System.Text;

namespace MedCloud.Dicom.Web;

/// <summary>Writes a multipart/related body of streams (RFC 2387) part by part.</summary>
/// <param name="destination">Not disposed.</param>
/// <param name="boundary">Must not occur in any part: 32 random characters will not.</param>
public sealed class MultipartWriter(Stream destination, string boundary)
{
    /// <summary>Bytes that are copied at a time.</summary>
    public const int CopyBytes = 128 * 1024;

    private string newline = "";

    /// <summary>The Content-Type of the whole body.</summary>
    /// <param name="type">The media type of its parts.</param>
    public string ContentType(string type) => $"multipart/related; type=\"{type}\"; boundary={boundary}";

    /// <summary>Writes one part, from the present position of <paramref name="content"/> to its end.</summary>
    public async Task WritePartAsync(string contentType, string contentLocation, Stream content, CancellationToken cancellationToken)
    {
        await WriteAsync($"{newline}--{boundary}\r\nContent-Type: {contentType}\r\nContent-Location: {contentLocation}\r\n\r\n", cancellationToken);
        newline = "\r\n";
        await content.CopyToAsync(destination, CopyBytes, cancellationToken);
    }

    /// <summary>Writes the closing boundary.</summary>
    public Task EndAsync(CancellationToken cancellationToken) => WriteAsync($"{newline}--{boundary}--\r\n", cancellationToken);

    private async Task WriteAsync(string text, CancellationToken cancellationToken) =>
        await destination.WriteAsync(Encoding.ASCII.GetBytes(text), cancellationToken);
}
