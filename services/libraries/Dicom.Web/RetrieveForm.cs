namespace MedCloud.Dicom.Web;

/// <summary>How instances are put into a Retrieve response (PS3.18 §10.4.4).</summary>
public enum RetrieveForm
{
    /// <summary><c>multipart/related; type="application/dicom"</c>, one instance in each part.</summary>
    Multipart,

    /// <summary><c>application/dicom</c>: the file itself; for an instance resource only.</summary>
    SinglePart,
}

/// <summary>Chooses the form of a Retrieve response. Instances are sent as they are stored, never transcoded.</summary>
public static class RetrieveNegotiation
{
    /// <summary>
    /// The most preferred form in which every instance can be sent; null where there is none (HTTP 406). A range without <c>transfer-syntax</c>, or with
    /// <c>*</c>, takes what is stored; one that names a transfer syntax fits only if everything is stored in it.
    /// </summary>
    /// <param name="accept">From <see cref="MediaType.ParseAccept"/>.</param>
    /// <param name="isInstance">Whether the resource is one instance.</param>
    /// <param name="storedTransferSyntaxes">The distinct transfer syntax UIDs of the instances.</param>
    public static RetrieveForm? Choose(IReadOnlyList<MediaType> accept, bool isInstance, IReadOnlyCollection<string> storedTransferSyntaxes)
    {
        foreach (var range in accept)
        {
            if (range["transfer-syntax"] is { } wanted && wanted != "*" && storedTransferSyntaxes.Any(stored => stored != wanted))
                continue;
            if (IsMultipart(range))
                return RetrieveForm.Multipart;
            if (isInstance && range.Name is ("application/dicom" or "application/*"))
                return RetrieveForm.SinglePart;
        }
        return null;
    }

    /// <summary>The sentence of a 406: what the resource can be had as.</summary>
    /// <param name="isInstance">Whether the resource is one instance.</param>
    /// <param name="storedTransferSyntaxes">The distinct transfer syntax UIDs of the instances.</param>
    public static string Available(bool isInstance, IReadOnlyCollection<string> storedTransferSyntaxes)
    {
        var forms = isInstance
            ? "multipart/related; type=\"application/dicom\" or application/dicom"
            : "multipart/related; type=\"application/dicom\"";
        return $"Available as {forms}, in the stored transfer syntax only: {string.Join(", ", storedTransferSyntaxes.Order(StringComparer.Ordinal))}.";
    }

    private static bool IsMultipart(MediaType range) => range.Name switch
    {
        "*/*" or "multipart/*" => true,
        "multipart/related" => range["type"] is not { } type || type.ToLowerInvariant() is "application/dicom" or "application/*" or "*/*",
        _ => false,
    };
}
