namespace MedCloud.Dicom.Web;

/// <summary>One body part of a multipart message.</summary>
/// <param name="ContentType">The part's Content-Type header as sent; null where it has none.</param>
/// <param name="Content">
/// The part's bytes: read forward only and only asynchronously, valid until the reader steps on. Its end is reported only once the delimiter after it has been
/// seen; a body that stops before throws <see cref="MultipartException"/>.
/// </param>
public sealed record MultipartPart(string? ContentType, Stream Content);
