using MedCloud.Dicom.Network;

namespace MedCloud.Dicom.Tests.Network;

/// <summary>Seeded mutations of everything that is parsed from the wire: the outcome is a value or the one exception for it, and a server lives on.</summary>
public sealed class MutationTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public void AssociatePdus_Mutated_AreReadOrRefused()
    {
        var random = new Random(20260801);
        byte[][] seeds =
        [
            Peer.Request("MEDCLOUD"),
            PduWriter.Write(new AssociateAccept(
                [new AnsweredContext(1, ContextResult.Acceptance, "1.2.840.10008.1.2")],
                new UserInformation(16384, "1.2") { AsynchronousOperations = new(1, 1), Roles = [new RoleSelection(Peer.Ct, true, false)], ImplementationVersionName = "X" },
                new byte[64])),
        ];
        var refused = 0;
        const int Rounds = 20_000;
        for (var round = 0; round < Rounds; round++)
        {
            var body = Mutated(seeds[round % 2][6..], random);
            try
            {
                if (round % 2 == 0)
                    Assert.True(PduParser.ReadAssociateRequest(body).Contexts.Count <= 128);
                else
                    Assert.True(PduParser.ReadAssociateAccept(body).Contexts.Count <= 128);
            }
            catch (PduFormatException)
            {
                refused++;
            }
        }
        Assert.InRange(refused, Rounds / 20, Rounds);
    }

    [Fact]
    public async Task CommandSets_Mutated_AreReadOrRefused()
    {
        var random = new Random(20260802);
        byte[][] seeds = [Peer.EchoCommand(), Peer.StoreCommand()];
        var refused = 0;
        const int Rounds = 5_000;
        for (var round = 0; round < Rounds; round++)
        {
            var bytes = Mutated(seeds[round % 2], random);
            try
            {
                var command = new Command(new AcceptedContext(1, SopClasses.Verification, TransferSyntax.ImplicitVrLittleEndian), await Command.DecodeAsync(bytes, bytes.Length, Cancelled));
                if (command.IsComplete)
                    Assert.NotEmpty(Command.Encode(command.Response(0, "whatever")));
            }
            catch (DicomFormatException)
            {
                refused++;
            }
        }
        Assert.InRange(refused, Rounds / 20, Rounds);
    }

    [Fact]
    public async Task WholeConversations_Mutated_NeverHurtTheNextOne()
    {
        var random = new Random(20260803);
        await using var server = AServer.Start();
        byte[] conversation =
        [
            .. Peer.Request("MEDCLOUD"),
            .. Peer.Data(Peer.Value(1, 3, Peer.StoreCommand()), Peer.Value(1, 2, new byte[300])),
            .. Peer.Data(Peer.Value(5, 3, Peer.EchoCommand(2))),
            .. Peer.Release,
        ];
        for (var round = 0; round < 300; round++)
        {
            using var peer = await Peer.ConnectAsync(server.Port);
            await peer.SendAsync(Mutated(conversation, random));
            peer.Socket.Shutdown(System.Net.Sockets.SocketShutdown.Send);
            while (await peer.ReceiveAsync() is not null)
            {
            }
        }

        using var well = await Peer.AssociateAsync(server.Port);
        await well.SendAsync(Peer.Data(Peer.Value(5, 3, Peer.EchoCommand(77))));
        Assert.Equal(77, (await well.ReceiveCommandAsync()).GetInt32(DicomTags.MessageIdBeingRespondedTo));
    }

    /// <summary>One to four changes: a byte set, a run removed, a run repeated, or the end cut off.</summary>
    private static byte[] Mutated(byte[] seed, Random random)
    {
        var bytes = seed.ToList();
        for (var changes = random.Next(1, 5); changes > 0 && bytes.Count > 0; changes--)
        {
            var at = random.Next(bytes.Count);
            var length = Math.Min(random.Next(1, 9), bytes.Count - at);
            switch (random.Next(8))
            {
                case 0:
                    bytes.RemoveRange(at, length);
                    break;
                case 1:
                    bytes.InsertRange(at, bytes.GetRange(at, length));
                    break;
                case 2:
                    bytes.RemoveRange(at, bytes.Count - at);
                    break;
                case 3:
                    bytes[at] = 0xFF;
                    break;
                default:
                    bytes[at] = (byte)random.Next(256);
                    break;
            }
        }
        return [.. bytes];
    }
}
