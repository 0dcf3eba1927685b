using System.Net.Sockets;
using MedCloud.Dicom.Network;

namespace MedCloud.Dicom.Tests.Network;

/// <summary>Peers that break the protocol, are silent or go away: each costs itself its association and nobody else anything.</summary>
public sealed class BadPeerTests
{
    private static readonly TimeSpan Artim = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Idle = TimeSpan.FromMinutes(5);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task AConnectionThatSendsNothing_IsClosedByArtim()
    {
        var time = new ArmedTimeProvider();
        await using var server = AServer.Start(time: time);
        using var peer = await Peer.ConnectAsync(server.Port);
        var closed = peer.ReceiveAsync();
        await time.ArmedAsync(Artim);

        time.Advance(Artim - TimeSpan.FromMilliseconds(1));
        Assert.False(closed.IsCompleted);
        time.Advance(TimeSpan.FromMilliseconds(1));

        Assert.Null(await closed);
        var ended = await server.NextAsync<AssociationEvent.Ended>();
        Assert.Equal(AssociationEnd.TimedOut, ended.End);
        Assert.Null(ended.Association.Calling);
    }

    [Fact]
    public async Task AnEndedAssociationThatThePeerDoesNotClose_IsClosedByArtim()
    {
        var time = new ArmedTimeProvider();
        await using var server = AServer.Start(time: time);
        using var peer = await Peer.ConnectAsync(server.Port);
        await time.ArmedAsync(Artim);
        await peer.SendAsync(Peer.Request("SOMEBODY"));
        Assert.Equal(PduType.AssociateReject, (await peer.ReceiveAsync())?.Type);
        await time.ArmedAsync(Artim);

        time.Advance(Artim);

        Assert.Null(await peer.ReceiveAsync());
    }

    [Fact]
    public async Task ASilentPeer_IsAbortedByTheIdleTimer_WhichStartsAnewWithEachArrival()
    {
        var time = new ArmedTimeProvider();
        await using var server = AServer.Start(time: time);
        using var peer = await Peer.AssociateAsync(server.Port);
        await time.ArmedAsync(Idle);

        // An exchange may take many times the idle time-out, as long as something comes.
        await peer.SendAsync(Peer.Data(Peer.Value(1, 3, Peer.StoreCommand())));
        for (byte part = 0; part < 10; part++)
        {
            await time.ArmedAsync(Idle);
            time.Advance(Idle - TimeSpan.FromSeconds(1));
            await peer.SendAsync(Peer.Data(Peer.Value(1, (byte)(part == 9 ? 2 : 0), part)));
        }
        Assert.Equal(0, (await peer.ReceiveCommandAsync()).GetInt32(DicomTags.Status));
        Assert.Equal([0, 1, 2, 3, 4, 5, 6, 7, 8, 9], server.Received["1.2.3.4"]);

        await time.ArmedAsync(Idle);
        time.Advance(Idle);

        Assert.Equal((0, 0), await peer.ReceiveAbortAsync());
        Assert.Equal(AssociationEnd.TimedOut, (await server.NextAsync<AssociationEvent.Ended>()).End);
    }

    [Fact]
    public async Task SilenceWithinADataSet_EndsTheHandlersStreamWithAnError()
    {
        var time = new ArmedTimeProvider();
        var failure = new TaskCompletionSource<Exception>();
        await using var server = AServer.Start(ReadOrFail(failure), time: time);
        using var peer = await Peer.AssociateAsync(server.Port);
        await time.ArmedAsync(Idle);
        await peer.SendAsync(Peer.Data(Peer.Value(1, 3, Peer.StoreCommand()), Peer.Value(1, 0, 1, 2)));
        await time.ArmedAsync(Idle);

        time.Advance(Idle);

        Assert.Equal(AssociationEnd.TimedOut, Assert.IsType<AssociationEndedException>(await failure.Task.WaitAsync(Cancelled)).End);
        Assert.Equal((0, 0), await peer.ReceiveAbortAsync());
    }

