using System.Diagnostics.CodeAnalysis;

namespace MedCloud.Dicom;

/// <summary>
/// A unique identifier (PS3.5 section 9.1): 1 to 64 digits and dots, no component empty. Leading zeros in a component, which the standard forbids and
/// senders write, are let pass.
/// </summary>
public readonly record struct Uid
{
    private readonly string? value;

    private Uid(string value) => this.value = value;

    /// <summary>The characters, without padding; empty for <c>default</c>.</summary>
    public string Value => value ?? "";

    /// <summary>Reads a UID; padding (NUL or spaces at the end) is dropped.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out Uid uid)
    {
        uid = default;
        var characters = text.AsSpan().TrimEnd("\0 ");
        if (characters.Length is 0 or > 64)
            return false;
        var previous = '.';
        foreach (var character in characters)
        {
            if (!char.IsAsciiDigit(character) && (character != '.' || previous == '.'))
                return false;
            previous = character;
        }
        if (previous == '.')
            return false;
        uid = new Uid(characters.Length == text!.Length ? text : characters.ToString());
        return true;
    }

    /// <summary>The UID written in <paramref name="text"/>.</summary>
    /// <exception cref="FormatException">It is none.</exception>
    public static Uid Parse(string text) => TryParse(text, out var uid) ? uid : throw new FormatException("not a DICOM UID");

    /// <inheritdoc/>
    public override string ToString() => Value;
}
