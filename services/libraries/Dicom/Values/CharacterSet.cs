using System.Collections.Frozen;
using System.Globalization;
using System.Text;

namespace MedCloud.Dicom;

/// <summary>
/// How text is read and written, by Specific Character Set (0008,0005): all of PS3.3 section C.12.1.1.2. Its first value says what text begins with; code
/// extensions (ISO 2022, PS3.5 section 6.1.2.5) name themselves by escape sequences, which are followed whether the further values announce them or not.
/// Without a character set text is Latin-1, which is what senders put where they declare nothing; under one that the standard does not have, it is ASCII.
/// Reading never throws: what stands for no character is shown as '?', in UTF-8 as U+FFFD. The element keeps its bytes.
/// </summary>
internal sealed class CharacterSet
{
    private const byte Escape = 0x1B;

    private static readonly GraphicSet Latin1Upper = GraphicSet.Upper(28591);

    public static readonly CharacterSet Latin1 = new(GraphicSet.Ascii, Latin1Upper);

    /// <summary>Defined terms that begin with "ISO": the registration number, and its set in G1. ISO-IR 14 comes with 13; 87 and 159 begin in ASCII.</summary>
    private static readonly FrozenDictionary<int, CharacterSet> Registered = new Dictionary<int, CharacterSet>
    {
        [6] = Latin1,
        [13] = new(GraphicSet.Ascii, GraphicSet.Katakana),
        [58] = new(GraphicSet.Ascii, GraphicSet.Hanzi),
        [87] = new(GraphicSet.Ascii, null),
        [100] = Latin1,
        [101] = new(GraphicSet.Ascii, GraphicSet.Upper(28592)),
        [109] = new(GraphicSet.Ascii, GraphicSet.Upper(28593)),
        [110] = new(GraphicSet.Ascii, GraphicSet.Upper(28594)),
        [126] = new(GraphicSet.Ascii, GraphicSet.Upper(28597, (0xA1, '‘'), (0xA2, '’'), (0xA4, '€'), (0xA5, '₯'), (0xAA, 'ͺ'))),
        [127] = new(GraphicSet.Ascii, GraphicSet.Upper(28596)),
        [138] = new(GraphicSet.Ascii, GraphicSet.Upper(28598, (0xAF, '¯'), (0xFD, '\u200E'), (0xFE, '\u200F'))),
        [144] = new(GraphicSet.Ascii, GraphicSet.Upper(28595)),
        [148] = new(GraphicSet.Ascii, GraphicSet.Upper(28599)),
        [149] = new(GraphicSet.Ascii, GraphicSet.Hangul),
        [159] = new(GraphicSet.Ascii, null),
        [166] = new(GraphicSet.Ascii, GraphicSet.Upper(874)),
        [192] = new(new UTF8Encoding(encoderShouldEmitUTF8Identifier: false)),
        [203] = new(GraphicSet.Ascii, GraphicSet.Upper(28605)),
    }.ToFrozenDictionary();

    private static readonly CharacterSet Gbk = new(GraphicSet.Page(936));
    private static readonly CharacterSet Gb18030 = new(GraphicSet.Page(54936));
    private static readonly CharacterSet Unknown = new(GraphicSet.Ascii, null);

    /// <summary>Escape sequences without their first byte, and what they bring into G0 or G1 (PS3.3 tables C.12-3 and C.12-4).</summary>
    private static readonly (byte[] Sequence, bool IntoG1, GraphicSet Set)[] Escapes =
    [
        ("(B"u8.ToArray(), false, GraphicSet.Ascii),
        ("(J"u8.ToArray(), false, GraphicSet.Ascii),
        ("$B"u8.ToArray(), false, GraphicSet.Kanji),
        ("$(D"u8.ToArray(), false, GraphicSet.SupplementaryKanji),
        (")I"u8.ToArray(), true, GraphicSet.Katakana),
        ("$)C"u8.ToArray(), true, GraphicSet.Hangul),
        ("$)A"u8.ToArray(), true, GraphicSet.Hanzi),
        ("-A"u8.ToArray(), true, Latin1Upper),
        .. new[] { ('B', 101), ('C', 109), ('D', 110), ('F', 126), ('G', 127), ('H', 138), ('L', 144), ('M', 148), ('T', 166), ('b', 203) }
            .Select(pair => (new[] { (byte)'-', (byte)pair.Item1 }, true, Registered[pair.Item2].g1!)),
    ];

    private readonly GraphicSet? g0;
    private readonly GraphicSet? g1;
    private readonly Encoding? encoding;

    /// <summary>ISO 2022: what stands in G0 and G1 where text begins and after each delimiter.</summary>
    private CharacterSet(GraphicSet g0, GraphicSet? g1) => (this.g0, this.g1) = (g0, g1);

