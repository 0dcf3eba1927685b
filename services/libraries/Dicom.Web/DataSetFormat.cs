using System.Globalization;
using System.Text.Json;
using System.Xml;

namespace MedCloud.Dicom.Web;

/// <summary>
/// The two text forms of a data set: DICOM JSON (PS3.18 annex F) and the Native DICOM Model in XML (PS3.19 annex A). The XML has the
/// VRs of responses of the Store transaction: text without person names, US, and sequences.
/// </summary>
public sealed class DataSetFormat
{
    private const string XmlNamespace = "http://dicom.nema.org/PS3.19/models/NativeDICOM";

    /// <summary><c>application/dicom+json</c>, the default.</summary>
    public static readonly DataSetFormat Json = new("application/dicom+json", ToJson, "application/json", "application/*", "*/*");

    /// <summary><c>application/dicom+xml</c>.</summary>
    public static readonly DataSetFormat Xml = new("application/dicom+xml", ToXml, "application/xml", "text/xml");

    private readonly Func<DataSet, byte[]> write;
    private readonly string[] alsoAs;

    private DataSetFormat(string mediaType, Func<DataSet, byte[]> write, params string[] alsoAs)
    {
        MediaType = mediaType;
        this.write = write;
        this.alsoAs = alsoAs;
    }

    /// <summary>Its media type.</summary>
    public string MediaType { get; }

    /// <summary>The form that the Accept header prefers; null where it takes neither (HTTP 406).</summary>
    /// <param name="accept">From <see cref="Web.MediaType.ParseAccept"/>.</param>
    public static DataSetFormat? Choose(IReadOnlyList<MediaType> accept) => accept
        .Select(range => Json.Fits(range) ? Json : Xml.Fits(range) ? Xml : null)
        .FirstOrDefault(format => format is not null);

    /// <summary>The data set as UTF-8 text.</summary>
    /// <exception cref="NotSupportedException">It has an element of another VR, and this is the XML.</exception>
    public byte[] Write(DataSet dataSet) => write(dataSet);

    private bool Fits(MediaType range) => range.Name == MediaType || alsoAs.Contains(range.Name);

    private static byte[] ToJson(DataSet dataSet)
    {
        var buffer = new MemoryStream();
        using (var writer = new Utf8JsonWriter(buffer))
            DicomJsonWriter.Write(writer, dataSet);
        return buffer.ToArray();
    }

    private static byte[] ToXml(DataSet dataSet)
    {
        var buffer = new MemoryStream();
        using (var writer = XmlWriter.Create(buffer, new XmlWriterSettings { Encoding = new System.Text.UTF8Encoding(false) }))
        {
            writer.WriteStartElement("NativeDicomModel", XmlNamespace);
            WriteXml(writer, dataSet);
            writer.WriteEndElement();
        }
        return buffer.ToArray();
    }

    private static void WriteXml(XmlWriter writer, DataSet dataSet)
    {
        foreach (var element in dataSet)
        {
            writer.WriteStartElement("DicomAttribute", XmlNamespace);
            writer.WriteAttributeString("tag", NumberOf(element));
            writer.WriteAttributeString("vr", element.Vr.ToString());
            if (DataDictionary.Find(element.Tag) is { } entry)
                writer.WriteAttributeString("keyword", entry.Keyword);
            WriteNumbered(writer, "Item", element.Items, item => WriteXml(writer, item));
            WriteNumbered(writer, "Value", ValuesOf(dataSet, element), writer.WriteString);
            writer.WriteEndElement();
        }
    }

    private static void WriteNumbered<T>(XmlWriter writer, string name, IReadOnlyList<T> things, Action<T> write)
    {
        for (var index = 0; index < things.Count; index++)
        {
            writer.WriteStartElement(name, XmlNamespace);
            writer.WriteAttributeString("number", (index + 1).ToString(CultureInfo.InvariantCulture));
            write(things[index]);
            writer.WriteEndElement();
        }
    }

    private static string NumberOf(DicomElement element) => element.Tag.Number.ToString("X8", CultureInfo.InvariantCulture);

    private static IReadOnlyList<string> ValuesOf(DataSet dataSet, DicomElement element) => element.Vr switch
    {
        Vr.SQ => [],
        Vr.US => [.. dataSet.GetDoubles(element.Tag).Select(value => value.ToString(CultureInfo.InvariantCulture))],
        var vr when vr.IsText() && vr != Vr.PN => dataSet.GetStrings(element.Tag),
        _ => throw new NotSupportedException($"{element.Tag} is of VR {element.Vr}, which no Store response has"),
    };
}