    [Fact]
    public async Task APeerThatDoesNotReadItsAnswers_IsCutOffByTheIdleTimer()
    {
        var time = new ArmedTimeProvider();
        await using var server = AServer.Start(time: time, configure: options => options with { IdleTimeout = TimeSpan.FromSeconds(77) });
        using var peer = await Peer.ConnectAsync(server.Port);
        peer.Socket.ReceiveBufferSize = 4096;
        await peer.SendAsync(Peer.Request("MEDCLOUD"));
        Assert.Equal(PduType.AssociateAccept, (await peer.ReceiveAsync())?.Type);

        // Echoes without end: when nobody reads the answers, the server's write waits, then the peer's.
        var echoes = Enumerable.Repeat(Peer.Data(Peer.Value(5, 3, Peer.EchoCommand())), 500).SelectMany(pdu => pdu).ToArray();
        peer.Socket.Blocking = false;
        while (peer.Socket.Poll(TimeSpan.FromMilliseconds(500), SelectMode.SelectWrite))
            peer.Socket.Send(echoes, SocketFlags.None, out _);

        // On a busy machine the server may not have come to the write that waits: the clock goes on until it has.
        var ended = server.NextAsync<AssociationEvent.Ended>();
        using var tick = new PeriodicTimer(TimeSpan.FromMilliseconds(20));
        while (!ended.IsCompleted && await tick.WaitForNextTickAsync(Cancelled))
            time.Advance(TimeSpan.FromSeconds(77));
        Assert.Equal(AssociationEnd.TimedOut, (await ended).End);
    }

