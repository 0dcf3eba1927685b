using MedCloud.Dicom;

namespace MedCloud.Ingest;

/// <summary>One object as a door receives it.</summary>
public sealed record Reception
{
    /// <summary>From the door's configuration or the caller's token, never from the object.</summary>
    public required string Tenant { get; init; }

    /// <summary>The object; read forward, once, and left open. It ends where the object ends; a connection that breaks off throws.</summary>
    public required Stream Content { get; init; }

    /// <summary>"dimse" or "stow".</summary>
    public required string Door { get; init; }

    /// <summary>DIMSE: the presentation context's; <see cref="Content"/> is a data set. Null: <see cref="Content"/> is a Part 10 file.</summary>
    public TransferSyntax? TransferSyntax { get; init; }

    /// <summary>DIMSE: Affected SOP Class UID (0000,0002), which must be the data set's.</summary>
    public Uid? SopClassUid { get; init; }

    /// <summary>DIMSE: Affected SOP Instance UID (0000,1000), which must be the data set's.</summary>
    public Uid? SopInstanceUid { get; init; }

    /// <summary>STOW: the study that the URL names, which must be the data set's.</summary>
    public Uid? StudyInstanceUid { get; init; }

    /// <summary>DIMSE: the calling AE title, kept in the file meta group as Source Application Entity Title (0002,0016).</summary>
    public string? SourceAeTitle { get; init; }

    /// <summary>Whether the sender asked for urgency; raises the study's priority.</summary>
    public bool Stat { get; init; }
}
