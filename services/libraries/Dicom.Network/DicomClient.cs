using System.Net;
using System.Net.Sockets;

namespace MedCloud.Dicom.Network;

/// <summary>An association that we asked for, to verify (C-ECHO) and to send instances (C-STORE). One operation at a time; not safe for several threads.</summary>
public sealed class DicomClient : IAsyncDisposable
{
    /// <summary>The number of presentation contexts that an association can have: identifiers are odd bytes (PS3.8 9.3.2.2).</summary>
    public const int MaxContexts = 128;

    private readonly UpperLayer upper;
    private readonly MessageReader reader;
    private readonly MessageWriter writer;
    private readonly AcceptedContexts contexts;
    private ushort lastMessageId;

    private DicomClient(UpperLayer upper, AcceptedContexts contexts, int maxDataLength)
    {
        this.upper = upper;
        this.contexts = contexts;
        reader = new MessageReader(upper, contexts);
        writer = new MessageWriter(upper, maxDataLength);
    }

    /// <summary>The presentation contexts that the peer accepted.</summary>
    public IReadOnlyCollection<AcceptedContext> Contexts => contexts;

    /// <summary>Connects and asks for an association.</summary>
    /// <param name="endPoint">An <see cref="IPEndPoint"/> or a <see cref="DnsEndPoint"/>.</param>
    /// <param name="callingAeTitle">Ours.</param>
    /// <param name="calledAeTitle">The peer's.</param>
    /// <param name="proposals">1 to <see cref="MaxContexts"/>.</param>
    /// <param name="options">Time-outs; null for the defaults.</param>
    /// <param name="timeProvider">Drives them; null for the system's clock.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="AssociationRejectedException">The peer rejected the association.</exception>
    /// <exception cref="AssociationEndedException">It ended before it was made.</exception>
    /// <exception cref="SocketException">Nobody listens there, or the time-out passed.</exception>
    public static async Task<DicomClient> ConnectAsync(
        EndPoint endPoint,
        AeTitle callingAeTitle,
        AeTitle calledAeTitle,
        IReadOnlyList<ProposedContext> proposals,
        DicomClientOptions? options = null,
        TimeProvider? timeProvider = null,
        CancellationToken cancellationToken = default)
    {
        ArgumentOutOfRangeException.ThrowIfZero(proposals.Count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(proposals.Count, MaxContexts);
        options ??= new DicomClientOptions();
        var requested = proposals
            .Select((proposal, index) => new RequestedContext((byte)(2 * index + 1), proposal.AbstractSyntax.Value, [.. proposal.TransferSyntaxes.Select(syntax => syntax.Uid.Value)]))
            .ToList();
        var request = new AssociateRequest(
            1,
            calledAeTitle.Value,
            callingAeTitle.Value,
            Negotiation.DicomApplicationContext,
            requested,
            new UserInformation(PduLimits.MaxDataLength, Implementation.ClassUid) { ImplementationVersionName = Implementation.VersionName },
            PduWriter.Echo(calledAeTitle, callingAeTitle));

        var upper = await UpperLayer.ConnectAsync(endPoint, request, options.IdleTimeout, options.Artim, timeProvider ?? TimeProvider.System, cancellationToken).ConfigureAwait(false);
        try
        {
            return await upper.ReceiveAsync(cancellationToken).ConfigureAwait(false) switch
            {
                Indication.Accepted { Answer: var answer } => new DicomClient(upper, new AcceptedContexts(requested, answer.Contexts), Negotiation.MaxDataLength(answer.UserInformation)),
                Indication.Rejected { Rejection: var rejection } => throw new AssociationRejectedException(rejection),
                _ => throw new InvalidOperationException("the state table lets nothing else through in Sta5"),
            };
        }
        catch
        {
            await EndAsync(upper).ConfigureAwait(false);
            throw;
        }
    }

    /// <summary>The accepted context for a SOP class in a transfer syntax; null if the peer takes none such.</summary>
    public AcceptedContext? FindContext(Uid sopClass, TransferSyntax syntax) =>
        contexts.FirstOrDefault(context => context.AbstractSyntax == sopClass && context.TransferSyntax == syntax);

    /// <summary>C-ECHO (PS3.7 9.1.5).</summary>
    /// <returns>The status: 0 is success.</returns>
    /// <exception cref="InvalidOperationException">The Verification SOP class was not accepted.</exception>
    /// <exception cref="AssociationEndedException">The association ended.</exception>
    public async Task<ushort> EchoAsync(CancellationToken cancellationToken)
    {
        var context = contexts.FirstOrDefault(context => context.AbstractSyntax == SopClasses.Verification)
            ?? throw new InvalidOperationException("no presentation context for Verification was accepted");
        var messageId = ++lastMessageId;
        await writer.SendAsync(context, Command.EchoRequest(messageId), cancellationToken).ConfigureAwait(false);
        return (await ResponseAsync(CommandField.EchoResponse, messageId, cancellationToken).ConfigureAwait(false)).Status;
    }

    /// <summary>C-STORE (PS3.7 9.1.1): sends a data set as it stands.</summary>
    /// <param name="sopClass">Its SOP class.</param>
    /// <param name="sopInstance">Its SOP Instance UID.</param>
    /// <param name="syntax">How its bytes are encoded; see <see cref="FindContext"/>.</param>
    /// <param name="dataSet">The data set's bytes, without file meta information, from the present position to the end.</param>
    /// <param name="cancellationToken">Gives up; the association can only be disposed of afterwards.</param>
    /// <exception cref="InvalidOperationException">No presentation context for it was accepted.</exception>
    /// <exception cref="AssociationEndedException">The association ended; whether the instance was stored is unknown.</exception>
    public async Task<StoreResponse> StoreAsync(Uid sopClass, Uid sopInstance, TransferSyntax syntax, Stream dataSet, CancellationToken cancellationToken)
    {
        var context = FindContext(sopClass, syntax) ?? throw new InvalidOperationException($"no presentation context for {sopClass} in {syntax} was accepted");
        var messageId = ++lastMessageId;
        await writer.SendAsync(context, Command.StoreRequest(messageId, sopClass, sopInstance), dataSet, cancellationToken).ConfigureAwait(false);
        return await ResponseAsync(CommandField.StoreResponse, messageId, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>C-STORE of a Part 10 file: what follows its file meta group, byte for byte.</summary>
    /// <param name="file">Seekable, at its beginning.</param>
    /// <param name="cancellationToken">As for <see cref="StoreAsync"/>.</param>
    /// <exception cref="DicomFormatException">It is not a Part 10 file.</exception>
    /// <exception cref="InvalidOperationException">As for <see cref="StoreAsync"/>, or the meta group does not name the instance.</exception>
    /// <exception cref="AssociationEndedException">As for <see cref="StoreAsync"/>.</exception>
    public async Task<StoreResponse> StoreFileAsync(Stream file, CancellationToken cancellationToken)
    {
        using var reader = DicomReader.ForPart10(file);
        var meta = await reader.ReadMetaAsync(cancellationToken).ConfigureAwait(false);
        if (meta.MediaStorageSopClassUid is not { } sopClass || meta.MediaStorageSopInstanceUid is not { } sopInstance)
            throw new InvalidOperationException("the file meta group does not name the instance");
        file.Position = reader.DataSetOffset;
        return await StoreAsync(sopClass, sopInstance, reader.Syntax, file, cancellationToken).ConfigureAwait(false);
    }

    /// <summary>Releases the association and closes the connection.</summary>
    /// <exception cref="AssociationEndedException">It ended before it was released.</exception>
    public Task ReleaseAsync(CancellationToken cancellationToken) => upper.ReleaseAsync(cancellationToken);

    /// <summary>Aborts the association if it was not released.</summary>
    public async ValueTask DisposeAsync() => await EndAsync(upper).ConfigureAwait(false);

    private static async ValueTask EndAsync(UpperLayer upper)
    {
        await upper.AbortAsync(AssociationEnd.AbortedHere, "the association was disposed of").ConfigureAwait(false);
        await upper.CloseAsync().ConfigureAwait(false);
        upper.Dispose();
    }

    private async ValueTask<StoreResponse> ResponseAsync(CommandField field, ushort messageId, CancellationToken cancellationToken)
    {
        if (await reader.ReadCommandAsync(cancellationToken).ConfigureAwait(false) is not { } command)
        {
            // The peer asks for release instead of answering: it gets it, and nothing more comes.
            await upper.AnswerReleaseAsync(cancellationToken).ConfigureAwait(false);
            throw new AssociationEndedException(AssociationEnd.ReleasedByPeer, "the peer released the association without an answer");
        }
        if (command.Field != field || command.MessageIdBeingRespondedTo != messageId || command.HasDataSet || command.Status is not { } status)
            throw await upper.RefuseMessageAsync("not the response to what was asked").ConfigureAwait(false);
        return new StoreResponse(status, command.Elements.GetString(DicomTags.ErrorComment));
    }
}
