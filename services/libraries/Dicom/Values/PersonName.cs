namespace MedCloud.Dicom;

/// <summary>A person's name in up to three component groups (PS3.5 section 6.2.1); one that is not there is empty.</summary>
/// <param name="Alphabetic">In letters, as in <c>Yamada^Tarou</c>: family name, given name, middle name, prefix and suffix, separated by carets.</param>
/// <param name="Ideographic">In ideographs, as in <c>山田^太郎</c>.</param>
/// <param name="Phonetic">By its sound, as in <c>やまだ^たろう</c>.</param>
public sealed record PersonName(string Alphabetic, string Ideographic, string Phonetic)
{
    /// <summary>Reads the text of one value; what stands behind a third '=' is left out.</summary>
    public static PersonName Parse(string text)
    {
        var groups = text.Split('=');
        return new PersonName(groups[0], groups.ElementAtOrDefault(1) ?? "", groups.ElementAtOrDefault(2) ?? "");
    }

    /// <summary>The text of the value, without separators behind the last group.</summary>
    public override string ToString() => $"{Alphabetic}={Ideographic}={Phonetic}".TrimEnd('=');
}
