using System.Security.Cryptography;
using MedCloud.Dicom;

namespace MedCloud.Interop.Tests;

/// <summary>An element as a reader found it.</summary>
/// <param name="Path">Through the items around it: <c>(0040,0275)[0].(0040,0008)</c>.</param>
/// <param name="Vr">Two letters, or what the reader calls an open choice.</param>
/// <param name="Length">Bytes of the value; items of a sequence; null if the reader does not tell.</param>
/// <param name="Hash">SHA-256 of the value, little endian; empty where the value was not kept.</param>
/// <param name="Text">The values of text.</param>
/// <param name="Numbers">The values of numbers.</param>
internal sealed record FoundElement(string Path, string Vr, long? Length, string Hash, IReadOnlyList<string>? Text, IReadOnlyList<double>? Numbers)
{
    /// <summary>What our reader found, in the order of the data set.</summary>
    public static IEnumerable<FoundElement> In(DataSet dataSet, string prefix = "")
    {
        foreach (var element in dataSet)
        {
            var path = prefix + element.Tag;
            if (element.Vr == MedCloud.Dicom.Vr.SQ)
            {
                yield return new FoundElement(path, "SQ", element.Items.Count, "", null, null);
                foreach (var (index, item) in element.Items.Index())
                {
                    foreach (var found in In(item, $"{path}[{index}]."))
                        yield return found;
                }
                continue;
            }
            yield return element.Segment is { } segment
                ? new FoundElement(path, $"{element.Vr}", segment.Length, "", null, null)
                : new FoundElement(
                    path,
                    $"{element.Vr}",
                    element.Value.Length,
                    Convert.ToHexStringLower(SHA256.HashData(element.Value.Span)),
                    dataSet.GetStrings(element.Tag),
                    dataSet.GetDoubles(element.Tag));
        }
    }

    /// <summary>As it is once a writer has made its length even; of the value only the length is then known.</summary>
    public FoundElement Padded() => Length % 2 == 1 && Vr != "SQ" ? this with { Length = Length + 1, Hash = "" } : this;
}
