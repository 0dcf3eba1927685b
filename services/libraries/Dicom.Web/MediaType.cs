using System.Globalization;

namespace MedCloud.Dicom.Web;

/// <summary>
/// A media type or media range with its parameters (RFC 9110 §8.3.1, §12.5.1). Parsing is lenient where DICOMweb senders are loose:
/// a parameter's value may hold any character but a semicolon or a comma without being quoted (<c>type=application/dicom</c>, <c>boundary=a:b/c=</c>).
/// </summary>
public sealed class MediaType
{
    private readonly List<(string Name, string Value)> parameters;

    private MediaType(string name, List<(string Name, string Value)> parameters)
    {
        Name = name;
        this.parameters = parameters;
    }

    /// <summary>Type and subtype in lower case, e.g. <c>multipart/related</c>.</summary>
    public string Name { get; }

    /// <summary>The value of a parameter, unquoted; null where it is absent. Names are compared without case; of repeated ones the first counts.</summary>
    public string? this[string parameter]
    {
        get
        {
            foreach (var (name, value) in parameters)
            {
                if (name.Equals(parameter, StringComparison.OrdinalIgnoreCase))
                    return value;
            }
            return null;
        }
    }

    /// <summary>Reads one media type; null where <paramref name="text"/> is none.</summary>
    public static MediaType? Parse(string? text)
    {
        if (text is null)
            return null;
        var pieces = Split(text, ';');
        var slash = pieces[0].IndexOf('/');
        if (slash <= 0 || slash == pieces[0].Length - 1 || pieces[0].AsSpan().IndexOfAny(" \t\",") >= 0)
            return null;
        var parameters = new List<(string, string)>();
        foreach (var piece in pieces.Skip(1).Where(piece => piece.Length > 0))
        {
            var equals = piece.IndexOf('=');
            if (equals <= 0)
                return null;
            if (Unquote(piece[(equals + 1)..].Trim()) is not { } value)
                return null;
            parameters.Add((piece[..equals].Trim(), value));
        }
        return new MediaType(pieces[0].ToLowerInvariant(), parameters);
    }

    /// <summary>
    /// The media ranges of an Accept header, the preferred first; ranges with <c>q=0</c> and unreadable ones are left out.
    /// No header, or an empty one, accepts everything (RFC 9110 §12.5.1).
    /// </summary>
    public static IReadOnlyList<MediaType> ParseAccept(IEnumerable<string?> headers)
    {
        var ranges = headers
            .SelectMany(header => Split(header ?? "", ','))
            .Where(range => range.Length > 0)
            .ToList();
        if (ranges.Count == 0)
            ranges.Add("*/*");
        return [.. ranges
            .Select(Parse)
            .OfType<MediaType>()
            .Where(range => range.Quality > 0)
            .OrderByDescending(range => range.Quality)];
    }

    private double Quality =>
        this["q"] is not { } text ? 1
        : double.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var quality) ? Math.Min(quality, 1)
        : 0;

    /// <summary>The trimmed pieces between separators that stand outside quotes.</summary>
    private static List<string> Split(string text, char separator)
    {
        var pieces = new List<string>();
        var from = 0;
        var quoted = false;
        for (var at = 0; at < text.Length; at++)
        {
            if (quoted && text[at] == '\\')
            {
                at++;
            }
            else if (text[at] == '"')
            {
                quoted = !quoted;
            }
            else if (text[at] == separator && !quoted)
            {
                pieces.Add(text[from..at].Trim());
                from = at + 1;
            }
        }
        pieces.Add(text[from..].Trim());
        return pieces;
    }

    private static string? Unquote(string value)
    {
        if (!value.StartsWith('"'))
            return value;
        var unquoted = new System.Text.StringBuilder(value.Length);
        for (var at = 1; at < value.Length; at++)
        {
            if (value[at] == '"')
                return at == value.Length - 1 ? unquoted.ToString() : null;
            if (value[at] == '\\' && ++at == value.Length)
                break;
            unquoted.Append(value[at]);
        }
        return null;
    }
}
