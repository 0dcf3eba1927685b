namespace MedCloud.Dicom.Network;

/// <summary>What a server tells about its associations, for logs. It carries no content of messages.</summary>
/// <param name="Association">Whom it is about.</param>
public abstract record AssociationEvent(AssociationInfo Association)
{
    /// <summary>Accepted, with this many of the proposed presentation contexts.</summary>
    public sealed record Accepted(AssociationInfo Association, int AcceptedContexts, int ProposedContexts) : AssociationEvent(Association);

    /// <summary>Rejected.</summary>
    public sealed record Rejected(AssociationInfo Association, Rejection Rejection) : AssociationEvent(Association);

    /// <summary>Released in order.</summary>
    public sealed record Released(AssociationInfo Association) : AssociationEvent(Association);

    /// <summary>Ended otherwise, or never begun on a connection that was opened.</summary>
    public sealed record Ended(AssociationInfo Association, AssociationEnd End, string Reason) : AssociationEvent(Association);

    /// <summary>The handler threw; its instance was answered with a processing failure.</summary>
    public sealed record HandlerFailed(AssociationInfo Association, Exception Exception) : AssociationEvent(Association);

    /// <summary>The library failed; the association was aborted.</summary>
    public sealed record Failed(AssociationInfo Association, Exception Exception) : AssociationEvent(Association);
}
