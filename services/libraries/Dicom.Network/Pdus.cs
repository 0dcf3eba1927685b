namespace MedCloud.Dicom.Network;

/// <summary>The PDU types of PS3.8 9.3.1.</summary>
internal enum PduType : byte
{
    AssociateRequest = 0x01,
    AssociateAccept = 0x02,
    AssociateReject = 0x03,
    Data = 0x04,
    ReleaseRequest = 0x05,
    ReleaseResponse = 0x06,
    Abort = 0x07,
}

/// <summary>The variable items of A-ASSOCIATE PDUs (PS3.8 9.3.2 and 9.3.3, PS3.7 D.3.3).</summary>
internal enum ItemType : byte
{
    ApplicationContext = 0x10,
    RequestedContext = 0x20,
    AnsweredContext = 0x21,
    AbstractSyntax = 0x30,
    TransferSyntax = 0x40,
    UserInformation = 0x50,
    MaximumLength = 0x51,
    ImplementationClassUid = 0x52,
    AsynchronousOperations = 0x53,
    RoleSelection = 0x54,
    ImplementationVersionName = 0x55,
    ExtendedNegotiation = 0x56,
    UserIdentity = 0x58,
}

/// <summary>A-ASSOCIATE-RQ (PS3.8 9.3.2), as received: titles and UIDs are not judged yet.</summary>
/// <param name="ProtocolVersion">One bit for each version; bit 0 is version 1.</param>
/// <param name="CalledAeTitle">Without padding.</param>
/// <param name="CallingAeTitle">Without padding.</param>
/// <param name="ApplicationContext">The application context name, or empty when the item is missing.</param>
/// <param name="Contexts">In the order of the PDU; identifiers are odd and unique.</param>
/// <param name="UserInformation">What the requestor tells about itself.</param>
/// <param name="Echo">Bytes 11 to 74, which the answer repeats: both titles and 32 reserved bytes.</param>
internal sealed record AssociateRequest(
    ushort ProtocolVersion,
    string CalledAeTitle,
    string CallingAeTitle,
    string ApplicationContext,
    IReadOnlyList<RequestedContext> Contexts,
    UserInformation UserInformation,
    ReadOnlyMemory<byte> Echo);

/// <summary>One proposed presentation context (PS3.8 9.3.2.2).</summary>
internal sealed record RequestedContext(byte Id, string AbstractSyntax, IReadOnlyList<string> TransferSyntaxes);

/// <summary>A-ASSOCIATE-AC (PS3.8 9.3.3).</summary>
/// <param name="Contexts">One answer for each proposed context.</param>
/// <param name="UserInformation">What the acceptor tells about itself.</param>
/// <param name="Echo">The 64 bytes repeated from the request.</param>
internal sealed record AssociateAccept(IReadOnlyList<AnsweredContext> Contexts, UserInformation UserInformation, ReadOnlyMemory<byte> Echo);

/// <summary>The answer to one presentation context (PS3.8 9.3.3.2). The transfer syntax counts only where the result is acceptance.</summary>
internal sealed record AnsweredContext(byte Id, ContextResult Result, string TransferSyntax);

/// <summary>The results of PS3.8 Table 9-18.</summary>
internal enum ContextResult : byte
{
    Acceptance = 0,
    UserRejection = 1,
    NoReason = 2,
    AbstractSyntaxNotSupported = 3,
    TransferSyntaxesNotSupported = 4,
}

/// <summary>The user information item (PS3.8 9.3.2.3, PS3.7 D.3.3). Sub-items that are not named here are skipped when read.</summary>
/// <param name="MaximumLength">The longest P-DATA-TF that the sender takes, in bytes; 0 is any.</param>
/// <param name="ImplementationClassUid">Empty when not sent.</param>
internal sealed record UserInformation(uint MaximumLength, string ImplementationClassUid)
{
    /// <summary>PS3.7 D.3.3.2.3; null when not sent.</summary>
    public string? ImplementationVersionName { get; init; }

    /// <summary>PS3.7 D.3.3.3; null is the default of one operation each way.</summary>
    public AsynchronousOperations? AsynchronousOperations { get; init; }

    /// <summary>PS3.7 D.3.3.4.</summary>
    public IReadOnlyList<RoleSelection> Roles { get; init; } = [];

    /// <summary>The SOP classes for which extended negotiation was proposed (PS3.7 D.3.3.5). An acceptor that has nothing to extend leaves it unanswered.</summary>
    public IReadOnlyList<string> ExtendedNegotiations { get; init; } = [];

    /// <summary>Whether a user identity was sent (PS3.7 D.3.3.7). It is not kept: an acceptor that verifies none leaves it unanswered.</summary>
    public bool UserIdentitySent { get; init; }
}

/// <summary>Operations that may be outstanding each way; 0 is any number.</summary>
internal readonly record struct AsynchronousOperations(ushort Invoked, ushort Performed);

/// <summary>The roles that the requestor proposes, or the acceptor grants to it, for one SOP class.</summary>
internal sealed record RoleSelection(string SopClassUid, bool Scu, bool Scp);
