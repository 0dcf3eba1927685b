using static MedCloud.Dicom.Network.UpperLayerAction;
using static MedCloud.Dicom.Network.UpperLayerEvent;
using static MedCloud.Dicom.Network.UpperLayerState;

namespace MedCloud.Dicom.Network;

/// <summary>The actions of PS3.8 Tables 9-6 to 9-9.</summary>
internal sealed partial class UpperLayer
{
    /// <summary>The events whose actions neither send nor wait.</summary>
    private void Fire(UpperLayerEvent @event)
    {
        var fired = FireAsync(@event);
        if (!fired.IsCompletedSuccessfully)
            throw new InvalidOperationException($"{@event} waits in {State}");
    }

    /// <summary>Does the action of <see cref="StateTable"/> for an event in the present state (PS3.8 Tables 9-6 to 9-9) and goes to the next state.</summary>
    /// <param name="event">The event.</param>
    /// <param name="pdu">What AE-2, AE-7, AE-8, DT-1, AR-1, AR-4, AR-7 and AR-9 send.</param>
    /// <param name="content">What was received with Evt3, Evt4, Evt6 or Evt16.</param>
    /// <param name="reason">What AA-7 and AA-8 give as reason.</param>
    /// <param name="problem">The same in words.</param>
    /// <param name="end">How the association ends, where the event alone does not tell.</param>
    /// <param name="cancellationToken">Ends a write.</param>
    /// <exception cref="InvalidOperationException">The cell is empty: the local user asked for what the state does not allow.</exception>
    private async ValueTask<Indication?> FireAsync(
        UpperLayerEvent @event,
        ReadOnlyMemory<byte> pdu = default,
        object? content = null,
        AbortReason reason = AbortReason.UnexpectedPdu,
        string problem = "an unexpected PDU",
        AssociationEndedException? end = null,
        CancellationToken cancellationToken = default)
    {
        switch (StateTable.ActionFor(@event, State))
        {
            case None:
                ThrowIfEnded();
                throw new InvalidOperationException($"{@event} cannot happen in {State}");

            case AE1:
                // ConnectAsync, its only caller, goes on with the transport connection.
                State = Sta4;
                return null;
            case AE2:
                State = Sta5;
                await WriteAsync(pdu, cancellationToken).ConfigureAwait(false);
                return null;
            case AE3 when content is AssociateAccept answer:
                State = Sta6;
                return new Indication.Accepted(answer);
            case AE4 when content is Rejection refusal:
                Disconnect();
                return new Indication.Rejected(refusal);
            case AE5:
                Transport.StartArtim(artim);
                State = Sta2;
                return null;
            case AE6 when content is AssociateRequest request:
                Transport.StopArtim();
                var decision = negotiate(request);
                if (decision is Negotiated.Rejected { Rejection: { Source: not RejectSource.ServiceUser } rejection })
                {
                    Transport.StartArtim(artim);
                    State = Sta13;
                    await WriteAsync(PduWriter.Write(rejection), cancellationToken).ConfigureAwait(false);
                }
                else
                {
                    State = Sta3;
                }
                return new Indication.AssociateRequested(request, decision);
            case AE7:
                State = Sta6;
                await WriteAsync(pdu, cancellationToken).ConfigureAwait(false);
                return null;
            case AE8:
                Transport.StartArtim(artim);
                State = Sta13;
                await WriteAsync(pdu, cancellationToken).ConfigureAwait(false);
                return null;

            case DT1:
            case AR7:
                await WriteAsync(pdu, cancellationToken).ConfigureAwait(false);
                return null;
            case DT2:
            case AR6:
                return Indication.Data.Instance;

            case AR1:
                State = Sta7;
                await WriteAsync(pdu, cancellationToken).ConfigureAwait(false);
                return null;
            case AR2:
                State = Sta8;
                return new Indication.ReleaseRequested();
            case AR3:
                Disconnect();
                return new Indication.ReleaseConfirmed();
            case AR4:
                Transport.StartArtim(artim);
                State = Sta13;
                await WriteAsync(pdu, cancellationToken).ConfigureAwait(false);
                return null;
            case AR5:
                Transport.StopArtim();
                Disconnect();
                return null;
            case AR8:
                State = requestor ? Sta9 : Sta10;
                return new Indication.ReleaseRequested();
            case AR9:
                State = Sta11;
                await WriteAsync(pdu, cancellationToken).ConfigureAwait(false);
                return null;
            case AR10:
                State = Sta12;
                return new Indication.ReleaseConfirmed();

            case AA1:
                ended ??= end ?? new AssociationEndedException(AssociationEnd.ProtocolViolated, problem);
                Transport.StartArtim(artim);
                State = Sta13;
                await WriteAsync(PduWriter.Write(new Abort(AbortSource.ServiceUser, AbortReason.NotSpecified)), cancellationToken).ConfigureAwait(false);
                return null;
            case AA2:
                opened?.StopArtim();
                ended ??= end ?? AbortedByPeer(content);
                Disconnect();
                return null;
            case AA3:
                ended ??= AbortedByPeer(content);
                Disconnect();
                return null;
            case AA4:
                ended ??= end;
                Disconnect();
                return null;
            case AA5:
                Transport.StopArtim();
                ended ??= end;
                Disconnect();
                return null;
            case AA6:
                return null;
            case AA7:
                await WriteAsync(PduWriter.Write(new Abort(AbortSource.ServiceProvider, reason)), cancellationToken).ConfigureAwait(false);
                return null;
            case AA8:
                ended ??= new AssociationEndedException(AssociationEnd.ProtocolViolated, problem);
                Transport.StartArtim(artim);
                State = Sta13;
                await WriteAsync(PduWriter.Write(new Abort(AbortSource.ServiceProvider, reason)), cancellationToken).ConfigureAwait(false);
                return null;
        }
        throw new InvalidOperationException($"no action for {@event} in {State}");
    }

    private static AssociationEndedException AbortedByPeer(object? content) =>
        new(AssociationEnd.AbortedByPeer, $"the peer aborted: {content as Abort? ?? default}");

    /// <summary>Writes a PDU; a connection that does not take it is a closed one (Evt17).</summary>
    private async ValueTask WriteAsync(ReadOnlyMemory<byte> pdu, CancellationToken cancellationToken)
    {
        if (!await Transport.SendAsync(pdu, cancellationToken).ConfigureAwait(false))
            await FireAsync(Evt17, end: ConnectionLost(), cancellationToken: cancellationToken).ConfigureAwait(false);
    }

    private void Disconnect()
    {
        Dispose();
        State = Sta1;
    }
}
