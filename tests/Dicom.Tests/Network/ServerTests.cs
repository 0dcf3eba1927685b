using System.Net.Sockets;
using System.Security.Cryptography;
using MedCloud.Dicom.Network;

namespace MedCloud.Dicom.Tests.Network;

/// <summary>The server against scripted peers, over loopback.</summary>
public sealed class ServerTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task EchoIsAnswered_InTheRequestsWords()
    {
        await using var server = AServer.Start();
        using var peer = await Peer.AssociateAsync(server.Port);

        await peer.SendAsync(Peer.Data(Peer.Value(5, 3, Peer.EchoCommand(messageId: 0x1234))));

        var response = await peer.ReceiveCommandAsync();
        Assert.Equal(0x8030, response.GetInt32(DicomTags.CommandField));
        Assert.Equal(0x1234, response.GetInt32(DicomTags.MessageIdBeingRespondedTo));
        Assert.Equal(0x0101, response.GetInt32(DicomTags.CommandDataSetType));
        Assert.Equal(0, response.GetInt32(DicomTags.Status));
        Assert.Equal(Peer.Verification, response.GetString(DicomTags.AffectedSopClassUid));
    }

    [Fact]
    public async Task AReleaseIsAnsweredAndTheConnectionClosedAfterThePeers()
    {
        await using var server = AServer.Start();
        using var peer = await Peer.AssociateAsync(server.Port);

        await peer.SendAsync(Peer.Release);

        Assert.Equal(PduType.ReleaseResponse, (await peer.ReceiveAsync())?.Type);
        Assert.Equal("PEER", (await server.NextAsync<AssociationEvent.Released>()).Association.Calling?.Value);
        peer.Socket.Shutdown(SocketShutdown.Send);
        Assert.Null(await peer.ReceiveAsync());
    }

    [Fact]
    public async Task FragmentsOfAnySizeMakeOneDataSet()
    {
        await using var server = AServer.Start();
        using var peer = await Peer.AssociateAsync(server.Port);
        var command = Peer.StoreCommand();

        await peer.SendAsync(
            Peer.Data(Peer.Value(1, 1, command[..3])), // a command in three fragments, odd ones and an empty one among them
            Peer.Data(Peer.Value(1, 1), Peer.Value(1, 3, command[3..])),
            Peer.Data(Peer.Value(1, 0, 1)), // odd PDV lengths
            Peer.Data(Peer.Value(1, 0, 2, 3), Peer.Value(1, 0), Peer.Value(1, 0, 4, 5, 6)),
            Peer.Data(Peer.Value(1, 2)), // an empty last fragment
            Peer.Data(Peer.Value(5, 3, Peer.EchoCommand(2))));

        Assert.Equal(0, (await peer.ReceiveCommandAsync()).GetInt32(DicomTags.Status));
        Assert.Equal(2, (await peer.ReceiveCommandAsync()).GetInt32(DicomTags.MessageIdBeingRespondedTo));
        Assert.Equal([1, 2, 3, 4, 5, 6], server.Received["1.2.3.4"]);
    }

    [Fact]
    public async Task OnePduMayHoldTheEndOfOneMessageAndTheBeginOfTheNext()
    {
        await using var server = AServer.Start();
        using var peer = await Peer.AssociateAsync(server.Port);

        await peer.SendAsync(Peer.Data(
            Peer.Value(3, 3, Peer.StoreCommand(1, sopInstance: "1.2.1")), Peer.Value(3, 2, 7, 7),
            Peer.Value(1, 3, Peer.StoreCommand(2, sopInstance: "1.2.2")), Peer.Value(1, 2, 8)));

        Assert.Equal("1.2.1", (await peer.ReceiveCommandAsync()).GetString(DicomTags.AffectedSopInstanceUid));
        Assert.Equal("1.2.2", (await peer.ReceiveCommandAsync()).GetString(DicomTags.AffectedSopInstanceUid));
        Assert.Equal([7, 7], server.Received["1.2.1"]);
        Assert.Equal([8], server.Received["1.2.2"]);
    }

    [Fact]
    public async Task TheDataSetIsReadWhileItArrives_AndTheHandlerSeesTheContext()
    {
        var seen = new TaskCompletionSource<(StoreRequest Request, byte[] First)>();
        await using var server = AServer.Start(async (request, cancellationToken) =>
        {
            var first = new byte[4];
            await request.DataSet.ReadExactlyAsync(first, cancellationToken);
            seen.SetResult((request, first));
            await request.DataSet.CopyToAsync(Stream.Null, cancellationToken);
            return new StoreResponse(DimseStatus.Success);
        });
        using var peer = await Peer.AssociateAsync(server.Port);

        await peer.SendAsync(Peer.Data(Peer.Value(3, 3, Peer.StoreCommand())), Peer.Data(Peer.Value(3, 0, 1, 2, 3, 4)));
        var (request, first) = await seen.Task.WaitAsync(Cancelled); // the rest has not been sent yet
        await peer.SendAsync(Peer.Data(Peer.Value(3, 2, 5, 6)));

        Assert.Equal(0, (await peer.ReceiveCommandAsync()).GetInt32(DicomTags.Status));
        Assert.Equal([1, 2, 3, 4], first);
        Assert.Equal(Peer.Ct, request.SopClassUid.Value);
        Assert.Equal("1.2.3.4", request.SopInstanceUid.Value);
        Assert.Same(TransferSyntax.ExplicitVrLittleEndian, request.TransferSyntax);
        Assert.Equal("PEER", request.Association.Calling?.Value);
    }

    [Fact]
    public async Task ARefusalWithoutReading_IsAnsweredAfterTheWholeDataSet()
    {
        await using var server = AServer.Start((_, _) => ValueTask.FromResult(new StoreResponse(0xA700, "out of room\\" + new string('x', 100))));
        using var peer = await Peer.AssociateAsync(server.Port);

        await peer.SendAsync(Peer.Data(Peer.Value(1, 3, Peer.StoreCommand())));
        for (var sent = 0; sent < 40; sent++)
            await peer.SendAsync(Peer.Data(Peer.Value(1, 0, new byte[100_000])));
        await peer.SendAsync(Peer.Data(Peer.Value(1, 2, new byte[1])), Peer.Data(Peer.Value(5, 3, Peer.EchoCommand(2))));

        var response = await peer.ReceiveCommandAsync();
        Assert.Equal(0xA700, response.GetInt32(DicomTags.Status));
        Assert.Equal("out of room?" + new string('x', 52), response.GetString(DicomTags.ErrorComment));
        Assert.Equal(2, (await peer.ReceiveCommandAsync()).GetInt32(DicomTags.MessageIdBeingRespondedTo));
    }

    [Fact]
    public async Task AHandlerThatThrows_FailsItsInstanceOnly()
    {
        await using var server = AServer.Start((request, _) => request.SopInstanceUid.Value == "1.2.1" ? throw new InvalidDataException("a bug") : ValueTask.FromResult(new StoreResponse(0)));
        using var peer = await Peer.AssociateAsync(server.Port);

        await peer.SendAsync(Peer.Data(Peer.Value(1, 3, Peer.StoreCommand(1, sopInstance: "1.2.1")), Peer.Value(1, 2, 1, 2)));
        Assert.Equal(0x0110, (await peer.ReceiveCommandAsync()).GetInt32(DicomTags.Status));
        await peer.SendAsync(Peer.Data(Peer.Value(1, 3, Peer.StoreCommand(2, sopInstance: "1.2.2")), Peer.Value(1, 2, 1, 2)));
        Assert.Equal(0, (await peer.ReceiveCommandAsync()).GetInt32(DicomTags.Status));

        Assert.Equal("a bug", (await server.NextAsync<AssociationEvent.HandlerFailed>()).Exception.Message);
    }

    [Theory]
    [InlineData(1, "1.2.840.10008.5.1.4.1.1.4", 0x0122)] // MR in a context for CT
    [InlineData(5, Peer.Verification, 0x0122)] // not a storage class
    public async Task ASopClassThatIsNotTheContexts_IsRefused(int context, string sopClass, int status)
    {
        await using var server = AServer.Start();
        using var peer = await Peer.AssociateAsync(server.Port);

        await peer.SendAsync(Peer.Data(Peer.Value((byte)context, 3, Peer.StoreCommand(sopClass: sopClass)), Peer.Value((byte)context, 2, 1, 2)));

        Assert.Equal(status, (await peer.ReceiveCommandAsync()).GetInt32(DicomTags.Status));
        Assert.Empty(server.Received);
    }

    [Fact]
    public async Task AStoreWithoutInstanceOrDataSet_IsRefused()
    {
        await using var server = AServer.Start();
        using var peer = await Peer.AssociateAsync(server.Port);
        var nameless = Command.StoreRequest(1, Uid.Parse(Peer.Ct), Uid.Parse("1.2"));
        nameless.Set(DicomTags.AffectedSopInstanceUid, "not.a.uid");
        var empty = Command.StoreRequest(2, Uid.Parse(Peer.Ct), Uid.Parse("1.2"));
        empty.SetUInt16(DicomTags.CommandDataSetType, 0x0101);

        await peer.SendAsync(Peer.Data(Peer.Value(1, 3, Command.Encode(nameless)), Peer.Value(1, 2, 1, 2)), Peer.Data(Peer.Value(1, 3, Command.Encode(empty))));

        Assert.Equal(0x0117, (await peer.ReceiveCommandAsync()).GetInt32(DicomTags.Status));
        Assert.Equal(0xC000, (await peer.ReceiveCommandAsync()).GetInt32(DicomTags.Status));
    }

    [Fact]
    public async Task AnOperationOfAnotherService_IsNotRecognized_AndCancelIsIgnored()
    {
        await using var server = AServer.Start();
        using var peer = await Peer.AssociateAsync(server.Port);
        var find = Command.EchoRequest(9);
        find.SetUInt16(DicomTags.CommandField, 0x0020); // C-FIND-RQ
        find.SetUInt16(DicomTags.CommandDataSetType, 1);
        var cancel = Command.EchoRequest(9);
        cancel.SetUInt16(DicomTags.CommandField, 0x0FFF);

        await peer.SendAsync(
            Peer.Data(Peer.Value(1, 3, Command.Encode(find)), Peer.Value(1, 2, 1, 2)),
            Peer.Data(Peer.Value(1, 3, Command.Encode(cancel))),
            Peer.Data(Peer.Value(5, 3, Peer.EchoCommand(10))));

        var response = await peer.ReceiveCommandAsync();
        Assert.Equal((0x8020, 0x0211), (response.GetInt32(DicomTags.CommandField), response.GetInt32(DicomTags.Status)));
        Assert.Equal(10, (await peer.ReceiveCommandAsync()).GetInt32(DicomTags.MessageIdBeingRespondedTo));
    }

    [Fact]
    public async Task AResponseIsCutToThePeersMaximum()
    {
        await using var server = AServer.Start();
        using var peer = await Peer.AssociateAsync(server.Port, maximumLength: 20); // 14 bytes of command a PDU

        await peer.SendAsync(Peer.Data(Peer.Value(5, 3, Peer.EchoCommand(7))));

        var command = new List<byte>();
        byte control;
        do
        {
            var (type, body) = await peer.ReceiveAsync() ?? throw new InvalidOperationException("closed");
            Assert.Equal(PduType.Data, type);
            Assert.InRange(body.Length, 7, 20);
            command.AddRange(body[6..]);
            control = body[5];
        }
        while (control == 1);
        Assert.Equal(3, control);
        Assert.Equal(7, (await Command.DecodeAsync([.. command], command.Count, Cancelled)).GetInt32(DicomTags.MessageIdBeingRespondedTo));
    }

    [Theory]
    [InlineData("SOMEBODY", "PEER", 1, 1, 7)]
    [InlineData("MEDCLOUD", "STRANGER", 1, 1, 3)]
    public async Task ARejectionIsSent_AndNothingElse(string called, string calling, int result, int source, int reason)
    {
        await using var server = AServer.Start(configure: options => options with { CallingAeTitles = new HashSet<AeTitle> { AeTitle.Parse("PEER") } });
        using var peer = await Peer.ConnectAsync(server.Port);

        await peer.SendAsync(Peer.Request(called, calling));

        var (type, body) = await peer.ReceiveAsync() ?? throw new InvalidOperationException("closed");
        Assert.Equal(PduType.AssociateReject, type);
        Assert.Equal([0, (byte)result, (byte)source, (byte)reason], body);
        Assert.Equal((byte)reason, (await server.NextAsync<AssociationEvent.Rejected>()).Rejection.Reason);
        await peer.SendAsync(Peer.Data(Peer.Value(5, 3, Peer.EchoCommand()))); // AA-6: ignored
        peer.Socket.Shutdown(SocketShutdown.Send);
        Assert.Null(await peer.ReceiveAsync());
    }

    [Fact]
    public async Task OneAssociationTooManyIsRejected_AndWelcomeOnceAnotherHasGone()
    {
        await using var server = AServer.Start(configure: options => options with { MaxAssociations = 2 });
        using var first = await Peer.AssociateAsync(server.Port);
        using var second = await Peer.AssociateAsync(server.Port);
        using var third = await Peer.ConnectAsync(server.Port);

        await third.SendAsync(Peer.Request("MEDCLOUD"));
        Assert.Equal([0, 2, 3, 2], (await third.ReceiveAsync())?.Body);
        await first.SendAsync(Peer.Release);
        await server.NextAsync<AssociationEvent.Released>();
        first.Dispose();
        third.Dispose();

        using var fourth = await Peer.AssociateAsync(server.Port);
        await fourth.SendAsync(Peer.Data(Peer.Value(5, 3, Peer.EchoCommand())));
        Assert.Equal(0, (await fourth.ReceiveCommandAsync()).GetInt32(DicomTags.Status));
    }

    [Fact]
    public async Task APeerThatDoesNotReadItsAnswersOrIsSlowHoldsUpNobody()
    {
        var entered = new SemaphoreSlim(0);
        var go = new TaskCompletionSource();
        await using var server = AServer.Start(async (request, cancellationToken) =>
        {
            if (request.SopInstanceUid.Value == "1.2.1")
            {
                entered.Release();
                await go.Task.WaitAsync(cancellationToken); // a handler that hangs on this instance
            }
            await request.DataSet.CopyToAsync(Stream.Null, cancellationToken);
            return new StoreResponse(DimseStatus.Success);
        });
        using var hanging = await Peer.AssociateAsync(server.Port);
        await hanging.SendAsync(Peer.Data(Peer.Value(1, 3, Peer.StoreCommand(sopInstance: "1.2.1")), Peer.Value(1, 0, 1, 2)));
        await entered.WaitAsync(Cancelled);
        using var halfOpen = await Peer.ConnectAsync(server.Port);
        using var silent = await Peer.AssociateAsync(server.Port);

        for (var round = 0; round < 20; round++)
        {
            using var peer = await Peer.AssociateAsync(server.Port);
            await peer.SendAsync(Peer.Data(Peer.Value(1, 3, Peer.StoreCommand(sopInstance: "1.2.2")), Peer.Value(1, 2, 1, 2)));
            Assert.Equal(0, (await peer.ReceiveCommandAsync()).GetInt32(DicomTags.Status));
            await peer.SendAsync(Peer.Release);
            Assert.Equal(PduType.ReleaseResponse, (await peer.ReceiveAsync())?.Type);
        }

        go.SetResult();
        await hanging.SendAsync(Peer.Data(Peer.Value(1, 2, 3, 4)));
        Assert.Equal(0, (await hanging.ReceiveCommandAsync()).GetInt32(DicomTags.Status));
    }

    [Fact]
    public async Task AHandlerThatDoesNotReadHoldsBackItsSender()
    {
        var go = new TaskCompletionSource();
        await using var server = AServer.Start(async (request, cancellationToken) =>
        {
            await go.Task.WaitAsync(cancellationToken);
            var digest = await SHA256.HashDataAsync(request.DataSet, cancellationToken);
            return new StoreResponse(0xB000, Convert.ToHexString(digest)[..64]);
        });
        using var peer = await Peer.AssociateAsync(server.Port);
        var block = new byte[100_000];
        new Random(5).NextBytes(block);
        var pdu = Peer.Data(Peer.Value(1, 0, block));
        await peer.SendAsync(Peer.Data(Peer.Value(1, 3, Peer.StoreCommand())));

        // The sender stops when the buffers of the kernel are full; the server itself takes one buffer of 128 KiB.
        peer.Socket.Blocking = false;
        var sent = 0L;
        var pending = new ArraySegment<byte>(pdu);
        while (peer.Socket.Poll(TimeSpan.FromMilliseconds(500), SelectMode.SelectWrite) && sent < 200_000_000)
        {
            var count = peer.Socket.Send(pending, SocketFlags.None, out _);
            sent += count;
            pending = count == pending.Count ? pdu : pending[count..];
        }
        peer.Socket.Blocking = true;
        Assert.InRange(sent, 1, 100_000_000);

        go.SetResult();
        await peer.SendAsync(pending.Count == pdu.Length ? [] : pending.ToArray(), Peer.Data(Peer.Value(1, 2)));
        var blocks = (sent + pdu.Length - 1) / pdu.Length;
        using var hash = IncrementalHash.CreateHash(HashAlgorithmName.SHA256);
        for (var index = 0; index < blocks; index++)
            hash.AppendData(block);
        Assert.Equal(Convert.ToHexString(hash.GetHashAndReset()), (await peer.ReceiveCommandAsync()).GetString(DicomTags.ErrorComment));
    }

    [Fact]
    public async Task ConnectionsThatAskForNothing_AreBounded_AndTheNextOneWaits()
    {
        await using var server = AServer.Start(configure: options => options with { MaxAssociations = 1 });
        var silent = new List<Peer>();
        for (var count = 0; count < 51; count++) // the association and 50 more
            silent.Add(await Peer.ConnectAsync(server.Port));
        using var next = await Peer.ConnectAsync(server.Port);
        await next.SendAsync(Peer.Request("MEDCLOUD"));

        // The one association is still to be had: the request that was sent before is not read yet.
        await silent[0].SendAsync(Peer.Request("MEDCLOUD"));
        Assert.Equal(PduType.AssociateAccept, (await silent[0].ReceiveAsync())?.Type);
        await silent[0].SendAsync(Peer.Release);
        await server.NextAsync<AssociationEvent.Released>();
        silent[0].Dispose();

        Assert.Equal(PduType.AssociateAccept, (await next.ReceiveAsync())?.Type);
        silent.ForEach(peer => peer.Dispose());
    }

    [Fact]
    public async Task TwoServersOnOnePort_TheSecondSaysSo()
    {
        await using var server = AServer.Start();

        var exception = Assert.Throws<SocketException>(() => AServer.Start(configure: options => options with { EndPoint = new(options.EndPoint.Address, server.Port) }));

        Assert.Equal(SocketError.AddressAlreadyInUse, exception.SocketErrorCode);
    }
}
