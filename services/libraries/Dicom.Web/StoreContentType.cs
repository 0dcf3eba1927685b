namespace MedCloud.Dicom.Web;

/// <summary>What the Content-Type of a Store request says (PS3.18 §10.5.1, RFC 2387): only whole PS3.10 files in a multipart are taken.</summary>
public abstract record StoreContentType
{
    private StoreContentType()
    {
    }

    /// <summary>A multipart of PS3.10 files.</summary>
    /// <param name="Boundary">Can be given to <see cref="MultipartReader"/>.</param>
    public sealed record Multipart(string Boundary) : StoreContentType;

    /// <summary>A type that is not taken (HTTP 415).</summary>
    /// <param name="Sentence">Why, and what is.</param>
    public sealed record Unsupported(string Sentence) : StoreContentType;

    /// <summary>The right type without a usable boundary (HTTP 400).</summary>
    /// <param name="Sentence">What is wrong.</param>
    public sealed record Malformed(string Sentence) : StoreContentType;

    private const string Wanted = "send multipart/related; type=\"application/dicom\" with one PS3.10 file in each part";

    /// <summary>Judges the header. A missing <c>type</c> parameter is tolerated: the parts name their own types.</summary>
    public static StoreContentType Of(string? header)
    {
        if (MediaType.Parse(header) is not { Name: "multipart/related" } mediaType)
            return new Unsupported($"The Content-Type is not multipart/related: {Wanted}.");
        var type = mediaType["type"];
        if (type is not null && !type.Equals("application/dicom", StringComparison.OrdinalIgnoreCase))
        {
            return type.StartsWith("application/dicom+", StringComparison.OrdinalIgnoreCase)
                ? new Unsupported($"Metadata with separate bulk data is not supported: {Wanted}.")
                : new Unsupported($"The type of the multipart is not application/dicom: {Wanted}.");
        }
        return mediaType["boundary"] is { } boundary && MultipartReader.IsBoundary(boundary)
            ? new Multipart(boundary)
            : new Malformed("The Content-Type has no boundary of 1 to 70 printable ASCII characters.");
    }
}
