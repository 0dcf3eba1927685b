using System.Buffers;
using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using static MedCloud.Dicom.Network.UpperLayerAction;
using static MedCloud.Dicom.Network.UpperLayerEvent;
using static MedCloud.Dicom.Network.UpperLayerState;

namespace MedCloud.Dicom.Network;

/// <summary>
/// The upper layer protocol machine of one association (PS3.8 section 9.2), for both roles. Every event, from the peer, the timer or the local user, goes
/// through <see cref="FireAsync"/>, which does what <see cref="StateTable"/> says.
/// </summary>
/// <remarks>
/// One flow of control drives it by <see cref="ReceiveAsync"/> and the request methods; only <see cref="RequestStop"/> and <see cref="RequestAbort"/> may be
/// called from another. The fragments of a P-DATA-TF are not buffered: the user reads them from the connection by <see cref="ReadAsync"/>, so a user that does
/// not read holds back the sender through TCP.
/// </remarks>
internal sealed partial class UpperLayer : IDisposable
{
    private readonly TimeSpan artim;
    private readonly bool requestor;
    private readonly Func<AssociateRequest, Negotiated> negotiate;
    private volatile bool stopRequested;
    private volatile bool abortRequested;
    private volatile bool atRest = true;
    private AssociationEndedException? ended;
    private Connection? opened;

    private UpperLayer(TimeSpan artim, bool requestor, Func<AssociateRequest, Negotiated> negotiate)
    {
        this.artim = artim;
        this.requestor = requestor;
        this.negotiate = negotiate;
    }

    public UpperLayerState State { get; private set; } = Sta1;

    /// <summary>Bytes of the PDU under way that have not been read.</summary>
    public long Remaining { get; private set; }

    /// <summary>Whether nothing is under way, so that a stop may end the association here.</summary>
    public bool AtRest { get => atRest; set => atRest = value; }

    /// <summary>The transport connection, from Sta2 or Sta5 on.</summary>
    private Connection Transport => opened ?? throw new InvalidOperationException($"there is no transport connection in {State}");

    /// <summary>Takes a connection that a peer has opened (Evt5).</summary>
    /// <param name="socket">Owned from here on.</param>
    /// <param name="idleTimeout">How long a wait for the peer may last outside of ARTIM.</param>
    /// <param name="artim">The association request, reject and release timer.</param>
    /// <param name="negotiate">Decides on the request.</param>
    /// <param name="timeProvider">Drives both timers.</param>
    public static UpperLayer Accept(Socket socket, TimeSpan idleTimeout, TimeSpan artim, Func<AssociateRequest, Negotiated> negotiate, TimeProvider timeProvider)
    {
        var upper = new UpperLayer(artim, requestor: false, negotiate) { opened = new Connection(socket, idleTimeout, timeProvider) };
        upper.Fire(Evt5);
        return upper;
    }

    /// <summary>Connects and sends A-ASSOCIATE-RQ (Evt1, Evt2).</summary>
    /// <exception cref="SocketException">Nobody listens there, or the time-out passed.</exception>
    public static async Task<UpperLayer> ConnectAsync(
        EndPoint endPoint, AssociateRequest request, TimeSpan idleTimeout, TimeSpan artim, TimeProvider timeProvider, CancellationToken cancellationToken)
    {
        var upper = new UpperLayer(artim, requestor: true, _ => throw new InvalidOperationException("a requestor is not asked"));
        upper.Fire(Evt1);
        var socket = new Socket(SocketType.Stream, ProtocolType.Tcp);
        try
        {
            using var timeout = new CancellationTokenSource(idleTimeout, timeProvider);
            using var either = CancellationTokenSource.CreateLinkedTokenSource(timeout.Token, cancellationToken);
            await socket.ConnectAsync(endPoint, either.Token).ConfigureAwait(false);
        }
        catch (Exception exception)
        {
            socket.Dispose();
            upper.Fire(exception is OperationCanceledException ? Evt15 : Evt17);
            if (exception is OperationCanceledException && !cancellationToken.IsCancellationRequested)
                throw new SocketException((int)SocketError.TimedOut);
            throw;
        }
        upper.opened = new Connection(socket, idleTimeout, timeProvider);
        try
        {
            await upper.FireAsync(Evt2, PduWriter.Write(request), cancellationToken: cancellationToken).ConfigureAwait(false);
            return upper;
        }
        catch (OperationCanceledException)
        {
            upper.Dispose();
            throw;
        }
    }

