using System.Buffers;
using System.Text;

namespace MedCloud.Dicom.Web;

/// <summary>
/// Reads the parts of a multipart body (RFC 2046 §5.1) from a forward-only stream through one pooled buffer; no part is ever held in memory.
/// Preamble and epilogue are ignored. Lines may end with CRLF or LF: the first boundary line decides what the newline before each delimiter is.
/// </summary>
/// <remarks>
/// Own, because the framework's reader takes the delimiter after a part without content and without a newline of its own for content, so that two parts
/// become one; it knows no LF lines either, and tells a body that is cut from a broken connection by nothing but the text of an IOException.
/// </remarks>
public sealed class MultipartReader : IDisposable
{
    /// <summary>The most bytes that all header lines of one part may have together.</summary>
    public const int MaxHeaderBytes = 16 * 1024;

    /// <summary>The most bytes that may stand before the first boundary.</summary>
    public const int MaxPreambleBytes = 64 * 1024;

    private const int MaxBoundaryLinePadding = 256;

    private readonly Stream body;
    private readonly byte[] dashBoundary;
    private readonly byte[] window = ArrayPool<byte>.Shared.Rent(128 * 1024);
    private byte[] delimiter = [];
    private int start;
    private int end;

    /// <summary>How many bytes at <see cref="start"/> surely belong to the current part.</summary>
    private int content;

    /// <summary>The length of the delimiter that follows those bytes; 0 while it has not been found.</summary>
    private int delimiterLength;

    private PartStream? current;
    private MultipartException? fault;
    private bool begun;
    private bool ended;
    private bool disposed;

    /// <summary>Reads <paramref name="source"/>, which is not disposed.</summary>
    /// <param name="source">The body.</param>
    /// <param name="boundary">The boundary parameter: 1 to 70 printable ASCII characters (see <see cref="IsBoundary"/>).</param>
    public MultipartReader(Stream source, string boundary)
    {
        if (!IsBoundary(boundary))
            throw new ArgumentException("not a multipart boundary", nameof(boundary));
        body = source;
        dashBoundary = Encoding.ASCII.GetBytes("--" + boundary);
    }

    /// <summary>
    /// Whether <paramref name="text"/> can be a boundary: 1 to 70 characters, not ending with a space (RFC 2046 §5.1.1). Any printable ASCII is
    /// taken, since senders use more than the RFC's characters.
    /// </summary>
    public static bool IsBoundary(string? text) =>
        text is { Length: >= 1 and <= 70 } && text[^1] != ' ' && !text.AsSpan().ContainsAnyExceptInRange(' ', '~');

    /// <summary>Steps to the next part, over whatever the current one still has; null after the closing boundary.</summary>
    /// <exception cref="MultipartException">The body is not a multipart with this boundary, or stops before its closing boundary; each further call throws it again.</exception>
    public async ValueTask<MultipartPart?> ReadNextAsync(CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(disposed, this);
        if (fault is not null)
            throw fault;
        if (ended)
            return null;

        if (begun)
        {
            while (await FindContentAsync(cancellationToken) > 0)
                Consume(content);
            current = null;
            Skip(delimiterLength);
        }
        else
        {
            await SkipPreambleAsync(cancellationToken);
        }

        while (end - start < 2)
            await FillAsync("the multipart has no closing boundary", cancellationToken);
        if (Buffered.StartsWith("--"u8))
        {
            ended = true;
            return null;
        }

        var (padding, newline) = await ReadLineAsync(MaxBoundaryLinePadding, "a boundary line is malformed", cancellationToken);
        if (!string.IsNullOrWhiteSpace(padding))
            throw Fault("a boundary line is malformed");
        if (!begun)
        {
            delimiter = [.. newline, .. dashBoundary];
            begun = true;
        }

        var contentType = await ReadHeadersAsync(cancellationToken);

        // The newline before a delimiter belongs to the delimiter, so a part without content may have none after its headers' blank line.
        while (end - start < dashBoundary.Length)
            await FillAsync(EndsWithinPart, cancellationToken);
        content = 0;
        delimiterLength = Buffered.StartsWith(dashBoundary) ? dashBoundary.Length : 0;
        current = new PartStream(this);
        return new MultipartPart(contentType, current);
    }

    /// <summary>Returns the buffer; the current part's stream can no longer be read.</summary>
    public void Dispose()
    {
        if (disposed)
            return;
        disposed = true;
        current = null;
        ArrayPool<byte>.Shared.Return(window);
    }

    private const string EndsWithinPart = "the multipart ends within a part";

    private ReadOnlySpan<byte> Buffered => window.AsSpan(start, end - start);

