using MedCloud.Dicom.Network;

namespace MedCloud.Dicom.Tests.Network;

/// <summary>Seeded mutations of everything that is parsed from the wire: the outcome is a value or the one exception for it, and a server lives on.</summary>
[Collection(nameof(Mutants))]
public sealed class MutationTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public Task AssociateRequests_Mutated_AreReadOrRefused() =>
        RefusedAsync<PduFormatException>(Peer.Request("MEDCLOUD")[6..], body =>
        {
            Assert.True(PduParser.ReadAssociateRequest(body).Contexts.Count <= 128);
            return Task.CompletedTask;
        });

    [Fact]
    public Task AssociateAccepts_Mutated_AreReadOrRefused() =>
        RefusedAsync<PduFormatException>(
            PduWriter.Write(new AssociateAccept(
                [new AnsweredContext(1, ContextResult.Acceptance, "1.2.840.10008.1.2")],
                new UserInformation(16384, "1.2") { AsynchronousOperations = new(1, 1), Roles = [new RoleSelection(Peer.Ct, true, false)], ImplementationVersionName = "X" },
                new byte[64]))[6..],
            body =>
            {
                Assert.True(PduParser.ReadAssociateAccept(body).Contexts.Count <= 128);
                return Task.CompletedTask;
            });

    [Theory]
    [InlineData("C-ECHO")]
    [InlineData("C-STORE")]
    public Task CommandSets_Mutated_AreReadOrRefused(string name) =>
        RefusedAsync<DicomFormatException>(name == "C-ECHO" ? Peer.EchoCommand() : Peer.StoreCommand(), async bytes =>
        {
            var command = new Command(new AcceptedContext(1, SopClasses.Verification, TransferSyntax.ImplicitVrLittleEndian), await Command.DecodeAsync(bytes, bytes.Length, Cancelled));
            if (command.IsComplete)
                Assert.NotEmpty(Command.Encode(command.Response(0, "whatever")));
        });

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
            await peer.SendAsync(Mutants.Mutate(conversation, 0, random));
            peer.Socket.Shutdown(System.Net.Sockets.SocketShutdown.Send);
            while (await peer.ReceiveAsync() is not null)
            {
            }
        }

        using var well = await Peer.AssociateAsync(server.Port);
        await well.SendAsync(Peer.Data(Peer.Value(5, 3, Peer.EchoCommand(77))));
        Assert.Equal(77, (await well.ReceiveCommandAsync()).GetInt32(DicomTags.MessageIdBeingRespondedTo));
    }

    private static async Task RefusedAsync<TFault>(byte[] seed, Func<byte[], Task> read)
        where TFault : Exception
    {
        var refused = 0;
        await Mutants.EachAsync(Mutants.OfAParser, seed, 0, async mutant =>
        {
            try
            {
                await read(mutant);
            }
            catch (TFault)
            {
                refused++;
            }
        });
        Assert.InRange(refused, Mutants.OfAParser / 20, Mutants.OfAParser - 1);
    }
}
