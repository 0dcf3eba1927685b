using System.Net;
using System.Net.Sockets;
using MedCloud.Dicom.Network;
using static MedCloud.Dicom.Network.UpperLayerAction;
using static MedCloud.Dicom.Network.UpperLayerEvent;
using static MedCloud.Dicom.Network.UpperLayerState;

namespace MedCloud.Dicom.Tests.Network;

/// <summary>The running association does on the wire what <see cref="StateTable"/> says: every PDU in every state that a peer can bring it to.</summary>
public sealed class ProtocolMachineTests
{
    private static readonly TimeSpan Long = TimeSpan.FromMinutes(5);

    /// <summary>A PDU of every kind, well formed unless it is the one that is not.</summary>
    private static readonly (UpperLayerEvent Event, byte[] Pdu)[] Pdus =
    [
        (Evt3, PduWriter.Write(new AssociateAccept([], new UserInformation(0, "1.2"), new byte[64]))),
        (Evt4, PduWriter.Write(Rejection.CalledAeTitleNotRecognized)),
        (Evt6, Peer.Request("MEDCLOUD")),
        (Evt10, Peer.Data(Peer.Value(1, 3, Peer.EchoCommand()))),
        (Evt12, Peer.Release),
        (Evt13, Peer.ReleaseAnswer),
        (Evt16, Peer.AbortByUser),
        (Evt19, Peer.Pdu(0x42, 3, 1, 2, 3)),
    ];

    public static TheoryData<int, int> Cells()
    {
        var cells = new TheoryData<int, int>();
        foreach (var state in new[] { Sta2, Sta3, Sta5, Sta6, Sta7, Sta8, Sta9, Sta10, Sta11, Sta12, Sta13 })
        {
            foreach (var (@event, _) in Pdus)
                cells.Add((int)@event, (int)state);
        }
        return cells;
    }

    [Theory]
    [MemberData(nameof(Cells))]
    public async Task APduInAState_DoesWhatTheTableSays(int eventNumber, int stateNumber)
    {
        var (@event, state) = ((UpperLayerEvent)eventNumber, (UpperLayerState)stateNumber);
        using var pair = await Pair.OpenAsync(requestor: state is Sta5 or Sta9 or Sta11);
        await pair.BringToAsync(state);
        Assert.Equal(state, pair.Upper.State);
        await pair.Peer.SendAsync(Pdus.Single(pdu => pdu.Event == @event).Pdu);
        pair.Peer.Socket.Shutdown(SocketShutdown.Send);

        var indication = await pair.StepAsync();

        var answers = await pair.AnswersAsync();
        switch (StateTable.ActionFor(@event, state))
        {
            case AA1:
                Assert.Equal(AssociationEnd.ProtocolViolated, pair.Ended?.End);
                Assert.Equal(["Abort 0,0"], answers);
                break;
            case AA2 or AA3:
                Assert.Equal(state == Sta13 ? null : AssociationEnd.AbortedByPeer, pair.Ended?.End);
                Assert.Empty(answers);
                break;
            case AA6:
                Assert.Null(indication);
                Assert.Empty(answers);
                break;
            case AA7:
                Assert.Equal([@event == Evt19 ? "Abort 2,1" : "Abort 2,2"], answers);
                break;
            case AA8:
                Assert.Equal(AssociationEnd.ProtocolViolated, pair.Ended?.End);
                Assert.Equal([@event == Evt19 ? "Abort 2,1" : "Abort 2,2"], answers);
                break;
            case AE3:
                Assert.IsType<Indication.Accepted>(indication);
                break;
            case AE4:
                Assert.IsType<Indication.Rejected>(indication);
                break;
            case AE6:
                Assert.IsType<Indication.AssociateRequested>(indication);
                break;
            case DT2 or AR6:
                Assert.IsType<Indication.Data>(indication);
                break;
            case AR2 or AR8:
                Assert.IsType<Indication.ReleaseRequested>(indication);
                break;
            case AR3 or AR10:
                Assert.IsType<Indication.ReleaseConfirmed>(indication);
                break;
            default:
                Assert.Fail($"no PDU starts {StateTable.ActionFor(@event, state)}");
                break;
        }
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(10)]
    [InlineData(11)]
    [InlineData(12)]
    [InlineData(13)]
    public async Task TheConnectionIsClosed_InEveryState_EndsInSta1(int stateNumber)
    {
        var state = (UpperLayerState)stateNumber;
        using var pair = await Pair.OpenAsync(requestor: state is Sta5 or Sta9 or Sta11);
        await pair.BringToAsync(state);
        pair.Peer.Socket.Shutdown(SocketShutdown.Send);

        Assert.Null(await pair.StepAsync());

        Assert.Equal(Sta1, pair.Upper.State);
        Assert.Equal(state == Sta13 ? null : AssociationEnd.ConnectionClosed, pair.Ended?.End);
    }