    [Fact]
    public async Task AnAbortWithinADataSet_EndsTheHandlersStreamWithAnError()
    {
        var failure = new TaskCompletionSource<Exception>();
        await using var server = AServer.Start(ReadOrFail(failure));
        using var peer = await Peer.AssociateAsync(server.Port);

        await peer.SendAsync(Peer.Data(Peer.Value(1, 3, Peer.StoreCommand()), Peer.Value(1, 0, 1, 2)), Peer.AbortByUser);

        Assert.Equal(AssociationEnd.AbortedByPeer, Assert.IsType<AssociationEndedException>(await failure.Task.WaitAsync(Cancelled)).End);
        Assert.Equal(AssociationEnd.AbortedByPeer, (await server.NextAsync<AssociationEvent.Ended>()).End);
        Assert.Null(await peer.ReceiveAsync());
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task AConnectionLostWithinADataSet_EndsTheHandlersStreamWithAnError(bool reset)
    {
        var failure = new TaskCompletionSource<Exception>();
        await using var server = AServer.Start(ReadOrFail(failure));
        using var peer = await Peer.AssociateAsync(server.Port);
        await peer.SendAsync(Peer.Data(Peer.Value(1, 3, Peer.StoreCommand()), Peer.Value(1, 0, 1, 2)));

        if (reset)
            peer.Socket.LingerState = new LingerOption(true, 0);
        peer.Socket.Close();

        Assert.Equal(AssociationEnd.ConnectionClosed, Assert.IsType<AssociationEndedException>(await failure.Task.WaitAsync(Cancelled)).End);
    }

    public static TheoryData<string, byte[], int> BrokenPdus() => new()
    {
        { "P-DATA-TF of length 0", Peer.Pdu(0x04, 0), 6 },
        { "P-DATA-TF of 4 GiB", Peer.Pdu(0x04, uint.MaxValue, 1, 2, 3), 6 },
        { "P-DATA-TF one byte over our maximum", Peer.Pdu(0x04, 131073, 1), 6 },
        { "A-ASSOCIATE-RQ of 4 GiB", Peer.Pdu(0x01, uint.MaxValue), 6 },
        { "A-RELEASE-RQ of length 8", Peer.Pdu(0x05, 8, new byte[8]), 6 },
        { "A-ABORT of length 0", Peer.Pdu(0x07, 0), 6 },
        { "PDU type 0", Peer.Pdu(0x00, 4, new byte[4]), 1 },
        { "PDU type 255 of 4 GiB", Peer.Pdu(0xFF, uint.MaxValue), 1 },
        { "HTTP", "GET / HTTP/1.1\r\n\r\n"u8.ToArray(), 1 },
        { "a PDU that ends within a PDV header", Peer.Pdu(0x04, 5, 0, 0, 0, 2, 1), 6 },
        { "a PDV length of 0", Peer.Pdu(0x04, 6, 0, 0, 0, 0, 1, 3), 6 },
        { "a PDV length of 1", Peer.Pdu(0x04, 6, 0, 0, 0, 1, 1, 3), 6 },
        { "a PDV longer than its PDU", Peer.Pdu(0x04, 6, 0, 0, 0, 3, 1, 3), 6 },
        { "a PDV of 4 GiB", Peer.Pdu(0x04, 6, 0xFF, 0xFF, 0xFF, 0xFF, 1, 3), 6 },
        { "a context that was not proposed", Peer.Data(Peer.Value(7, 3, Peer.EchoCommand())), 6 },
        { "an even context", Peer.Data(Peer.Value(2, 3, Peer.EchoCommand())), 6 },
        { "a data set without a command", Peer.Data(Peer.Value(1, 2, 1, 2)), 5 },
        { "a command in two contexts", Peer.Data(Peer.Value(1, 1, Peer.EchoCommand()), Peer.Value(3, 3)), 5 },
        { "a data set in another context", Peer.Data(Peer.Value(1, 3, Peer.StoreCommand()), Peer.Value(3, 2, 1, 2)), 5 },
        { "a command within a data set", Peer.Data(Peer.Value(1, 3, Peer.StoreCommand()), Peer.Value(1, 0, 1, 2), Peer.Value(1, 3, Peer.EchoCommand())), 5 },
        { "a second association request", Peer.Request("MEDCLOUD"), 2 },
    };

    [Theory]
    [MemberData(nameof(BrokenPdus))]
    public async Task APduThatBreaksTheProtocol_IsAnsweredByAProviderAbort(string what, byte[] pdu, int reason)
    {
        await using var server = AServer.Start();
        using var peer = await Peer.AssociateAsync(server.Port);

        await peer.SendAsync(pdu);

        Assert.Equal((what, (2, reason)), (what, await peer.ReceiveAbortAsync()));
        Assert.Equal(AssociationEnd.ProtocolViolated, (await server.NextAsync<AssociationEvent.Ended>()).End);
        Assert.Empty(server.Received);
        peer.Socket.Shutdown(SocketShutdown.Send);
        Assert.Null(await peer.ReceiveAsync());
    }

    public static TheoryData<string, byte[]> BrokenMessages() => new()
    {
        { "an empty command", Peer.Value(5, 3) },
        { "a command without message ID", Peer.Value(5, 3, Without(DicomTags.MessageId)) },
        { "a command without field", Peer.Value(5, 3, Without(DicomTags.CommandField)) },
        { "a command without data set type", Peer.Value(5, 3, Without(DicomTags.CommandDataSetType)) },
        { "a command cut off", Peer.Value(5, 3, Peer.EchoCommand()[..^3]) },
        { "a command with a length of 4 GiB", Peer.Value(5, 3, 0, 0, 0, 1, 0xFF, 0xFF, 0xFF, 0x7F) },
        { "a command over the limit", Peer.Value(5, 1, new byte[20_000]) },
        { "a response", Peer.Value(5, 3, Command.Encode(new Command(new AcceptedContext(5, SopClasses.Verification, TransferSyntax.ImplicitVrLittleEndian), Command.EchoRequest(1)).Response(0))) },
    };

    [Theory]
    [MemberData(nameof(BrokenMessages))]
    public async Task AMessageThatBreaksTheProtocol_IsAnsweredByAUserAbort(string what, byte[] value)
    {
        await using var server = AServer.Start();
        using var peer = await Peer.AssociateAsync(server.Port);

        await peer.SendAsync(Peer.Data(value));

        Assert.Equal((what, (0, 0)), (what, await peer.ReceiveAbortAsync()));
        Assert.Equal(AssociationEnd.ProtocolViolated, (await server.NextAsync<AssociationEvent.Ended>()).End);
    }

    [Fact]
    public async Task AReleaseWithinADataSet_IsAnAbort_AndNothingIsStored()
    {
        var failure = new TaskCompletionSource<Exception>();
        await using var server = AServer.Start(ReadOrFail(failure));
        using var peer = await Peer.AssociateAsync(server.Port);

        await peer.SendAsync(Peer.Data(Peer.Value(1, 3, Peer.StoreCommand()), Peer.Value(1, 0, 1, 2)), Peer.Release);

        Assert.Equal((0, 0), await peer.ReceiveAbortAsync());
        Assert.Equal(AssociationEnd.ProtocolViolated, Assert.IsType<AssociationEndedException>(await failure.Task.WaitAsync(Cancelled)).End);
    }

    [Fact]
    public async Task ABodyThatCannotBeRead_IsAnInvalidPdu()
    {
        await using var server = AServer.Start();
        using var peer = await Peer.ConnectAsync(server.Port);
        var request = Peer.Request("MEDCLOUD");
        request[6 + 97] = 2; // an even presentation context ID

        await peer.SendAsync(request);

        Assert.Equal((0, 0), await peer.ReceiveAbortAsync()); // AA-1 in Sta2
        Assert.Equal("even presentation context ID", (await server.NextAsync<AssociationEvent.Ended>()).Reason);
    }

    private static byte[] Without(DicomTag tag)
    {
        var elements = new DataSet();
        foreach (var element in Command.EchoRequest(1))
        {
            if (element.Tag != tag)
                elements.Set(element);
        }
        return Command.Encode(elements);
    }

    private static StoreHandler ReadOrFail(TaskCompletionSource<Exception> failure) => async (request, cancellationToken) =>
    {
        try
        {
            await request.DataSet.CopyToAsync(Stream.Null, cancellationToken);
        }
        catch (Exception exception)
        {
            failure.SetResult(exception);
            throw;
        }
        return new StoreResponse(DimseStatus.Success);
    };
}
