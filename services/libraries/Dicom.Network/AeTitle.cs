using System.Diagnostics.CodeAnalysis;

namespace MedCloud.Dicom.Network;

/// <summary>An Application Entity title: 1 to 16 printable ASCII characters without backslash; leading and trailing spaces do not count (PS3.5 6.2, PS3.8 9.3.2).</summary>
public readonly record struct AeTitle
{
    /// <summary>The longest title, in characters.</summary>
    public const int MaxLength = 16;

    private readonly string? value;

    private AeTitle(string value) => this.value = value;

    /// <summary>The title without padding; empty only for <c>default</c>.</summary>
    public string Value => value ?? string.Empty;

    /// <summary>Reads a title; false when it is empty, too long or has other characters.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out AeTitle title)
    {
        title = default;
        var trimmed = text?.Trim(' ');
        if (trimmed is not { Length: > 0 and <= MaxLength })
            return false;
        foreach (var character in trimmed)
        {
            if (character is < ' ' or > '~' or '\\')
                return false;
        }
        title = new AeTitle(trimmed);
        return true;
    }

    /// <summary>Reads a title.</summary>
    /// <exception cref="FormatException">The text is not an AE title.</exception>
    public static AeTitle Parse(string text) =>
        TryParse(text, out var title) ? title : throw new FormatException("not an AE title: 1 to 16 printable ASCII characters without backslash");

    /// <inheritdoc/>
    public override string ToString() => Value;
}
