using System.Net;
using System.Net.Sockets;
using MedCloud.Dicom.Network;

namespace MedCloud.Dicom.Tests.Network;

/// <summary>The client against our own server and against scripted peers.</summary>
public sealed class ClientTests
{
    private static readonly AeTitle Us = AeTitle.Parse("SENDER");
    private static readonly AeTitle Them = AeTitle.Parse("MEDCLOUD");
    private static readonly Uid Ct = Uid.Parse(Peer.Ct);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0)]
    [InlineData(1)]
    [InlineData(131065)]
    [InlineData(131066)] // exactly one full fragment
    [InlineData(131067)]
    [InlineData(262132)] // exactly two
    [InlineData(3_000_001)]
    public async Task ADataSetOfAnySize_ArrivesByteForByte(int length)
    {
        await using var server = AServer.Start();
        await using var client = await ConnectAsync(server.Port);
        var bytes = new byte[length];
        new Random(length).NextBytes(bytes);

        var response = await client.StoreAsync(Ct, Uid.Parse("1.2.3"), TransferSyntax.RleLossless, new MemoryStream(bytes), Cancelled);

        Assert.Equal(new StoreResponse(0), response);
        Assert.True(response.IsStored);
        Assert.Equal(bytes, server.Received["1.2.3"]);
        await client.ReleaseAsync(Cancelled);
        await server.NextAsync<AssociationEvent.Released>();
    }

    [Fact]
    public async Task EchoAndManyStores_GoOverOneAssociation()
    {
        await using var server = AServer.Start();
        await using var client = await ConnectAsync(server.Port);

        Assert.Equal(0, await client.EchoAsync(Cancelled));
        for (var index = 0; index < 100; index++)
            Assert.True((await client.StoreAsync(Ct, Uid.Parse($"1.2.{index}"), TransferSyntax.ImplicitVrLittleEndian, new MemoryStream([(byte)index]), Cancelled)).IsStored);

        Assert.Equal(100, server.Received.Count);
        Assert.Equal([99], server.Received["1.2.99"]);
    }

    [Fact]
    public async Task TheContextsThatWereRefusedAreNotThere()
    {
        await using var server = AServer.Start();
        await using var client = await DicomClient.ConnectAsync(
            new IPEndPoint(IPAddress.Loopback, server.Port), Us, Them,
            [new ProposedContext(Uid.Parse("1.2.840.10008.5.1.4.1.2.2.1"), TransferSyntax.ImplicitVrLittleEndian), new ProposedContext(Ct, TransferSyntax.JpegBaseline)],
            cancellationToken: Cancelled);

        Assert.Equal([new AcceptedContext(3, Ct, TransferSyntax.JpegBaseline)], client.Contexts);
        Assert.Null(client.FindContext(Ct, TransferSyntax.ImplicitVrLittleEndian));
        await Assert.ThrowsAsync<InvalidOperationException>(() => client.StoreAsync(Ct, Uid.Parse("1.2"), TransferSyntax.ImplicitVrLittleEndian, Stream.Null, Cancelled));
        await Assert.ThrowsAsync<InvalidOperationException>(() => client.EchoAsync(Cancelled));
    }

    [Fact]
    public async Task ARefusalComesWithItsSentence()
    {
        await using var server = AServer.Start((_, _) => ValueTask.FromResult(new StoreResponse(0xA900, "the data set is of another study")));
        await using var client = await ConnectAsync(server.Port);

        var response = await client.StoreAsync(Ct, Uid.Parse("1.2"), TransferSyntax.ImplicitVrLittleEndian, new MemoryStream(new byte[500_000]), Cancelled);

        Assert.Equal(new StoreResponse(0xA900, "the data set is of another study"), response);
        Assert.False(response.IsStored);
    }

    [Theory]
    [InlineData(0x0000, true)]
    [InlineData(0xB000, true)]
    [InlineData(0xB006, true)]
    [InlineData(0xB007, true)]
    [InlineData(0x0107, true)]
    [InlineData(0x0110, false)]
    [InlineData(0x0111, false)]
    [InlineData(0xA700, false)]
    [InlineData(0xC000, false)]
    public void IsStored_WarningsCountAsStored(int status, bool stored) => Assert.Equal(stored, new StoreResponse((ushort)status).IsStored);

    [Fact]
    public async Task ARejectionIsThrownWithItsReason()
    {
        await using var server = AServer.Start();

        var exception = await Assert.ThrowsAsync<AssociationRejectedException>(() => DicomClient.ConnectAsync(
            new IPEndPoint(IPAddress.Loopback, server.Port), Us, AeTitle.Parse("NOBODY"), [new ProposedContext(Ct, TransferSyntax.ImplicitVrLittleEndian)], cancellationToken: Cancelled));

        Assert.Equal(Rejection.CalledAeTitleNotRecognized, exception.Rejection);
        Assert.Equal("the association was rejected: 1,1,7 called AE title not recognized", exception.Message);
    }

    [Fact]
    public async Task NobodyListens_IsASocketException()
    {
        int port;
        await using (var server = AServer.Start())
            port = server.Port;

        var exception = await Assert.ThrowsAsync<SocketException>(() => ConnectAsync(port));

        Assert.Equal(SocketError.ConnectionRefused, exception.SocketErrorCode);
    }

    [Fact]
    public async Task DisposeWithoutRelease_Aborts()
    {
        await using var server = AServer.Start();
        await using (await ConnectAsync(server.Port))
        {
        }

        Assert.Equal(AssociationEnd.AbortedByPeer, (await server.NextAsync<AssociationEvent.Ended>()).End);
    }

    [Fact]
    public async Task ASmallMaximumOfThePeer_IsKeptTo()
    {
        var (peer, client) = await AcceptedByPeerAsync(maximumLength: 1001);
        using var scripted = peer;
        await using var connected = client;

        var store = client.StoreAsync(Ct, Uid.Parse("1.2"), TransferSyntax.ImplicitVrLittleEndian, new MemoryStream(new byte[2500]), Cancelled);

        Assert.Equal(1, (await peer.ReceiveCommandAsync()).GetInt32(DicomTags.CommandField));
        var fragments = new List<(int Length, byte Control)>();
        do
        {
            var (type, body) = await peer.ReceiveAsync() ?? throw new InvalidOperationException("closed");
            Assert.Equal(PduType.Data, type);
            fragments.Add((body.Length - 6, body[5]));
        }
        while (fragments[^1].Control == 0);
        Assert.Equal([(994, 0), (994, 0), (512, 2)], fragments);

        await peer.SendAsync(Peer.Data(Peer.Value(1, 3, Response(0x8001, 1, 0))));
        Assert.Equal(0, (await store).Status);
        peer.Dispose();
    }

    [Theory]
    [InlineData(0x8030, 1, 0x0101)] // an echo's
    [InlineData(0x8001, 2, 0x0101)] // to another message
    [InlineData(0x8001, 1, 0x0000)] // with a data set
    [InlineData(0x0001, 1, 0x0101)] // a request
    public async Task AResponseThatIsNone_EndsTheAssociation(int field, int messageId, int dataSetType)
    {
        var (peer, client) = await AcceptedByPeerAsync();
        using var scripted = peer;
        await using var connected = client;

        var store = client.StoreAsync(Ct, Uid.Parse("1.2"), TransferSyntax.ImplicitVrLittleEndian, new MemoryStream([1, 2]), Cancelled);
        await peer.ReceiveCommandAsync();
        await peer.ReceiveAsync();
        await peer.SendAsync(Peer.Data(Peer.Value(1, 3, Response(field, messageId, 0, dataSetType))));

        Assert.Equal(AssociationEnd.ProtocolViolated, (await Assert.ThrowsAsync<AssociationEndedException>(() => store)).End);
        Assert.Equal((0, 0), await peer.ReceiveAbortAsync());
        peer.Dispose();
    }

    [Fact]
    public async Task AnAbortInsteadOfAnAnswer_IsThrown()
    {
        var (peer, client) = await AcceptedByPeerAsync();
        using var scripted = peer;
        await using var connected = client;

        var echo = client.EchoAsync(Cancelled);
        await peer.ReceiveCommandAsync();
        await peer.SendAsync(Peer.Pdu(0x07, 4, 0, 0, 2, 1));

        var exception = await Assert.ThrowsAsync<AssociationEndedException>(() => echo);
        Assert.Equal((AssociationEnd.AbortedByPeer, "the peer aborted: unrecognized PDU"), (exception.End, exception.Message));
        await Assert.ThrowsAsync<AssociationEndedException>(() => client.EchoAsync(Cancelled));
    }

    [Fact]
    public async Task AReleaseInsteadOfAnAnswer_IsAnswered()
    {
        var (peer, client) = await AcceptedByPeerAsync();
        using var scripted = peer;
        await using var connected = client;

        var echo = client.EchoAsync(Cancelled);
        await peer.ReceiveCommandAsync();
        await peer.SendAsync(Peer.Release);

        Assert.Equal(AssociationEnd.ReleasedByPeer, (await Assert.ThrowsAsync<AssociationEndedException>(() => echo)).End);
        Assert.Equal(PduType.ReleaseResponse, (await peer.ReceiveAsync())?.Type);
        peer.Dispose();
    }

    [Fact]
    public async Task APeerThatNeverAnswers_IsAbortedByTheIdleTimer()
    {
        var time = new ArmedTimeProvider();
        var (peer, client) = await AcceptedByPeerAsync(time: time);
        using var scripted = peer;
        await using var connected = client;

        var echo = client.EchoAsync(Cancelled);
        await peer.ReceiveCommandAsync();
        await time.ArmedAsync(TimeSpan.FromSeconds(55));
        time.Advance(TimeSpan.FromSeconds(55));

        Assert.Equal(AssociationEnd.TimedOut, (await Assert.ThrowsAsync<AssociationEndedException>(() => echo)).End);
        Assert.Equal((0, 0), await peer.ReceiveAbortAsync());
        peer.Dispose();
    }

    [Fact]
    public async Task ACancelledStore_LeavesNothingThatCouldPassForAWholeOne()
    {
        using var cancellation = new CancellationTokenSource();
        await using var server = AServer.Start();
        await using (var client = await ConnectAsync(server.Port))
        {
            var endless = new EndlessStream(cancellation);
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.StoreAsync(Ct, Uid.Parse("1.2"), TransferSyntax.ImplicitVrLittleEndian, endless, cancellation.Token));
        }

        await server.NextAsync<AssociationEvent.Ended>();
        Assert.Empty(server.Received);
    }

    private static Task<DicomClient> ConnectAsync(int port) => DicomClient.ConnectAsync(
        new DnsEndPoint("localhost", port), Us, Them,
        [
            new ProposedContext(SopClasses.Verification, TransferSyntax.ImplicitVrLittleEndian),
            new ProposedContext(Ct, TransferSyntax.ImplicitVrLittleEndian),
            new ProposedContext(Ct, TransferSyntax.RleLossless),
        ],
        cancellationToken: Cancelled);

    /// <summary>A client whose association a scripted peer has accepted: context 1 CT, context 3 Verification.</summary>
    private static async Task<(Peer Peer, DicomClient Client)> AcceptedByPeerAsync(uint maximumLength = 0, ArmedTimeProvider? time = null)
    {
        using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        listener.Listen();
        var connecting = DicomClient.ConnectAsync(
            listener.LocalEndPoint!, Us, Them,
            [new ProposedContext(Ct, TransferSyntax.ImplicitVrLittleEndian), new ProposedContext(SopClasses.Verification, TransferSyntax.ImplicitVrLittleEndian)],
            new DicomClientOptions { IdleTimeout = TimeSpan.FromSeconds(55) }, time, Cancelled);
        var peer = new Peer(await listener.AcceptAsync(Cancelled));
        var (type, body) = await peer.ReceiveAsync() ?? throw new InvalidOperationException("closed");
        Assert.Equal(PduType.AssociateRequest, type);
        await peer.SendAsync(PduWriter.Write(new AssociateAccept(
            [new AnsweredContext(1, ContextResult.Acceptance, "1.2.840.10008.1.2"), new AnsweredContext(3, ContextResult.Acceptance, "1.2.840.10008.1.2")],
            new UserInformation(maximumLength, "1.2.3"),
            body.AsMemory(4, 64))));
        return (peer, await connecting);
    }

    private static byte[] Response(int field, int messageId, int status, int dataSetType = 0x0101)
    {
        var elements = new DataSet();
        elements.SetUInt16(DicomTags.CommandField, (ushort)field);
        elements.SetUInt16(DicomTags.MessageId, (ushort)messageId);
        elements.SetUInt16(DicomTags.MessageIdBeingRespondedTo, (ushort)messageId);
        elements.SetUInt16(DicomTags.CommandDataSetType, (ushort)dataSetType);
        elements.SetUInt16(DicomTags.Status, (ushort)status);
        return Command.Encode(elements);
    }

    /// <summary>Gives zeros and, after a megabyte, cancels.</summary>
    private sealed class EndlessStream(CancellationTokenSource cancellation) : MemoryStream
    {
        private int given;

        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if ((given += buffer.Length) > 1_000_000)
                cancellation.Cancel();
            cancellationToken.ThrowIfCancellationRequested();
            buffer.Span.Clear();
            return ValueTask.FromResult(buffer.Length);
        }
    }
}