    /// <summary>Waits for what the peer does next.</summary>
    /// <exception cref="AssociationEndedException">The association has ended otherwise than by release or rejection.</exception>
    public async ValueTask<Indication> ReceiveAsync(CancellationToken cancellationToken)
    {
        while (true)
        {
            ThrowIfEnded();
            if (await StepAsync(cancellationToken).ConfigureAwait(false) is { } indication)
                return indication;
        }
    }

    /// <summary>Reads up to as many bytes of the P-DATA-TF under way as <paramref name="destination"/> has room for and as have arrived; at least one.</summary>
    public async ValueTask<int> ReadAsync(Memory<byte> destination, CancellationToken cancellationToken)
    {
        ThrowIfEnded();
        while (!await ArriveAsync(1, cancellationToken).ConfigureAwait(false))
            ThrowIfEnded();
        var count = (int)Math.Min(Math.Min(Remaining, Transport.Buffer.Length), destination.Length);
        Transport.Buffer.Slice(0, count).CopyTo(destination.Span);
        Transport.Consume(count);
        Remaining -= count;
        return count;
    }

    /// <summary>A-ASSOCIATE response, accept (Evt7).</summary>
    public ValueTask<Indication?> AcceptAsync(AssociateAccept answer, CancellationToken cancellationToken) =>
        FireAsync(Evt7, PduWriter.Write(answer), cancellationToken: cancellationToken);

    /// <summary>A-ASSOCIATE response, reject (Evt8).</summary>
    public ValueTask<Indication?> RejectAsync(Rejection rejection, CancellationToken cancellationToken) =>
        FireAsync(Evt8, PduWriter.Write(rejection), cancellationToken: cancellationToken);

    /// <summary>P-DATA request (Evt9): sends whole P-DATA-TF PDUs in one write.</summary>
    public async ValueTask SendAsync(ReadOnlyMemory<byte> pdus, CancellationToken cancellationToken)
    {
        await FireAsync(Evt9, pdus, cancellationToken: cancellationToken).ConfigureAwait(false);
        ThrowIfEnded();
    }

    /// <summary>A-RELEASE request (Evt11).</summary>
    public async ValueTask RequestReleaseAsync(CancellationToken cancellationToken)
    {
        await FireAsync(Evt11, PduWriter.ReleaseRequest, cancellationToken: cancellationToken).ConfigureAwait(false);
        ThrowIfEnded();
    }

    /// <summary>Asks for release and sees it through, also when the peer asks at the same time.</summary>
    public async Task ReleaseAsync(CancellationToken cancellationToken)
    {
        await RequestReleaseAsync(cancellationToken).ConfigureAwait(false);
        while (State is not (Sta1 or Sta13))
        {
            var indication = await ReceiveAsync(cancellationToken).ConfigureAwait(false);
            // In a collision the requestor answers first (Sta9), the acceptor once its own request is answered (Sta12).
            if (State == Sta9 && indication is Indication.ReleaseRequested || State == Sta12)
                await AnswerReleaseAsync(cancellationToken).ConfigureAwait(false);
        }
        await CloseAsync().ConfigureAwait(false);
    }

    /// <summary>A-RELEASE response (Evt14).</summary>
    public ValueTask<Indication?> AnswerReleaseAsync(CancellationToken cancellationToken) =>
        FireAsync(Evt14, PduWriter.ReleaseResponse, cancellationToken: cancellationToken);

