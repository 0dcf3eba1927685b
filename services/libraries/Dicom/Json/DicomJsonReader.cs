using System.Globalization;
using System.Text;
using System.Text.Json;

namespace MedCloud.Dicom;

/// <summary>
/// Reads data sets from the DICOM JSON Model (PS3.18 annex F). What is read has its text in UTF-8, and (0008,0005) says so where it stands or where text needs it. Properties that the
/// model does not have are passed over; everything else that it does not allow is an error, since what JSON says is meant to be indexed.
/// </summary>
public ref struct DicomJsonReader
{
    private const string Utf8CharacterSet = "ISO_IR 192";

    private readonly DicomReadLimits limits;
    private readonly Func<string, ReadOnlyMemory<byte>?>? bulkData;
    private readonly List<(DicomTag Tag, int Item)> path = [];
    private DicomTag? current;
    private Utf8JsonReader json;
    private int elements;
    private bool beyondAscii;

    private DicomJsonReader(ReadOnlySpan<byte> utf8, DicomReadLimits limits, Func<string, ReadOnlyMemory<byte>?>? bulkData)
    {
        this.limits = limits;
        this.bulkData = bulkData;
        // An item is an object in an array in the object of its element.
        json = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = (3 * limits.MaxDepth) + 6 });
    }

    /// <summary>Reads one JSON object.</summary>
    /// <param name="utf8">The object, and nothing behind it but white space.</param>
    /// <param name="limits">How much is taken; null for the defaults. Leniency means nothing here.</param>
    /// <param name="bulkData">Gives the value that a BulkDataURI stands for, or null where it is not to be had; without it no such value is taken.</param>
    /// <exception cref="DicomFormatException">It is no data set in this model.</exception>
    public static DataSet Read(ReadOnlySpan<byte> utf8, DicomReadLimits? limits = null, Func<string, ReadOnlyMemory<byte>?>? bulkData = null)
    {
        var reader = new DicomJsonReader(utf8, limits ?? new DicomReadLimits(), bulkData);
        try
        {
            if (utf8.Length > reader.limits.MaxHeaderBytes)
                throw reader.Fault("more bytes than the limit");
            reader.Next(JsonTokenType.StartObject, "no JSON object");
            var dataSet = new DataSet();
            reader.ReadDataSet(dataSet);
            if (reader.json.Read())
                throw reader.Fault("more than one JSON value");
            if (reader.beyondAscii)
                dataSet.Set(DicomTags.SpecificCharacterSet, Utf8CharacterSet);
            return dataSet;
        }
        catch (JsonException e)
        {
            throw reader.Fault("no well-formed JSON", e);
        }
        // A string may name half of a character, or hold bytes that are no UTF-8.
        catch (InvalidOperationException e)
        {
            throw reader.Fault("text that is no Unicode", e);
        }
    }

    /// <summary>Behind the beginning of an object, to its end.</summary>
    private void ReadDataSet(DataSet target)
    {
        while (Next() != JsonTokenType.EndObject)
        {
            current = null;
            var name = json.GetString() ?? "";
            if (name.Length != 8 || !uint.TryParse(name, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var number))
                throw Fault("a name that is no tag of eight hexadecimal digits");
            var tag = new DicomTag(number);
            current = tag;
            if (tag.Group is 0x0000 or 0x0002 or 0xFFFE)
                throw Fault("an element that is no part of a data set");
            Count();
            Next(JsonTokenType.StartObject, "an element that is no object");
            var element = ReadElement(target, tag);
            // Whatever it was, the text is UTF-8 now.
            if (tag == DicomTags.SpecificCharacterSet)
                element = new DicomElement(tag, Vr.CS, Encoding.ASCII.GetBytes(Utf8CharacterSet));
            if (!tag.IsGroupLength && !target.TryAdd(element))
                throw Fault("an element appears twice");
        }
    }

    private DicomElement ReadElement(DataSet around, DicomTag tag)
    {
        Vr? vr = null;
        string? kind = null;
        DicomElement? element = null;
        var value = default(Utf8JsonReader);
        while (Next() != JsonTokenType.EndObject)
        {
            var name = json.GetString() ?? "";
            Next();
            if (name == "vr")
            {
                vr = json.TokenType == JsonTokenType.String && json.GetString() is [var first, var second] && VrInfo.TryFrom((byte)first, (byte)second, out var found)
                    ? found
                    : throw Fault("a vr that the standard does not have");
                continue;
            }
            if (name is "Value" or "InlineBinary" or "BulkDataURI")
            {
                if (kind is not null)
                    throw Fault("more than one value");
                kind = name;
                if (vr is { } known)
                {
                    element = Value(around, tag, known, kind);
                    continue;
                }
                // The VR may stand behind the value, which is read again when it is known.
                value = json;
            }
            json.Skip();
        }
        if (element is not null)
            return element;
        var end = json;
        if (kind is not null)
            json = value;
        element = Value(around, tag, vr ?? throw Fault("an element without vr"), kind);
        json = end;
        return element;
    }

    private DicomElement Value(DataSet around, DicomTag tag, Vr vr, string? kind)
    {
        switch (kind)
        {
            case null when vr == Vr.SQ:
                return new DicomElement(tag, Array.Empty<DataSet>());
            case null:
                return new DicomElement(tag, vr, default(ReadOnlyMemory<byte>));
            case "BulkDataURI":
                var uri = json.TokenType == JsonTokenType.String ? json.GetString() : null;
                return uri is not null && vr != Vr.SQ && bulkData?.Invoke(uri) is { } bulk ? new DicomElement(tag, vr, bulk) : throw Fault("a bulk data URI whose value is not to be had");
            case "InlineBinary":
                return vr != Vr.SQ && !vr.IsText() && json.TokenType == JsonTokenType.String && json.TryGetBytesFromBase64(out var bytes)
                    ? new DicomElement(tag, vr, bytes)
                    : throw Fault("an InlineBinary that is no base64 of a binary VR");
            default:
                if (json.TokenType != JsonTokenType.StartArray)
                    throw Fault("a Value that is no array");
                return vr == Vr.SQ ? new DicomElement(tag, Items(around, tag)) : new DicomElement(tag, vr, Values(vr));
        }
    }

    private List<DataSet> Items(DataSet around, DicomTag tag)
    {
        if (path.Count >= limits.MaxDepth)
            throw Fault("sequences are nested too deep");
        var items = new List<DataSet>();
        while (Next() != JsonTokenType.EndArray)
        {
            Count();
            var item = DataSet.ItemOf(around);
            path.Add((tag, items.Count));
            if (json.TokenType == JsonTokenType.StartObject)
                ReadDataSet(item);
            else if (json.TokenType != JsonTokenType.Null)
                throw Fault("an item that is no object");
            path.RemoveAt(path.Count - 1);
            current = tag;
            items.Add(item);
        }
        return items;
    }

    private byte[] Values(Vr vr)
    {
        var bytes = new List<byte>();
        for (var index = 0; Next() != JsonTokenType.EndArray; index++)
        {
            if (!vr.IsText())
            {
                Number(vr, bytes);
                continue;
            }
            if (index > 0)
                bytes.Add(!vr.IsSingleText() ? (byte)'\\' : throw Fault("more than one value of a VR that has one"));
            var text = json.TokenType switch
            {
                JsonTokenType.Null => "",
                JsonTokenType.StartObject when vr == Vr.PN => PersonName(),
                JsonTokenType.String when vr != Vr.PN => json.GetString() ?? "",
                JsonTokenType.Number when vr is Vr.DS or Vr.IS => Encoding.ASCII.GetString(json.ValueSpan),
                _ => throw Fault($"a {json.TokenType} where a value of {vr} must stand"),
            };
            if (!vr.IsSingleText() && text.Contains('\\', StringComparison.Ordinal))
                throw Fault("a backslash inside one of several values");
            if (!Ascii.IsValid(text))
                beyondAscii = vr.UsesCharacterSet() ? true : throw Fault($"characters that a value of {vr} cannot have");
            bytes.AddRange(Encoding.UTF8.GetBytes(text));
        }
        return [.. bytes];
    }

    /// <summary>A person's name in component groups (PS3.18 section F.2.2).</summary>
    private string PersonName()
    {
        var (alphabetic, ideographic, phonetic) = ("", "", "");
        while (Next() != JsonTokenType.EndObject)
        {
            var group = json.GetString();
            Next();
            var text = json.TokenType switch
            {
                JsonTokenType.String => json.GetString() ?? "",
                JsonTokenType.Null => "",
                _ => throw Fault("a component group that is no text"),
            };
            if (text.Contains('=', StringComparison.Ordinal))
                throw Fault("an equals sign inside a component group");
            switch (group)
            {
                case "Alphabetic":
                    alphabetic = text;
                    break;
                case "Ideographic":
                    ideographic = text;
                    break;
                case "Phonetic":
                    phonetic = text;
                    break;
                default:
                    throw Fault("a component group that names do not have");
            }
        }
        return new PersonName(alphabetic, ideographic, phonetic).ToString();
    }

    private readonly void Number(Vr vr, List<byte> bytes)
    {
        var written = vr switch
        {
            Vr.US => json.TokenType == JsonTokenType.Number && json.TryGetUInt16(out var number) ? BitConverter.GetBytes(number) : null,
            Vr.SS => json.TokenType == JsonTokenType.Number && json.TryGetInt16(out var number) ? BitConverter.GetBytes(number) : null,
            Vr.UL => json.TokenType == JsonTokenType.Number && json.TryGetUInt32(out var number) ? BitConverter.GetBytes(number) : null,
            Vr.SL => json.TokenType == JsonTokenType.Number && json.TryGetInt32(out var number) ? BitConverter.GetBytes(number) : null,
            Vr.UV => ulong.TryParse(Digits(), NumberStyles.None, CultureInfo.InvariantCulture, out var number) ? BitConverter.GetBytes(number) : null,
            Vr.SV => long.TryParse(Digits(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var number) ? BitConverter.GetBytes(number) : null,
            Vr.FL => Real() is { } number && float.IsFinite((float)number) == double.IsFinite(number) ? BitConverter.GetBytes((float)number) : null,
            Vr.FD => Real() is { } number ? BitConverter.GetBytes(number) : null,
            Vr.AT => Digits() is { Length: 8 } digits && uint.TryParse(digits, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out var number)
                ? [.. BitConverter.GetBytes((ushort)(number >> 16)), .. BitConverter.GetBytes((ushort)number)]
                : null,
            _ => throw Fault("a Value where an InlineBinary must stand"),
        };
        bytes.AddRange(written ?? throw Fault($"no number that a value of {vr} can hold"));
    }

    /// <summary>A number as its text, or a string.</summary>
    private readonly string? Digits() => json.TokenType switch
    {
        JsonTokenType.Number => Encoding.ASCII.GetString(json.ValueSpan),
        JsonTokenType.String => json.GetString(),
        _ => null,
    };

    /// <summary>A number, or the name of one that is not finite, in the spelling of the writer or of XML Schema.</summary>
    private readonly double? Real()
    {
        if (json.TokenType == JsonTokenType.Number)
            return json.TryGetDouble(out var number) && double.IsFinite(number) ? number : null;
        return json.TokenType != JsonTokenType.String ? null : json.GetString() switch
        {
            "NaN" => double.NaN,
            "inf" or "INF" or "Infinity" => double.PositiveInfinity,
            "-inf" or "-INF" or "-Infinity" => double.NegativeInfinity,
            _ => null,
        };
    }

    private void Count()
    {
        if (++elements > limits.MaxElements)
            throw Fault("more elements and items than the limit");
    }

    private JsonTokenType Next() => json.Read() ? json.TokenType : throw Fault("the JSON ends too early");

    private void Next(JsonTokenType wanted, string problem)
    {
        if (Next() != wanted)
            throw Fault(problem);
    }

    private readonly DicomFormatException Fault(string problem, Exception? inner = null)
    {
        var text = new StringBuilder();
        foreach (var (sequence, item) in path)
            text.Append(CultureInfo.InvariantCulture, $"{sequence}[{item}].");
        var place = current is { } tag ? text.Append(tag).ToString() : text.ToString().TrimEnd('.');
        return new DicomFormatException(problem, place.Length > 0 ? place : null, json.BytesConsumed, inner);
    }
}
