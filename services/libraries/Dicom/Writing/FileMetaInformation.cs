namespace MedCloud.Dicom;

/// <summary>The file meta information of a Part 10 file (PS3.10 section 7.1).</summary>
public sealed record FileMetaInformation
{
    /// <summary>(0002,0002); null where a file lacks it.</summary>
    public Uid? MediaStorageSopClassUid { get; init; }

    /// <summary>(0002,0003); null where a file lacks it.</summary>
    public Uid? MediaStorageSopInstanceUid { get; init; }

    /// <summary>(0002,0010).</summary>
    public required Uid TransferSyntaxUid { get; init; }

    /// <summary>(0002,0012); when written, MedCloud's own unless set.</summary>
    public Uid? ImplementationClassUid { get; init; }

    /// <summary>(0002,0013); at most 16 characters.</summary>
    public string? ImplementationVersionName { get; init; }

    /// <summary>(0002,0016): the AE title of the sender.</summary>
    public string? SourceAeTitle { get; init; }
}
