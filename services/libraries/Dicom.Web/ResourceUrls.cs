namespace MedCloud.Dicom.Web;

/// <summary>The URLs of a server's resources (PS3.18 §10.1).</summary>
/// <param name="Service">The base URL without a slash at its end, e.g. <c>http://127.0.0.1:8080/dicom-web</c>.</param>
public sealed record ResourceUrls(string Service)
{
    /// <summary>Where a study is retrieved.</summary>
    public string Study(Uid study) => $"{Service}/studies/{study}";

    /// <summary>Where an instance is retrieved.</summary>
    public string Instance(Uid study, Uid series, Uid instance) => $"{Study(study)}/series/{series}/instances/{instance}";
}