    /// <summary>A character set that stands alone, without code extensions.</summary>
    private CharacterSet(Encoding encoding) => this.encoding = encoding;

    /// <summary>The character set that (0008,0005) names.</summary>
    public static CharacterSet Of(DicomElement specificCharacterSet)
    {
        var term = Encoding.Latin1.GetString(specificCharacterSet.Value.Span).Split('\\')[0].Trim('\0', ' ');
        return term switch
        {
            "" => Latin1,
            "GB18030" => Gb18030,
            "GBK" => Gbk,
            _ when NumberOf(term) is { } number && Registered.TryGetValue(number, out var found) => found,
            _ => Unknown,
        };
    }

    /// <summary>The text of a value, escape sequences left out.</summary>
    /// <param name="bytes">The value.</param>
    /// <param name="vr">Its VR, which decides what delimits: where text begins anew, so do G0 and G1 (PS3.5 section 6.1.2.5.3).</param>
    public string Decode(ReadOnlySpan<byte> bytes, Vr vr)
    {
        if (g0 is null)
            return encoding!.GetString(bytes);
        if (this == Latin1 && !bytes.Contains(Escape))
            return Encoding.Latin1.GetString(bytes);

        var text = new StringBuilder(bytes.Length);
        var (low, high) = (g0, g1);
        for (var index = 0; index < bytes.Length;)
        {
            var first = bytes[index];
            if (first == Escape && EscapeAt(bytes[(index + 1)..]) is var (sequence, intoG1, brought))
            {
                (low, high) = intoG1 ? (low, brought) : (brought, high);
                index += 1 + sequence.Length;
                continue;
            }
            // C0 and C1 are no graphic characters, and a space is one byte whatever G0 is
            var set = first <= 0x20 || first is >= 0x7F and < 0xA0 ? null : first < 0x80 ? low : high;
            if (set is null)
                text.Append(first == Escape || first >= 0xA0 ? GraphicSet.Absent : (char)first);
            else if (set.Width == 1)
                text.Append(set[first, 0]);
            else if (index + 1 < bytes.Length && IsSecond(bytes[index + 1], first))
                text.Append(set[first, bytes[++index]]);
            else
                text.Append(GraphicSet.Absent);
            index++;
            if (Delimits(first, vr) && (set is null || set.Width == 1))
                (low, high) = (g0, g1);
        }
        return text.ToString();
    }

    /// <summary>The bytes of <paramref name="text"/>, or null if this character set, without code extensions, lacks one of its characters.</summary>
    public byte[]? Encode(string text)
    {
        if (g0 is null)
            return EncodeAlone(text);
        var bytes = new byte[text.Length];
        for (var index = 0; index < bytes.Length; index++)
        {
            if (text[index] < 0x20)
                bytes[index] = (byte)text[index];
            else if (g0.CodeOf(text[index]) is { } lower)
                bytes[index] = lower;
            else if (g1?.CodeOf(text[index]) is { } upper)
                bytes[index] = (byte)(upper | 0x80);
            else
                return null;
        }
        return bytes;
    }

    private byte[]? EncodeAlone(string text)
    {
        try
        {
            var bytes = encoding!.GetBytes(text);
            return encoding.GetString(bytes) == text ? bytes : null;
        }
        catch (EncoderFallbackException)
        {
            return null;
        }
    }

    /// <summary>The registration number of "ISO_IR 100", "ISO 2022 IR 100" and their misspellings with another separator.</summary>
    private static int? NumberOf(string term)
    {
        var registry = term.IndexOf("IR", StringComparison.Ordinal);
        return term.StartsWith("ISO", StringComparison.Ordinal) && registry > 0
            && int.TryParse(term.AsSpan(registry + 2).TrimStart(" _-"), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? number : null;
    }

    private static (byte[] Sequence, bool IntoG1, GraphicSet Set)? EscapeAt(ReadOnlySpan<byte> bytes)
    {
        foreach (var escape in Escapes)
        {
            if (bytes.StartsWith(escape.Sequence))
                return escape;
        }
        return null;
    }

    /// <summary>A pair is of two graphic bytes of the same half.</summary>
    private static bool IsSecond(byte second, byte first) => (second & 0x7F) is > 0x20 and < 0x7F && ((first ^ second) & 0x80) == 0;

    private static bool Delimits(byte code, Vr vr) => code switch
    {
        (byte)'\t' or (byte)'\n' or (byte)'\f' or (byte)'\r' => true,
        (byte)'\\' => !vr.IsSingleText(),
        (byte)'^' or (byte)'=' => vr == Vr.PN,
        _ => false,
    };
}
