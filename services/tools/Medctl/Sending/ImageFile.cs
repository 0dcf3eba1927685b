namespace MedCloud.Medctl.Sending;

/// <summary>Tells by its first bytes what a file is.</summary>
internal static class ImageFile
{
    private const int HeadBytes = 132;

    /// <summary>Whether the file is a PNG or a JPEG.</summary>
    public static bool IsPicture(string path) => Head(path) is [0x89, (byte)'P', (byte)'N', (byte)'G', ..] or [0xFF, 0xD8, 0xFF, ..];

    /// <summary>Whether the file is a DICOM file: by its name, for those without a preamble, or its bytes.</summary>
    public static bool IsDicom(string path) =>
        Path.GetExtension(path).Equals(".dcm", StringComparison.OrdinalIgnoreCase) || (Head(path) is { Length: HeadBytes } head && head.AsSpan(128).SequenceEqual("DICM"u8));

    /// <summary>Gives a way to open the file as DICOM: itself, or a PNG or JPEG wrapped.</summary>
    /// <param name="path">The file.</param>
    /// <param name="kind">What a picture is wrapped as.</param>
    /// <param name="salt">Goes into the UIDs of a wrapped picture.</param>
    /// <exception cref="InvalidDataException">A picture cannot be wrapped.</exception>
    public static Func<Stream> AsDicom(string path, ImageKind kind, string salt)
    {
        if (!IsPicture(path))
            return () => new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.Read);
        var wrapped = WrappedPicture.Wrap(File.ReadAllBytes(path), kind, salt);
        return () => new MemoryStream(wrapped, writable: false);
    }

    private static byte[] Head(string path)
    {
        using var file = File.OpenRead(path);
        var head = new byte[HeadBytes];
        return head[..file.ReadAtLeast(head, HeadBytes, throwOnEndOfStream: false)];
    }
}