    private async ValueTask SkipPreambleAsync(CancellationToken cancellationToken)
    {
        const string none = "the boundary is not in the body";
        while (true)
        {
            var found = FindFirstBoundary();
            if (found >= 0)
            {
                Skip(found + dashBoundary.Length);
                return;
            }
            if (end - start >= MaxPreambleBytes)
                throw Fault(none);
            await FillAsync(none, cancellationToken);
        }
    }

    /// <summary>Where the first boundary stands at the beginning of a line; -1 where it does not.</summary>
    private int FindFirstBoundary()
    {
        for (var from = 0; ;)
        {
            var found = Buffered[from..].IndexOf(dashBoundary);
            if (found < 0)
                return -1;
            found += from;
            if (found == 0 || Buffered[found - 1] == '\n')
                return found;
            from = found + 1;
        }
    }

    /// <summary>Reads header lines up to the blank one; of them MedCloud needs the content type alone.</summary>
    private async ValueTask<string?> ReadHeadersAsync(CancellationToken cancellationToken)
    {
        string? contentType = null;
        var isContentType = false;
        for (var left = MaxHeaderBytes; ;)
        {
            var (line, newline) = await ReadLineAsync(left, "the headers of a part are too long", cancellationToken);
            if (line.Length == 0)
                return contentType;
            left -= line.Length + newline.Length;
            if (line[0] is ' ' or '\t')
            {
                // A folded line (RFC 5322 §2.2.3), as mail libraries write them.
                contentType += isContentType ? line : "";
                continue;
            }
            var colon = line.IndexOf(':', StringComparison.Ordinal);
            if (colon <= 0)
                throw Fault("a header line of a part has no colon");
            isContentType = line.AsSpan(0, colon).Trim().Equals("Content-Type", StringComparison.OrdinalIgnoreCase);
            if (isContentType)
                contentType = line[(colon + 1)..].Trim();
        }
    }

    private async ValueTask<(string Line, byte[] Newline)> ReadLineAsync(int limit, string tooLong, CancellationToken cancellationToken)
    {
        var scanned = 0;
        int length;
        while ((length = Buffered[scanned..].IndexOf((byte)'\n')) < 0)
        {
            scanned = end - start;
            if (scanned >= limit)
                throw Fault(tooLong);
            await FillAsync("the multipart ends within the headers of a part", cancellationToken);
        }
        length += scanned;
        if (length > limit)
            throw Fault(tooLong);
        var line = Buffered[..length];
        byte[] newline = line.EndsWith("\r"u8) ? [(byte)'\r', (byte)'\n'] : [(byte)'\n'];
        var text = Encoding.Latin1.GetString(line[..(length + 1 - newline.Length)]);
        Skip(length + 1);
        return (text, newline);
    }

    /// <summary>Makes <see cref="content"/> as large as it can be without waiting, and waits where that is nothing; 0 only at the end of the part.</summary>
    private async ValueTask<int> FindContentAsync(CancellationToken cancellationToken)
    {
        if (fault is not null)
            throw fault;
        while (content == 0 && delimiterLength == 0)
        {
            var found = Buffered.IndexOf(delimiter);
            if (found >= 0)
            {
                content = found;
                delimiterLength = delimiter.Length;
            }
            else if ((content = Math.Max(0, end - start - (delimiter.Length - 1))) == 0)
            {
                await FillAsync(EndsWithinPart, cancellationToken);
            }
        }
        return content;
    }

    private void Consume(int count)
    {
        content -= count;
        Skip(count);
    }

    private void Skip(int count) => start += count;

    private async ValueTask FillAsync(string problemAtEnd, CancellationToken cancellationToken)
    {
        // What is left is a few bytes: every caller waits for more of a line, of a delimiter, or of the preamble, whose start never moves.
        if (start > 0)
        {
            Buffered.CopyTo(window);
            end -= start;
            start = 0;
        }
        var read = await body.ReadAsync(window.AsMemory(end), cancellationToken);
        if (read == 0)
            throw Fault(problemAtEnd);
        end += read;
    }

    private MultipartException Fault(string problem) => fault = new MultipartException(problem);

    private async ValueTask<int> ReadPartAsync(PartStream part, Memory<byte> destination, CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(current != part, part);
        var count = Math.Min(destination.Length, await FindContentAsync(cancellationToken));
        window.AsSpan(start, count).CopyTo(destination.Span);
        Consume(count);
        return count;
    }

    private sealed class PartStream(MultipartReader reader) : ForwardOnlyStream
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            reader.ReadPartAsync(this, buffer, cancellationToken);
    }
}
