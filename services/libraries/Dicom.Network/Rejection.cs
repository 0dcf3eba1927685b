namespace MedCloud.Dicom.Network;

/// <summary>Whether asking again can help (PS3.8 Table 9-21).</summary>
public enum RejectResult : byte
{
    /// <summary>It cannot.</summary>
    Permanent = 1,

    /// <summary>It can, later.</summary>
    Transient = 2,
}

/// <summary>Who rejects (PS3.8 Table 9-21).</summary>
public enum RejectSource : byte
{
    /// <summary>The application.</summary>
    ServiceUser = 1,

    /// <summary>The association control of the upper layer.</summary>
    ServiceProviderAcse = 2,

    /// <summary>The presentation part of the upper layer.</summary>
    ServiceProviderPresentation = 3,
}

/// <summary>Why an association was not made: the content of A-ASSOCIATE-RJ (PS3.8 9.3.4).</summary>
/// <param name="Result">Permanent or transient.</param>
/// <param name="Source">Who rejects.</param>
/// <param name="Reason">The reason's number within <paramref name="Source"/>.</param>
public readonly record struct Rejection(RejectResult Result, RejectSource Source, byte Reason)
{
    /// <summary>
    /// The caller's address is not allowed here: 1,1,1. PS3.8 Table 9-21 has no reason for addresses, and 3 (calling AE title) would send its administrator to the wrong setting;
    /// the service user rejects, since it is the application's rule, for good, since asking again cannot help.
    /// </summary>
    public static Rejection CallingAddressNotAllowed { get; } = new(RejectResult.Permanent, RejectSource.ServiceUser, 1);

    /// <summary>The application context is not that of DICOM: 1,1,2.</summary>
    public static Rejection ApplicationContextNotSupported { get; } = new(RejectResult.Permanent, RejectSource.ServiceUser, 2);

    /// <summary>The calling AE title is not allowed here: 1,1,3.</summary>
    public static Rejection CallingAeTitleNotRecognized { get; } = new(RejectResult.Permanent, RejectSource.ServiceUser, 3);

    /// <summary>Nobody here has the called AE title: 1,1,7.</summary>
    public static Rejection CalledAeTitleNotRecognized { get; } = new(RejectResult.Permanent, RejectSource.ServiceUser, 7);

    /// <summary>Version 1 of the protocol was not proposed: 1,2,2.</summary>
    public static Rejection ProtocolVersionNotSupported { get; } = new(RejectResult.Permanent, RejectSource.ServiceProviderAcse, 2);

    /// <summary>As many associations as allowed are open: 2,3,2.</summary>
    public static Rejection LocalLimitExceeded { get; } = new(RejectResult.Transient, RejectSource.ServiceProviderPresentation, 2);

    /// <summary>The standard's name for the reason.</summary>
    public string Text => (Source, Reason) switch
    {
        (RejectSource.ServiceUser, 1) => "no reason given",
        (RejectSource.ServiceUser, 2) => "application context name not supported",
        (RejectSource.ServiceUser, 3) => "calling AE title not recognized",
        (RejectSource.ServiceUser, 7) => "called AE title not recognized",
        (RejectSource.ServiceProviderAcse, 1) => "no reason given",
        (RejectSource.ServiceProviderAcse, 2) => "protocol version not supported",
        (RejectSource.ServiceProviderPresentation, 1) => "temporary congestion",
        (RejectSource.ServiceProviderPresentation, 2) => "local limit exceeded",
        _ => "reserved reason",
    };

    /// <summary>The three numbers and the reason, for example <c>1,1,7 called AE title not recognized</c>.</summary>
    public override string ToString() => $"{(byte)Result},{(byte)Source},{Reason} {Text}";
}