    [Theory]
    [InlineData(3)]
    [InlineData(5)]
    [InlineData(6)]
    [InlineData(7)]
    [InlineData(8)]
    [InlineData(9)]
    [InlineData(10)]
    [InlineData(11)]
    [InlineData(12)]
    public async Task AnAbortOfOurs_InEveryStateWithAnAssociation_IsSent(int stateNumber)
    {
        var state = (UpperLayerState)stateNumber;
        using var pair = await Pair.OpenAsync(requestor: state is Sta5 or Sta9 or Sta11);
        await pair.BringToAsync(state);

        await pair.Upper.AbortAsync(AssociationEnd.AbortedHere, "the test says so");

        Assert.Equal(Sta13, pair.Upper.State);
        pair.Peer.Socket.Shutdown(SocketShutdown.Send);
        Assert.Equal(["Abort 0,0"], await pair.AnswersAsync());
        Assert.Equal(Sta1, pair.Upper.State);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task BothAskForReleaseAtOnce_AndGetIt(bool requestor)
    {
        using var pair = await Pair.OpenAsync(requestor);
        await pair.BringToAsync(Sta6);

        var release = pair.Upper.ReleaseAsync(TestContext.Current.CancellationToken);
        Assert.Equal(PduType.ReleaseRequest, (await pair.Peer.ReceiveAsync())?.Type);
        await pair.Peer.SendAsync(Peer.Release);
        if (requestor)
        {
            Assert.Equal(PduType.ReleaseResponse, (await pair.Peer.ReceiveAsync())?.Type); // AR-9: the requestor answers first
            await pair.Peer.SendAsync(Peer.ReleaseAnswer);
        }
        else
        {
            await pair.Peer.SendAsync(Peer.ReleaseAnswer); // AR-10
            Assert.Equal(PduType.ReleaseResponse, (await pair.Peer.ReceiveAsync())?.Type);
            pair.Peer.Socket.Shutdown(SocketShutdown.Send);
        }

        await release;
        Assert.Equal(Sta1, pair.Upper.State);
        Assert.Null(await pair.Peer.ReceiveAsync());
    }

    [Fact]
    public async Task WhatTheStateDoesNotAllow_IsTheCallersFault()
    {
        using var pair = await Pair.OpenAsync(requestor: false);

        var exception = await Assert.ThrowsAsync<InvalidOperationException>(() => pair.Upper.ReleaseAsync(TestContext.Current.CancellationToken));

        Assert.Equal("Evt11 cannot happen in Sta2", exception.Message);
    }

    /// <summary>An upper layer and the scripted peer at its other end.</summary>
    private sealed class Pair(UpperLayer upper, Peer peer) : IDisposable
    {
        public UpperLayer Upper { get; } = upper;

        public Peer Peer { get; } = peer;

        public AssociationEndedException? Ended { get; private set; }

        private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

        public static async Task<Pair> OpenAsync(bool requestor)
        {
            using var listener = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
            listener.Bind(new IPEndPoint(IPAddress.Loopback, 0));
            listener.Listen();
            var endPoint = listener.LocalEndPoint!;
            if (requestor)
            {
                var request = PduParser.ReadAssociateRequest(Peer.Request("MEDCLOUD").AsSpan(6));
                var upper = await UpperLayer.ConnectAsync(endPoint, request, Long, Long, TimeProvider.System, Cancelled);
                var peer = new Peer(await listener.AcceptAsync(Cancelled));
                Assert.Equal(PduType.AssociateRequest, (await peer.ReceiveAsync())?.Type);
                return new Pair(upper, peer);
            }
            var connected = await Peer.ConnectAsync(((IPEndPoint)endPoint).Port);
            var policy = new AcceptancePolicy(AeTitle.Parse("MEDCLOUD"), new HashSet<AeTitle>());
            return new Pair(UpperLayer.Accept(await listener.AcceptAsync(Cancelled), Long, Long, request => Negotiation.Accept(request, policy), TimeProvider.System), connected);
        }

        public async Task BringToAsync(UpperLayerState state)
        {
            if (Upper.State == Sta5)
            {
                if (state == Sta5)
                    return;
                await Peer.SendAsync(Pdus.Single(pdu => pdu.Event == Evt3).Pdu);
                Assert.IsType<Indication.Accepted>(await Upper.ReceiveAsync(Cancelled));
            }
            else
            {
                if (state == Sta2)
                    return;
                await Peer.SendAsync(Peer.Request("MEDCLOUD"));
                var requested = Assert.IsType<Indication.AssociateRequested>(await Upper.ReceiveAsync(Cancelled));
                if (state == Sta3)
                    return;
                if (state == Sta13)
                {
                    await Upper.RejectAsync(Rejection.CallingAeTitleNotRecognized, Cancelled);
                    Assert.Equal(PduType.AssociateReject, (await Peer.ReceiveAsync())?.Type);
                    return;
                }
                await Upper.AcceptAsync(Assert.IsType<Negotiated.Accepted>(requested.Decision).Answer, Cancelled);
                Assert.Equal(PduType.AssociateAccept, (await Peer.ReceiveAsync())?.Type);
            }
            if (state == Sta8)
            {
                await Peer.SendAsync(Peer.Release);
                Assert.IsType<Indication.ReleaseRequested>(await Upper.ReceiveAsync(Cancelled));
            }
            if (state is Sta6 or Sta8)
                return;

            await Upper.RequestReleaseAsync(Cancelled);
            Assert.Equal(PduType.ReleaseRequest, (await Peer.ReceiveAsync())?.Type);
            if (state == Sta7)
                return;
            await Peer.SendAsync(Peer.Release);
            Assert.IsType<Indication.ReleaseRequested>(await Upper.ReceiveAsync(Cancelled));
            if (state == Sta11)
            {
                await Upper.AnswerReleaseAsync(Cancelled);
                Assert.Equal(PduType.ReleaseResponse, (await Peer.ReceiveAsync())?.Type);
            }
            if (state == Sta12)
            {
                await Peer.SendAsync(Peer.ReleaseAnswer);
                Assert.IsType<Indication.ReleaseConfirmed>(await Upper.ReceiveAsync(Cancelled));
            }
        }

        /// <summary>The next indication; null if there is none before the end.</summary>
        public async Task<Indication?> StepAsync()
        {
            if (Upper.State == Sta13)
            {
                await Upper.CloseAsync();
                return null;
            }
            try
            {
                return await Upper.ReceiveAsync(Cancelled);
            }
            catch (AssociationEndedException exception)
            {
                Ended = exception;
                return null;
            }
        }

        /// <summary>What the upper layer sends until it has closed the connection, if it is about to.</summary>
        public async Task<List<string>> AnswersAsync()
        {
            await Upper.CloseAsync();
            var answers = new List<string>();
            while (Upper.State == Sta1 && await Peer.ReceiveAsync() is { } pdu)
                answers.Add(pdu.Type == PduType.Abort ? $"Abort {pdu.Body[2]},{pdu.Body[3]}" : pdu.Type.ToString());
            return answers;
        }

        public void Dispose()
        {
            Upper.Dispose();
            Peer.Dispose();
        }
    }
}
