using System.Globalization;

namespace MedCloud.Dicom;

/// <summary>Bytes that are not what PS3.5 or PS3.10 asks for. Holds no value of any element.</summary>
public sealed class DicomFormatException : Exception
{
    /// <param name="problem">At most 64 ASCII characters, no values.</param>
    /// <param name="tagPath">Where in the data set.</param>
    /// <param name="offset">Where in the stream, in bytes.</param>
    /// <param name="innerException">What led to it.</param>
    public DicomFormatException(string problem, string? tagPath, long offset, Exception? innerException = null)
        : base(string.Create(CultureInfo.InvariantCulture, $"{problem}{(tagPath is null ? "" : $" at {tagPath}")}, offset {offset}"), innerException)
    {
        Problem = problem;
        TagPath = tagPath;
        Offset = offset;
    }

    /// <summary>What is wrong, in at most 64 ASCII characters and without any value: fit for a DIMSE error comment.</summary>
    public string Problem { get; }

    /// <summary>The element, through the items around it: <c>(0040,0275)[0].(0040,0008)</c>; null outside of the elements.</summary>
    public string? TagPath { get; }

    /// <summary>Bytes from the start of the source; from the start of the inflated data set where that is deflated.</summary>
    public long Offset { get; }
}
