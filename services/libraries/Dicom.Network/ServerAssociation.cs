using System.Diagnostics;
using System.Net;
using System.Net.Sockets;

namespace MedCloud.Dicom.Network;

/// <summary>One association of a server, from the connection to its end.</summary>
/// <param name="socket">The connection; owned.</param>
/// <param name="options">The server's.</param>
/// <param name="slots">The associations allowed.</param>
/// <param name="store">Takes instances.</param>
/// <param name="observe">Is told what happens.</param>
/// <param name="timeProvider">Drives the time-outs.</param>
/// <param name="aborted">Tells the handler that the server ends all associations.</param>
internal sealed class ServerAssociation(
    Socket socket,
    DicomServerOptions options,
    AssociationSlots slots,
    StoreHandler store,
    Action<AssociationEvent> observe,
    TimeProvider timeProvider,
    CancellationToken aborted)
{
    private static readonly ActivitySource Traced = new("MedCloud.Dicom.Network");

    private readonly Lock gate = new();
    private UpperLayer? upper;
    private bool stop;
    private bool abort;
    private bool holdsSlot;

    /// <summary>Ends it as soon as no operation is under way.</summary>
    public void RequestStop()
    {
        lock (gate)
        {
            stop = true;
            upper?.RequestStop();
        }
    }

    /// <summary>Ends it now; the data set under way ends with an error.</summary>
    public void RequestAbort()
    {
        lock (gate)
        {
            abort = true;
            upper?.RequestAbort();
        }
    }

    /// <summary>Serves the peer until the connection is closed.</summary>
    public async Task RunAsync()
    {
        var info = new AssociationInfo(null, null);
        UpperLayer layer;
        try
        {
            info = info with { Remote = socket.RemoteEndPoint };
            layer = Open();
        }
        catch (Exception exception) when (exception is SocketException or IOException or ObjectDisposedException)
        {
            // The peer reset the connection before it was looked at.
            socket.Dispose();
            observe(new AssociationEvent.Ended(info, AssociationEnd.ConnectionClosed, "the connection was closed"));
            return;
        }
        using (layer)
            await RunAsync(layer, info).ConfigureAwait(false);
    }

    private async Task RunAsync(UpperLayer layer, AssociationInfo info)
    {
        try
        {
            if (await layer.ReceiveAsync(CancellationToken.None).ConfigureAwait(false) is not Indication.AssociateRequested requested)
                throw new InvalidOperationException("the state table lets nothing else through in Sta2");
            info = info with { Calling = AeTitle.TryParse(requested.Request.CallingAeTitle, out var calling) ? calling : null };
            switch (requested.Decision)
            {
                case Negotiated.Rejected { Rejection: var rejection }:
                    observe(new AssociationEvent.Rejected(info, rejection));
                    // A rejection by the service provider is out already (AE-6).
                    if (layer.State == UpperLayerState.Sta3)
                        await layer.RejectAsync(rejection, CancellationToken.None).ConfigureAwait(false);
                    break;
                case Negotiated.Accepted accepted:
                    using (Traced.StartActivity("association", ActivityKind.Server))
                    {
                        observe(new AssociationEvent.Accepted(info, accepted.Contexts.Count, requested.Request.Contexts.Count));
                        await layer.AcceptAsync(accepted.Answer, CancellationToken.None).ConfigureAwait(false);
                        await ServeAsync(layer, accepted, info).ConfigureAwait(false);
                    }

                    observe(new AssociationEvent.Released(info));
                    break;
            }
        }
        catch (AssociationEndedException exception)
        {
            observe(new AssociationEvent.Ended(info, exception.End, exception.Message));
        }
        catch (Exception exception)
        {
            // The edge of this flow: a fault of ours ends this association and no other.
            observe(new AssociationEvent.Failed(info, exception));
            await layer.AbortAsync(AssociationEnd.AbortedHere, "internal fault").ConfigureAwait(false);
        }
        GiveSlotBack();
        await layer.CloseAsync().ConfigureAwait(false);
    }

    /// <summary>Answers one command after the other until the peer asks for release.</summary>
    private async Task ServeAsync(UpperLayer layer, Negotiated.Accepted accepted, AssociationInfo info)
    {
        var reader = new MessageReader(layer, accepted.Contexts);
        var writer = new MessageWriter(layer, accepted.MaxDataLength);
        while (true)
        {
            layer.AtRest = true;
            var command = await reader.ReadCommandAsync(CancellationToken.None).ConfigureAwait(false);
            layer.AtRest = false;
            if (command is null)
            {
                await layer.AnswerReleaseAsync(CancellationToken.None).ConfigureAwait(false);
                return;
            }
            if (command.IsResponse)
                throw await layer.RefuseMessageAsync("a response to nothing").ConfigureAwait(false);

            var response = command.Field switch
            {
                CommandField.EchoRequest => new StoreResponse(DimseStatus.Success),
                CommandField.StoreRequest => await StoreAsync(reader, command, info).ConfigureAwait(false),
                _ => new StoreResponse(DimseStatus.UnrecognizedOperation),
            };
            await reader.DrainDataSetAsync(CancellationToken.None).ConfigureAwait(false);
            // One operation at a time is under way, so by now there is nothing to cancel; C-CANCEL has no response (PS3.7 9.3.2.3).
            if (command.Field != CommandField.CancelRequest)
                await writer.SendAsync(command.Context, command.Response(response.Status, response.ErrorComment), CancellationToken.None).ConfigureAwait(false);
        }
    }

    private async ValueTask<StoreResponse> StoreAsync(MessageReader reader, Command command, AssociationInfo info)
    {
        if (command.Elements.GetString(DicomTags.AffectedSopClassUid) != command.Context.AbstractSyntax.Value || !SopClasses.IsStorage(command.Context.AbstractSyntax.Value))
            return new StoreResponse(DimseStatus.SopClassNotSupported, "SOP class is not that of the presentation context");
        if (!Uid.TryParse(command.Elements.GetString(DicomTags.AffectedSopInstanceUid), out var sopInstance))
            return new StoreResponse(DimseStatus.InvalidSopInstance, "Affected SOP Instance UID is missing or invalid");
        if (!command.HasDataSet)
            return new StoreResponse(DimseStatus.CannotUnderstand, "C-STORE without a data set");

        var dataSet = new DataSetStream(reader);
        await using (dataSet.ConfigureAwait(false))
        {
            try
            {
                return await store(new StoreRequest(info, command.Context.AbstractSyntax, sopInstance, command.Context.TransferSyntax, dataSet), aborted).ConfigureAwait(false);
            }
            catch (OperationCanceledException) when (aborted.IsCancellationRequested)
            {
                return new StoreResponse(DimseStatus.ProcessingFailure, "the server stops");
            }
            catch (Exception exception) when (exception is not AssociationEndedException)
            {
                // The handler's bug or broken dependency is this instance's failure, told to both sides; the association goes on.
                observe(new AssociationEvent.HandlerFailed(info, exception));
                return new StoreResponse(DimseStatus.ProcessingFailure, "processing failure");
            }
        }
    }

    private UpperLayer Open()
    {
        lock (gate)
        {
            var opened = upper = UpperLayer.Accept(socket, options.IdleTimeout, options.Artim, Decide, timeProvider);
            if (stop)
                opened.RequestStop();
            if (abort)
                opened.RequestAbort();
            return opened;
        }
    }

    private Negotiated Decide(AssociateRequest request)
    {
        holdsSlot = slots.TryTake();
        var decision = Negotiation.Accept(request, new AcceptancePolicy(options.AeTitle, options.CallingAeTitles, IsAddressAllowed(), LimitReached: !holdsSlot));
        if (decision is Negotiated.Rejected)
            GiveSlotBack();
        return decision;
    }

    private bool IsAddressAllowed()
    {
        if (options.CallingAddresses.Count == 0)
            return true;
        if (socket.RemoteEndPoint is not IPEndPoint { Address: var address })
            return false;
        // A socket that listens on :: shows IPv4 peers as ::ffff:a.b.c.d.
        var peer = address.IsIPv4MappedToIPv6 ? address.MapToIPv4() : address;
        return options.CallingAddresses.Any(network => network.Contains(peer));
    }

    private void GiveSlotBack()
    {
        if (holdsSlot)
            slots.GiveBack();
        holdsSlot = false;
    }
}
