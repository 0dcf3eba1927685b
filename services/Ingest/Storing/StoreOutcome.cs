using MedCloud.Dicom;
using MedCloud.Hosting;

namespace MedCloud.Ingest;

/// <summary>The identifiers of an instance.</summary>
/// <param name="StudyInstanceUid">(0020,000D)</param>
/// <param name="SeriesInstanceUid">(0020,000E)</param>
/// <param name="SopInstanceUid">(0008,0018)</param>
/// <param name="SopClassUid">(0008,0016)</param>
public sealed record InstanceIdentity(Uid StudyInstanceUid, Uid SeriesInstanceUid, Uid SopInstanceUid, Uid SopClassUid);

/// <summary>How a reception ended.</summary>
public abstract record StoreOutcome
{
    private StoreOutcome()
    {
    }

    /// <summary>The instance is durable and its transaction is committed: the sender may be told so.</summary>
    /// <param name="Instance">What was stored.</param>
    /// <param name="Revision">1 for the first bytes under the SOP Instance UID; +1 for each replacement.</param>
    /// <param name="Duplicate">The same bytes were the current revision already; nothing was added.</param>
    public sealed record Stored(InstanceIdentity Instance, int Revision, bool Duplicate) : StoreOutcome;

    /// <summary>Nothing was stored.</summary>
    /// <param name="Code">What each door calls it stands in <see cref="ErrorTable"/>.</param>
    /// <param name="Sentence">At most 64 ASCII characters, without identifiers.</param>
    /// <param name="SopClassUid">As far as it was read.</param>
    /// <param name="SopInstanceUid">As far as it was read.</param>
    public sealed record Refused(ErrorCode Code, string Sentence, Uid? SopClassUid, Uid? SopInstanceUid) : StoreOutcome;
}
