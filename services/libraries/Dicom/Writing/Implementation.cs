namespace MedCloud.Dicom;

/// <summary>How MedCloud names itself in the files that it writes (PS3.10 7.1) and the associations that it makes (PS3.7 D.3.3.2).</summary>
public static class Implementation
{
    /// <summary>Implementation Class UID (0002,0012).</summary>
    public const string ClassUid = "2.25.221634570098374023784051826034795712847";

    /// <summary>Implementation Version Name (0002,0013), at most 16 characters.</summary>
    public const string VersionName = "MEDCLOUD";
}