    /// <summary>A-ABORT request (Evt15), if there is an association.</summary>
    public async ValueTask AbortAsync(AssociationEnd end, string reason)
    {
        if (StateTable.ActionFor(Evt15, State) == None)
            return;
        // A stop must get through whatever the caller's token says; the write is bounded by ARTIM.
        await FireAsync(Evt15, end: new AssociationEndedException(end, reason), cancellationToken: CancellationToken.None).ConfigureAwait(false);
    }

    /// <summary>Aborts because the fragments within a PDU are wrong (Evt19); the exception to throw.</summary>
    public async ValueTask<AssociationEndedException> RefusePduAsync(AbortReason reason, string problem)
    {
        await FireAsync(Evt19, reason: reason, problem: problem, cancellationToken: CancellationToken.None).ConfigureAwait(false);
        return ended ?? throw new InvalidOperationException("Evt19 ends every association");
    }

    /// <summary>Aborts because a message breaks PS3.7 (Evt15); the exception to throw.</summary>
    public async ValueTask<AssociationEndedException> RefuseMessageAsync(string problem)
    {
        await AbortAsync(AssociationEnd.ProtocolViolated, problem).ConfigureAwait(false);
        return ended ?? throw new InvalidOperationException("Evt15 ends every association");
    }

    /// <summary>Waits until the peer has closed the connection, at most for ARTIM. Does nothing before Sta13.</summary>
    public async ValueTask CloseAsync()
    {
        while (State == Sta13)
            await StepAsync(CancellationToken.None).ConfigureAwait(false);
    }

    /// <summary>From any thread: end the association as soon as nothing is under way.</summary>
    public void RequestStop()
    {
        stopRequested = true;
        Transport.Interrupt(writesToo: false);
    }

    /// <summary>From any thread: end the association now; a second time, also stop waiting for the peer to close.</summary>
    public void RequestAbort()
    {
        abortRequested = true;
        Transport.Interrupt(writesToo: true);
    }

    public void Dispose() => opened?.Dispose();

    /// <summary>Takes one event from the peer or the timer; the indication that its action issued, if any.</summary>
    private async ValueTask<Indication?> StepAsync(CancellationToken cancellationToken)
    {
        // 1. What nobody read of the PDU before.
        while (Remaining > 0)
        {
            if (!await ArriveAsync(1, cancellationToken).ConfigureAwait(false))
                return null;
            var count = Math.Min(Remaining, Transport.Buffer.Length);
            Transport.Consume(count);
            Remaining -= count;
        }

        // 2. The header, PS3.8 9.3.1: type, reserved, 32-bit length.
        if (!await ArriveAsync(PduLimits.HeaderLength, cancellationToken).ConfigureAwait(false))
            return null;
        var (type, length) = ReadHeader();
        Remaining = length;

        // 3. The length, before anything is allocated for it. What is too long is skipped while the abort is answered.
        var limit = type switch
        {
            PduType.AssociateRequest or PduType.AssociateAccept => PduLimits.MaxAssociateLength,
            PduType.Data => PduLimits.MaxDataLength,
            PduType.AssociateReject or PduType.ReleaseRequest or PduType.ReleaseResponse or PduType.Abort => PduLimits.ShortLength,
            _ => -1,
        };
        if (limit < 0)
            return await FireAsync(Evt19, reason: AbortReason.UnrecognizedPdu, problem: "a PDU of an unknown type", cancellationToken: cancellationToken).ConfigureAwait(false);
        if (length == 0 || length > limit)
            return await FireAsync(Evt19, reason: AbortReason.InvalidParameterValue, problem: "a PDU length out of bounds", cancellationToken: cancellationToken).ConfigureAwait(false);
        if (type == PduType.Data)
            return await FireAsync(Evt10, cancellationToken: cancellationToken).ConfigureAwait(false);

        // 4. The body.
        if (!await ArriveAsync((int)length, cancellationToken).ConfigureAwait(false))
            return null;
        Received received;
        try
        {
            received = ReadBody(type, Transport.Buffer.Slice(0, length));
        }
        catch (PduFormatException exception)
        {
            received = new Received(Evt19, Reason: exception.Reason, Problem: exception.Message);
        }
        Transport.Consume(length);
        Remaining = 0;
        return await FireAsync(received.Event, reason: received.Reason, problem: received.Problem, content: received.Content, cancellationToken: cancellationToken).ConfigureAwait(false);
    }

