using System.Diagnostics.CodeAnalysis;
using MedCloud.Contracts;
using MedCloud.Dicom;
using MedCloud.Hosting;

namespace MedCloud.Ingest;

/// <summary>What <see cref="StoreInstance"/> takes from a header, and what it asks of it.</summary>
internal static class InstanceHeader
{
    /// <summary>The identifiers, if they are whole, of storage, and the ones that the door or the command names. What the file meta group says of them does not count: the data set rules.</summary>
    public static bool TryRead(
        Reception reception, DicomReader reader, [NotNullWhen(true)] out InstanceIdentity? identity, [NotNullWhen(false)] out HeaderFault? fault)
    {
        identity = null;
        fault = null;
        var header = reader.DataSet;
        if (header.GetUid(DicomTags.SopClassUid) is not { } sopClass)
            fault = Missing("SOP Class UID (0008,0016)");
        else if (header.GetUid(DicomTags.SopInstanceUid) is not { } sopInstance)
            fault = Missing("SOP Instance UID (0008,0018)");
        else if (header.GetUid(DicomTags.StudyInstanceUid) is not { } study)
            fault = Missing("Study Instance UID (0020,000D)");
        else if (header.GetUid(DicomTags.SeriesInstanceUid) is not { } series)
            fault = Missing("Series Instance UID (0020,000E)");
        else if (!SopClasses.IsStorage(sopClass.Value))
            fault = new HeaderFault(ErrorCode.SopClassNotSupported, "The SOP class is not one of storage");
        else if (Differs(reception.SopClassUid, sopClass))
            fault = Mismatch("SOP Class UID differs between command and data set");
        else if (Differs(reception.SopInstanceUid, sopInstance))
            fault = Mismatch("SOP Instance UID differs between command and data set");
        else if (Differs(reception.StudyInstanceUid, study))
            fault = Mismatch("Study Instance UID is not the one that the URL names");
        else
            identity = new InstanceIdentity(study, series, sopInstance, sopClass);
        return identity is not null;
    }

    /// <summary>The file meta group of an object that came without one (PS3.10 section 7.1).</summary>
    public static FileMetaInformation MetaOf(InstanceIdentity identity, TransferSyntax syntax, string? sourceAeTitle) => new()
    {
        MediaStorageSopClassUid = identity.SopClassUid,
        MediaStorageSopInstanceUid = identity.SopInstanceUid,
        TransferSyntaxUid = syntax.Uid,
        SourceAeTitle = sourceAeTitle,
    };

    public static StudyAttributes StudyOf(DataSet header) => new()
    {
        PatientId = header.GetString(DicomTags.PatientId),
        PatientName = header.GetString(DicomTags.PatientName),
        PatientBirthDate = header.GetString(DicomTags.PatientBirthDate),
        PatientSex = header.GetString(DicomTags.PatientSex),
        AccessionNumber = header.GetString(DicomTags.AccessionNumber),
        StudyDate = header.GetString(DicomTags.StudyDate),
        StudyTime = header.GetString(DicomTags.StudyTime),
        StudyDescription = header.GetString(DicomTags.StudyDescription),
        ReferringPhysicianName = header.GetString(DicomTags.ReferringPhysicianName),
    };

    private static bool Differs(Uid? named, Uid found) => named is { } uid && uid != found;

    private static HeaderFault Missing(string attribute) => new(ErrorCode.CannotUnderstand, attribute + " is missing or no valid UID");

    private static HeaderFault Mismatch(string sentence) => new(ErrorCode.DataSetMismatch, sentence);
}

/// <summary>Why a header is refused.</summary>
internal sealed record HeaderFault(ErrorCode Code, string Sentence);
