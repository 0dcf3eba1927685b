using System.Text;

namespace MedCloud.Dicom;

/// <summary>
/// One code element of ISO 2022: the characters that a byte, or a pair of bytes, of G0 (21-7E) or G1 (A0-FF) stands for. The tables are those of the runtime's
/// code pages, except where vendors' pages depart from the standards that PS3.3 section C.12.1.1.2 names. All characters are of Unicode's basic plane.
/// </summary>
internal sealed class GraphicSet
{
    /// <summary>What a code without a character is shown as.</summary>
    public const char Absent = '?';

    private const int Row = 96;

    /// <summary>ISO-IR 6, and ISO-IR 14 too: a backslash is a delimiter in DICOM, whatever its picture in Japan.</summary>
    public static readonly GraphicSet Ascii = new(1, () => [.. Enumerable.Range(0x20, Row).Select(code => (char)code)]);

    /// <summary>ISO-IR 13, the half-width katakana of JIS X 0201.</summary>
    public static readonly GraphicSet Katakana = new(1, () => [.. Enumerable.Range(0x20, Row).Select(code => code is > 0x20 and < 0x60 ? (char)(0xFF40 + code) : Absent)]);

    /// <summary>ISO-IR 87: JIS X 0208.</summary>
    public static readonly GraphicSet Kanji = Pairs(20932, 0x80, (0x2140, '＼'), (0x2141, '〜'), (0x2142, '‖'), (0x215D, '−'), (0x2171, '¢'), (0x2172, '£'), (0x224C, '¬'));

    /// <summary>ISO-IR 159: JIS X 0212, which the page keeps where the second byte has no upper bit.</summary>
    public static readonly GraphicSet SupplementaryKanji = Pairs(20932, 0, (0x2271, '№'), (0x2237, '~'));

    /// <summary>ISO-IR 149: KS X 1001.</summary>
    public static readonly GraphicSet Hangul = Pairs(949, 0x80);

    /// <summary>ISO-IR 58: GB 2312.</summary>
    public static readonly GraphicSet Hanzi = Pairs(936, 0x80, (0x2124, '・'), (0x212A, '―'));

    private readonly Lazy<char[]> characters;

    private GraphicSet(int width, Func<char[]> load)
    {
        Width = width;
        characters = new Lazy<char[]>(load);
    }

    /// <summary>Bytes of a character: 1 or 2.</summary>
    public int Width { get; }

    /// <summary>The upper half of an 8-bit code page, for G1.</summary>
    public static GraphicSet Upper(int codePage, params (int Code, char Character)[] corrections) => new(1, () =>
    {
        var page = Page(codePage);
        char[] table = [.. Enumerable.Range(0xA0, Row).Select(code => One(page, (byte)code))];
        foreach (var (code, character) in corrections)
            table[code - 0xA0] = character;
        return table;
    });

    /// <summary>A code page with <see cref="Absent"/> for bytes that stand for nothing, and strict about characters that it lacks.</summary>
    public static Encoding Page(int codePage) =>
        CodePagesEncodingProvider.Instance.GetEncoding(codePage, EncoderFallback.ExceptionFallback, new DecoderReplacementFallback($"{Absent}"))
        ?? Encoding.GetEncoding(codePage, EncoderFallback.ExceptionFallback, new DecoderReplacementFallback($"{Absent}"));

    /// <summary>The character of one byte, or of two; their upper bits do not matter.</summary>
    public char this[byte first, byte second]
    {
        get
        {
            var (row, cell) = ((first & 0x7F) - 0x20, (second & 0x7F) - 0x20);
            if (Width == 1)
                return row >= 0 ? characters.Value[row] : Absent;
            return row >= 0 && cell >= 0 ? characters.Value[(row * Row) + cell] : Absent;
        }
    }

    /// <summary>The 7-bit code of a character of a set of width 1; null if it has none.</summary>
    public byte? CodeOf(char character) =>
        Width == 1 && Array.IndexOf(characters.Value, character) is >= 0 and var index && (character != Absent || this == Ascii) ? (byte)(index + 0x20) : null;

    /// <summary>94 x 94 characters of a code page that has them where the first byte's upper bit is set and the second's is as given.</summary>
    private static GraphicSet Pairs(int codePage, int secondBit, params (int Code, char Character)[] corrections) => new(2, () =>
    {
        var page = Page(codePage);
        var table = new char[Row * Row];
        Array.Fill(table, Absent);
        for (var row = 1; row <= 94; row++)
        {
            for (var cell = 1; cell <= 94; cell++)
                table[(row * Row) + cell] = One(page, (byte)(0xA0 + row), (byte)(0x20 + cell + secondBit));
        }
        foreach (var (code, character) in corrections)
            table[(((code >> 8) - 0x20) * Row) + (code & 0x7F) - 0x20] = character;
        return table;
    });

    /// <summary>Private use characters are none: pages give them to codes that the standards leave free.</summary>
    private static char One(Encoding page, params byte[] code) => page.GetString(code) is [var character] && character is < '\uE000' or > '\uF8FF' ? character : Absent;
}