    private readonly record struct Received(UpperLayerEvent Event, object? Content = null, AbortReason Reason = AbortReason.UnexpectedPdu, string Problem = "an unexpected PDU");

    private static Received ReadBody(PduType type, ReadOnlySequence<byte> sequence)
    {
        ReadOnlySpan<byte> body = sequence.IsSingleSegment ? sequence.FirstSpan : sequence.ToArray();
        return type switch
        {
            PduType.AssociateRequest => new Received(Evt6, PduParser.ReadAssociateRequest(body)),
            PduType.AssociateAccept => new Received(Evt3, PduParser.ReadAssociateAccept(body)),
            PduType.AssociateReject => new Received(Evt4, PduParser.ReadAssociateReject(body)),
            PduType.ReleaseRequest => new Received(Evt12),
            PduType.ReleaseResponse => new Received(Evt13),
            PduType.Abort => new Received(Evt16, PduParser.ReadAbort(body)),
            _ => throw new InvalidOperationException("checked with the limit"),
        };
    }

    private (PduType Type, uint Length) ReadHeader()
    {
        Span<byte> header = stackalloc byte[PduLimits.HeaderLength];
        Transport.Buffer.Slice(0, PduLimits.HeaderLength).CopyTo(header);
        Transport.Consume(PduLimits.HeaderLength);
        return ((PduType)header[0], BinaryPrimitives.ReadUInt32BigEndian(header[2..]));
    }

    /// <summary>Waits until <paramref name="count"/> bytes are buffered; false if another event came first and was fired.</summary>
    private async ValueTask<bool> ArriveAsync(int count, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (abortRequested || stopRequested && atRest && State != Sta13)
            {
                // Asked once, a peer may still close by itself; asked again, in Sta13, it is not waited for.
                abortRequested = false;
                await EndAsync(new AssociationEndedException(AssociationEnd.AbortedHere, "the association was stopped here")).ConfigureAwait(false);
                return false;
            }
            switch (await Transport.WaitAsync(count, cancellationToken).ConfigureAwait(false))
            {
                case Arrival.Bytes:
                    return true;
                case Arrival.Closed:
                    await FireAsync(Evt17, end: ConnectionLost(), cancellationToken: cancellationToken).ConfigureAwait(false);
                    return false;
                case Arrival.Interrupted when Transport.TakeExpired():
                    await EndAsync(new AssociationEndedException(AssociationEnd.TimedOut, "the peer was silent for too long")).ConfigureAwait(false);
                    return false;
            }
        }
    }

    /// <summary>Ends what there is at a time-out or a stop: an association is aborted; a connection that has none yet, or none any more, is closed as when ARTIM expires.</summary>
    private async ValueTask EndAsync(AssociationEndedException end) =>
        await FireAsync(State is Sta2 or Sta13 ? Evt18 : Evt15, end: end, cancellationToken: CancellationToken.None).ConfigureAwait(false);

    private AssociationEndedException ConnectionLost() => Transport.TakeExpired()
        ? new AssociationEndedException(AssociationEnd.TimedOut, "the peer did not read for too long")
        : new AssociationEndedException(AssociationEnd.ConnectionClosed, "the connection was closed");

    private void ThrowIfEnded()
    {
        if (State is Sta1 or Sta13)
            throw ended ?? new AssociationEndedException(AssociationEnd.ConnectionClosed, "there is no association");
    }
}
