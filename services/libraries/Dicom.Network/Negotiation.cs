namespace MedCloud.Dicom.Network;

/// <summary>Whom an acceptor answers to.</summary>
/// <param name="AeTitle">Its own title; a request for another is rejected.</param>
/// <param name="CallingAeTitles">Who may call; empty is everybody.</param>
/// <param name="AddressAllowed">Whether the caller's address may call.</param>
/// <param name="LimitReached">As many associations as allowed are open already.</param>
internal sealed record AcceptancePolicy(AeTitle AeTitle, IReadOnlySet<AeTitle> CallingAeTitles, bool AddressAllowed = true, bool LimitReached = false);

/// <summary>The decision on an A-ASSOCIATE-RQ: one of two values, so a rejection cannot go on to acceptance.</summary>
internal abstract record Negotiated
{
    private Negotiated()
    {
    }

    /// <param name="Answer">The A-ASSOCIATE-AC to send.</param>
    /// <param name="Contexts">The contexts accepted in it.</param>
    /// <param name="Calling">Who calls.</param>
    /// <param name="MaxDataLength">The longest P-DATA-TF to send to the peer, in bytes.</param>
    public sealed record Accepted(AssociateAccept Answer, AcceptedContexts Contexts, AeTitle Calling, int MaxDataLength) : Negotiated;

    public sealed record Rejected(Rejection Rejection) : Negotiated;
}

/// <summary>Decides on association requests; no input or output.</summary>
internal static class Negotiation
{
    /// <summary>The only application context there is (PS3.7 annex A).</summary>
    public const string DicomApplicationContext = "1.2.840.10008.3.1.1.1";

    /// <summary>Decides on <paramref name="request"/> by <paramref name="policy"/>, in the order in which the standard's parties see it: provider first, then user.</summary>
    public static Negotiated Accept(AssociateRequest request, AcceptancePolicy policy)
    {
        // PS3.8 9.3.2: only bit 0 is tested
        if ((request.ProtocolVersion & 1) == 0)
            return new Negotiated.Rejected(Rejection.ProtocolVersionNotSupported);
        // Before all else that a stranger could learn from, such as which AE titles there are.
        if (!policy.AddressAllowed)
            return new Negotiated.Rejected(Rejection.CallingAddressNotAllowed);
        if (policy.LimitReached)
            return new Negotiated.Rejected(Rejection.LocalLimitExceeded);
        if (request.ApplicationContext != DicomApplicationContext)
            return new Negotiated.Rejected(Rejection.ApplicationContextNotSupported);
        if (!AeTitle.TryParse(request.CalledAeTitle, out var called) || called != policy.AeTitle)
            return new Negotiated.Rejected(Rejection.CalledAeTitleNotRecognized);
        if (!AeTitle.TryParse(request.CallingAeTitle, out var calling) || policy.CallingAeTitles.Count > 0 && !policy.CallingAeTitles.Contains(calling))
            return new Negotiated.Rejected(Rejection.CallingAeTitleNotRecognized);

        var answers = request.Contexts.Select(Answer).ToList();
        var accepted = new AcceptedContexts(request.Contexts, answers);
        var information = new UserInformation(PduLimits.MaxDataLength, Implementation.ClassUid)
        {
            ImplementationVersionName = Implementation.VersionName,
            AsynchronousOperations = request.UserInformation.AsynchronousOperations is null ? null : new AsynchronousOperations(1, 1),
            // PS3.7 D.3.3.4: a role that was not proposed cannot be granted, and we are no SCU of anybody
            Roles = [.. request.UserInformation.Roles.Where(role => accepted.HasAbstractSyntax(role.SopClassUid)).Select(role => role with { Scp = false })],
        };
        return new Negotiated.Accepted(
            new AssociateAccept(answers, information, request.Echo),
            accepted,
            calling,
            MaxDataLength(request.UserInformation));
    }

    /// <summary>The longest P-DATA-TF that both sides want: the peer's maximum, and no more than our own.</summary>
    public static int MaxDataLength(UserInformation peer) =>
        peer.MaximumLength == 0 ? PduLimits.MaxDataLength : (int)Math.Min(peer.MaximumLength, PduLimits.MaxDataLength);

    private static AnsweredContext Answer(RequestedContext context)
    {
        // The transfer syntax of a refused context is not significant, but the item has to be there (PS3.8 Table 9-18).
        var placeholder = context.TransferSyntaxes is [var proposed, ..] ? proposed : TransferSyntax.ImplicitVrLittleEndian.Uid.Value;
        if (context.AbstractSyntax != SopClasses.Verification.Value && !SopClasses.IsStorage(context.AbstractSyntax))
            return new AnsweredContext(context.Id, ContextResult.AbstractSyntaxNotSupported, placeholder);
        return context.TransferSyntaxes.FirstOrDefault(syntax => TransferSyntax.Find(syntax) is not null) is { } known
            ? new AnsweredContext(context.Id, ContextResult.Acceptance, known)
            : new AnsweredContext(context.Id, ContextResult.TransferSyntaxesNotSupported, placeholder);
    }
}
