namespace MedCloud.Dicom.Network;

/// <summary>How an association ended that was not released.</summary>
public enum AssociationEnd
{
    /// <summary>The peer sent A-ABORT.</summary>
    AbortedByPeer,

    /// <summary>The peer closed the connection, or it broke.</summary>
    ConnectionClosed,

    /// <summary>The peer was silent, or did not read, for longer than the idle time-out or ARTIM allows.</summary>
    TimedOut,

    /// <summary>The peer broke the protocol, and we sent A-ABORT.</summary>
    ProtocolViolated,

    /// <summary>We sent A-ABORT for a reason of our own, such as a stop.</summary>
    AbortedHere,

    /// <summary>The peer asked for release where that is not expected.</summary>
    ReleasedByPeer,
}

/// <summary>The association has ended and what was under way is void. A stream of a data set throws it as well, so half an object cannot pass for a whole one.</summary>
public sealed class AssociationEndedException : IOException
{
    internal AssociationEndedException(AssociationEnd end, string message)
        : base(message) => End = end;

    /// <summary>How it ended.</summary>
    public AssociationEnd End { get; }
}

/// <summary>The peer did not accept the association.</summary>
public sealed class AssociationRejectedException : IOException
{
    internal AssociationRejectedException(Rejection rejection)
        : base($"the association was rejected: {rejection}") => Rejection = rejection;

    /// <summary>What the peer gave as reason.</summary>
    public Rejection Rejection { get; }
}
