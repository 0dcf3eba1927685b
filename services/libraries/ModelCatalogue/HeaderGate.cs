using System.Globalization;
using System.Text.RegularExpressions;
using MedCloud.Dicom;

namespace MedCloud.ModelCatalogue;

/// <summary>The rule of a model's scope that an instance does not fulfil.</summary>
public enum ScopeRule
{
    /// <summary>(0008,0060)</summary>
    Modality,

    /// <summary>(0008,0016)</summary>
    SopClass,

    /// <summary>(0018,0015)</summary>
    BodyPart,

    /// <summary>(0028,0004)</summary>
    Photometric,

    /// <summary>(0028,0010) or (0028,0011)</summary>
    Size,

    /// <summary>(0010,1010), or (0010,0030) and (0008,0020)</summary>
    Age,
}

/// <summary>Why a model may not see an instance.</summary>
/// <param name="Rule">The first rule that is not fulfilled.</param>
/// <param name="Sentence">One sentence without identifiers: coded attributes by value, the patient's age never.</param>
public sealed record ScopeRefusal(ScopeRule Rule, string Sentence);

/// <summary>Decides from an instance's header whether it is within a model's scope.</summary>
public static partial class HeaderGate
{
    /// <summary>The first rule of the model's scope that <paramref name="header"/> does not fulfil, or null: it may be analysed.</summary>
    public static ScopeRefusal? Check(ModelManifest model, DataSet header)
    {
        var scope = model.Scope;
        return Coded(ScopeRule.Modality, "Modality", scope.Modality, header.GetString(DicomTags.Modality), model.Name)
            ?? Coded(ScopeRule.SopClass, "SOP class", scope.SopClass, header.GetString(DicomTags.SopClassUid), model.Name)
            ?? Coded(ScopeRule.BodyPart, "Body part", scope.BodyPart, header.GetString(DicomTags.BodyPartExamined), model.Name)
            ?? Coded(ScopeRule.Photometric, "Photometric interpretation", scope.Photometric, header.GetString(DicomTags.PhotometricInterpretation), model.Name)
            ?? Size("Rows", scope.Rows, header.GetInt32(DicomTags.Rows), model.Name)
            ?? Size("Columns", scope.Columns, header.GetInt32(DicomTags.Columns), model.Name)
            ?? Age(scope.AgeYears, AgeInYears(header), model.Name);
    }

    private static ScopeRefusal? Coded(ScopeRule rule, string attribute, AllowedValues? allowed, string? value, string model)
    {
        value = value?.Trim();
        if (allowed is null || (value is { Length: > 0 } && allowed.Allowed.Any(each => string.Equals(each.Trim(), value, StringComparison.OrdinalIgnoreCase))))
            return null;
        if (value is null or "")
            return allowed.Required ? new ScopeRefusal(rule, $"{attribute} is absent, and {model} requires it") : null;
        // Only what looks like a code or UID is repeated: a sender may have put anything there.
        var shown = CodePattern().IsMatch(value) ? $"{attribute} {value}" : attribute;
        var list = rule == ScopeRule.SopClass ? "" : $" ({string.Join(", ", allowed.Allowed)})";
        return new ScopeRefusal(rule, $"{shown} is outside the scope of {model}{list}");
    }

    private static ScopeRefusal? Size(string attribute, AllowedRange? allowed, int? value, string model) => (allowed, value) switch
    {
        (null, _) => null,
        ({ Required: true }, null) => new ScopeRefusal(ScopeRule.Size, $"{attribute} is absent, and {model} requires it"),
        (_, null) => null,
        _ when value >= allowed.Min && value <= allowed.Max => null,
        _ => new ScopeRefusal(ScopeRule.Size, string.Create(CultureInfo.InvariantCulture, $"{attribute} {value} is outside the scope of {model} ({allowed.Min} to {allowed.Max})")),
    };

    private static ScopeRefusal? Age(AllowedRange? allowed, int? years, string model) => (allowed, years) switch
    {
        (null, _) => null,
        ({ Required: true }, null) => new ScopeRefusal(ScopeRule.Age, $"The patient's age is absent, and {model} requires it"),
        (_, null) => null,
        _ when years >= allowed.Min && years <= allowed.Max => null,
        _ => new ScopeRefusal(ScopeRule.Age, string.Create(CultureInfo.InvariantCulture, $"The patient's age is outside the scope of {model} ({allowed.Min} to {allowed.Max} years)")),
    };

    /// <summary>Completed years; null where the header does not tell, or tells what cannot be.</summary>
    private static int? AgeInYears(DataSet header)
    {
        // PS3.5 6.2, AS: nnnD, nnnW, nnnM or nnnY.
        if (header.GetString(DicomTags.PatientAge) is { } age && AgePattern().Match(age.Trim()) is { Success: true } match)
        {
            var number = int.Parse(match.Groups[1].ValueSpan, CultureInfo.InvariantCulture);
            return match.Groups[2].Value switch
            {
                "Y" => number,
                "M" => number / 12,
                "W" => (int)(number * 7 / 365.2425),
                _ => (int)(number / 365.2425),
            };
        }

        if (Date(header, DicomTags.PatientBirthDate) is not { } birth || Date(header, DicomTags.StudyDate) is not { } study || study < birth)
            return null;
        var years = study.Year - birth.Year;
        return (study.Month, study.Day).CompareTo((birth.Month, birth.Day)) < 0 ? years - 1 : years;
    }

    private static DateOnly? Date(DataSet header, DicomTag tag) =>
        DateOnly.TryParseExact(header.GetString(tag)?.Trim(), "yyyyMMdd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date) ? date : null;

    [GeneratedRegex("^[A-Z0-9_.]{1,64}\\z")]
    private static partial Regex CodePattern();

    [GeneratedRegex("^([0-9]{1,3})([DWMY])\\z")]
    private static partial Regex AgePattern();
}
