using System.Text;

namespace MedCloud.Dicom;

/// <summary>
/// How text is read and written: the default repertoire and ISO_IR 100 as Latin-1 (senders put Latin-1 where they declare nothing), ISO_IR 192 as UTF-8.
/// Other character sets show '?' for what is not ASCII; the element keeps its bytes.
/// </summary>
internal sealed class CharacterSet
{
    public static readonly CharacterSet Latin1 = new(Encoding.Latin1);
    private static readonly CharacterSet Utf8 = new(new UTF8Encoding(encoderShouldEmitUTF8Identifier: false));
    private static readonly CharacterSet Unknown = new(Encoding.ASCII);

    private readonly Encoding encoding;

    private CharacterSet(Encoding encoding) => this.encoding = encoding;

    /// <summary>The character set that (0008,0005) names: the first, where text begins (PS3.3 section C.12.1.1.2).</summary>
    public static CharacterSet Of(DicomElement specificCharacterSet) => Encoding.Latin1.GetString(specificCharacterSet.Value.Span).Split('\\')[0].Trim('\0', ' ') switch
    {
        "" or "ISO_IR 6" or "ISO_IR 100" or "ISO 2022 IR 6" or "ISO 2022 IR 100" => Latin1,
        "ISO_IR 192" => Utf8,
        _ => Unknown,
    };

    public string Decode(ReadOnlySpan<byte> bytes) => encoding.GetString(bytes);

    /// <summary>The bytes of <paramref name="text"/>, or null if this character set lacks one of its characters.</summary>
    public byte[]? Encode(string text)
    {
        var bytes = encoding.GetBytes(text);
        return encoding.GetString(bytes) == text ? bytes : null;
    }
}
