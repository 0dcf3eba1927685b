namespace MedCloud.Dicom.Network;

/// <summary>What the upper layer tells its user (the indication and confirmation primitives of PS3.8 section 7).</summary>
internal abstract record Indication
{
    private Indication()
    {
    }

    /// <summary>A-ASSOCIATE indication, with the decision that awaits its answer.</summary>
    public sealed record AssociateRequested(AssociateRequest Request, Negotiated Decision) : Indication;

    /// <summary>A-ASSOCIATE confirmation, accepted.</summary>
    public sealed record Accepted(AssociateAccept Answer) : Indication;

    /// <summary>A-ASSOCIATE confirmation, rejected.</summary>
    public sealed record Rejected(Rejection Rejection) : Indication;

    /// <summary>P-DATA indication: <see cref="UpperLayer.Remaining"/> bytes of fragments follow.</summary>
    public sealed record Data : Indication
    {
        public static Data Instance { get; } = new();
    }

    /// <summary>A-RELEASE indication.</summary>
    public sealed record ReleaseRequested : Indication;

    /// <summary>A-RELEASE confirmation.</summary>
    public sealed record ReleaseConfirmed : Indication;
}
