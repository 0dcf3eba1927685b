using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.RegularExpressions;
using MedCloud.Dicom;

namespace MedCloud.Storage;

/// <summary>
/// The name of one stored Part 10 file: <c>tenant/study/series/instance/uuid7.dcm</c>. The UUID is fresh for each reception, so a key is never used twice.
/// Every part is of a narrow alphabet without separators and relative names, so a key never leaves the store's root.
/// </summary>
public sealed partial record BlobKey
{
    private BlobKey(string value) => Value = value;

    /// <summary>The key as text, with forward slashes on every system.</summary>
    public string Value { get; }

    /// <summary>The key of a new reception.</summary>
    /// <param name="tenant">1 to 64 of a-z, 0-9 and inner hyphens.</param>
    /// <param name="study">(0020,000D)</param>
    /// <param name="series">(0020,000E)</param>
    /// <param name="instance">(0008,0018)</param>
    /// <param name="uuid7">A fresh version-7 UUID.</param>
    /// <exception cref="ArgumentException">A part is outside its alphabet.</exception>
    public static BlobKey For(string tenant, Uid study, Uid series, Uid instance, Guid uuid7) =>
        TryParse(string.Create(CultureInfo.InvariantCulture, $"{tenant}/{study.Value}/{series.Value}/{instance.Value}/{uuid7:D}.dcm"), out var key)
            ? key
            : throw new ArgumentException("A part of the key is empty, too long or outside its alphabet.", nameof(tenant));

    /// <summary>Reads a key back from its text.</summary>
    public static bool TryParse(string? text, [NotNullWhen(true)] out BlobKey? key)
    {
        key = text is { Length: <= MaxLength } && Form().IsMatch(text) ? new BlobKey(text) : null;
        return key is not null;
    }

    /// <inheritdoc/>
    public override string ToString() => Value;

    private const int MaxLength = 64 * 4 + 36 + 8;

    // UIDs as PS3.5 section 9.1 spells them, leading zeros let through: digits, single inner dots.
    [GeneratedRegex(@"\A[a-z0-9](?:[a-z0-9-]{0,62}[a-z0-9])?(?:/(?=[0-9.]{1,64}/)[0-9]+(?:\.[0-9]+)*){3}/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\.dcm\z", RegexOptions.CultureInvariant)]
    private static partial Regex Form();
}
