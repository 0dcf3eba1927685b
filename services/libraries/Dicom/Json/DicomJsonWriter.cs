using System.Buffers.Binary;
using System.Globalization;
using System.Text.Json;

namespace MedCloud.Dicom;

/// <summary>Writes data sets in the DICOM JSON Model (PS3.18 annex F).</summary>
public static class DicomJsonWriter
{
    /// <summary>The largest whole number that every JSON reader keeps exactly (RFC 8259 section 6).</summary>
    private const long LargestExactInteger = (1L << 53) - 1;

    /// <summary>
    /// Writes the data set as a JSON object. Text is in UTF-8, so (0008,0005) says ISO_IR 192. Group lengths and the file meta group are left
    /// out. A number in text (DS, IS) is a JSON number where that is the same text, else a string.
    /// </summary>
    /// <param name="writer">Where to.</param>
    /// <param name="dataSet">The data set.</param>
    /// <param name="bulkDataUri">Gives the URI that stands for a binary value, or null for a value to be written inline.</param>
    /// <exception cref="ArgumentException">A value was left in the stream and has no URI.</exception>
    public static void Write(Utf8JsonWriter writer, DataSet dataSet, Func<DicomElement, string?>? bulkDataUri = null)
    {
        writer.WriteStartObject();
        foreach (var element in dataSet)
        {
            if (element.Tag.IsGroupLength || element.Tag.Group == 0x0002)
                continue;
            writer.WriteStartObject(element.Tag.Number.ToString("X8", CultureInfo.InvariantCulture));
            // as CS even where a file has it as UN: the text beside it is UTF-8 now
            var isCharacterSet = element.Tag == DicomTags.SpecificCharacterSet;
            writer.WriteString("vr", (isCharacterSet ? Vr.CS : element.Vr).ToString());
            if (isCharacterSet)
                WriteArray<string>(writer, ["ISO_IR 192"], writer.WriteStringValue);
            else if (element.Vr == Vr.SQ)
                WriteArray(writer, element.Items, item => Write(writer, item, bulkDataUri));
            else if (element.Segment is not null || IsBinary(element.Vr))
                WriteBinary(writer, element, bulkDataUri);
            else
                WriteValues(writer, element, dataSet);
            writer.WriteEndObject();
        }
        writer.WriteEndObject();
    }

    private static bool IsBinary(Vr vr) => vr is Vr.OB or Vr.OD or Vr.OF or Vr.OL or Vr.OV or Vr.OW or Vr.UN;

    private static void WriteBinary(Utf8JsonWriter writer, DicomElement element, Func<DicomElement, string?>? bulkDataUri)
    {
        if (bulkDataUri?.Invoke(element) is { } uri)
            writer.WriteString("BulkDataURI", uri);
        else if (element.Segment is not null)
            throw new ArgumentException($"{element.Tag} was left in the stream and has no bulk data URI", nameof(element));
        else if (!element.Value.IsEmpty)
            writer.WriteBase64String("InlineBinary", element.Value.Span);
    }

    private static void WriteValues(Utf8JsonWriter writer, DicomElement element, DataSet around)
    {
        switch (element.Vr)
        {
            case Vr.US or Vr.SS or Vr.UL or Vr.SL or Vr.FL or Vr.FD:
                WriteArray(writer, ElementText.Numbers(element, around), number => WriteNumber(writer, number));
                break;
            case Vr.SV or Vr.UV:
                WriteArray(writer, Integers(element), number => WriteInteger(writer, number));
                break;
            default:
                WriteArray(writer, ElementText.Strings(element, around), text => WriteText(writer, element.Vr, text));
                break;
        }
    }

    /// <summary>An empty value has no array at all (PS3.18 section F.2.5).</summary>
    private static void WriteArray<T>(Utf8JsonWriter writer, IReadOnlyList<T> values, Action<T> write)
    {
        if (values.Count == 0)
            return;
        writer.WriteStartArray("Value");
        foreach (var value in values)
            write(value);
        writer.WriteEndArray();
    }

    /// <summary>JSON has no numbers that are not finite; they are strings.</summary>
    private static void WriteNumber(Utf8JsonWriter writer, double number)
    {
        if (double.IsFinite(number))
            writer.WriteNumberValue(number);
        else
            writer.WriteStringValue(double.IsNaN(number) ? "NaN" : number > 0 ? "inf" : "-inf");
    }

    private static void WriteInteger(Utf8JsonWriter writer, Int128 number)
    {
        if (Int128.Abs(number) <= LargestExactInteger)
            writer.WriteNumberValue((long)number);
        else
            writer.WriteStringValue(number.ToString(CultureInfo.InvariantCulture));
    }

    private static void WriteText(Utf8JsonWriter writer, Vr vr, string text)
    {
        if (text.Length == 0)
            writer.WriteNullValue();
        else if (vr == Vr.PN)
            WritePersonName(writer, PersonName.Parse(text));
        else if (vr is Vr.DS or Vr.IS && IsCanonical(text, out var number))
            writer.WriteNumberValue(number);
        else
            writer.WriteStringValue(text);
    }

    private static bool IsCanonical(string text, out double number) =>
        double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out number)
        && double.IsFinite(number)
        && number.ToString("R", CultureInfo.InvariantCulture) == text;

    private static void WritePersonName(Utf8JsonWriter writer, PersonName name)
    {
        writer.WriteStartObject();
        foreach (var (group, text) in new[] { ("Alphabetic", name.Alphabetic), ("Ideographic", name.Ideographic), ("Phonetic", name.Phonetic) })
        {
            if (text.Length > 0)
                writer.WriteString(group, text);
        }
        writer.WriteEndObject();
    }

    private static Int128[] Integers(DicomElement element)
    {
        var integers = new Int128[element.Value.Length / 8];
        for (var index = 0; index < integers.Length; index++)
        {
            var word = element.Value.Span.Slice(8 * index, 8);
            integers[index] = element.Vr == Vr.SV ? BinaryPrimitives.ReadInt64LittleEndian(word) : BinaryPrimitives.ReadUInt64LittleEndian(word);
        }
        return integers;
    }
}
