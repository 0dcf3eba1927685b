namespace MedCloud.Dicom.Web;

/// <summary>
/// A multipart body breaks the rules of RFC 2046 or ends too early. Not an <see cref="IOException"/>: the sender's fault must not be taken for that of a disk.
/// </summary>
/// <param name="problem">See <see cref="Problem"/>.</param>
public sealed class MultipartException(string problem) : Exception(problem)
{
    /// <summary>What is wrong, in at most 64 ASCII characters, without anything from the body.</summary>
    public string Problem => Message;
}
