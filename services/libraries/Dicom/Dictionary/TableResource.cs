using System.Text;

namespace MedCloud.Dicom;

/// <summary>Reads the tab-separated tables that <c>generate.py</c> writes and the assembly carries.</summary>
internal static class TableResource
{
    public static IEnumerable<string[]> Rows(string name)
    {
        using var stream = typeof(TableResource).Assembly.GetManifestResourceStream(name)
            ?? throw new InvalidOperationException($"the assembly lacks {name}");
        using var reader = new StreamReader(stream, Encoding.UTF8);
        while (reader.ReadLine() is { } line)
            yield return line.Split('\t');
    }
}
