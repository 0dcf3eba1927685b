using MedCloud.Dicom;
using MedCloud.Dicom.Network;

namespace MedCloud.Interop.Tests.Dimse;

/// <summary>DCMTK's senders against our server.</summary>
public sealed class StorageScpTests
{
    public static TheoryData<string> Names => Xray.Names;

    [Theory]
    [InlineData("-aec", "MEDCLOUD")]
    [InlineData("-aec", "MEDCLOUD", "--propose-ts", "38", "--propose-pc", "128", "--repeat", "5")]
    [InlineData("-aec", "MEDCLOUD", "--max-pdu", "4096")]
    [InlineData("-aec", "MEDCLOUD", "--abort")]
    public async Task EchoscuIsAnswered(params string[] arguments)
    {
        await using var server = new Archive();

        var (code, output) = await Tool.TryRunAsync("echoscu", [.. arguments, "127.0.0.1", server.Port]);

        Assert.Equal((0, ""), (code, output));
    }

    [Theory]
    [InlineData("NOBODY", "PACS", "F: Reason: Called AE Title Not Recognized")]
    [InlineData("MEDCLOUD", "STRANGER", "F: Reason: Calling AE Title Not Recognized")]
    public async Task StorescuReportsARejection(string called, string calling, string reason)
    {
        await using var server = new Archive(options => options with { CallingAeTitles = new HashSet<AeTitle> { AeTitle.Parse("PACS") } });
        var xray = await Xray.ReadAsync("cxr_001.dcm");

        var (code, output) = await Tool.TryRunAsync("storescu", "-aec", called, "-aet", calling, "127.0.0.1", server.Port, xray.Path);

        Assert.NotEqual(0, code);
        Assert.Contains("Association Rejected", output);
        Assert.Contains(reason, output);
        Assert.Empty(server.Received);
    }

    [Theory]
    [MemberData(nameof(Names))]
    public async Task StorescuSendsAnXrayInItsTransferSyntax(string name)
    {
        await using var server = new Archive();
        var xray = await Xray.ReadAsync(name);

        var (code, output) = await Tool.TryRunAsync("storescu", "-v", xray.StoreScuOption, "--max-send-pdu", "131072", "-aec", "MEDCLOUD", "127.0.0.1", server.Port, xray.Path);

        Assert.True(code == 0, output);
        Assert.Contains("Received Store Response (Success)", output);
        await AssertReceivedAsync(server, xray, xray.Syntax);
    }

    [Fact]
    public async Task DcmsendSendsAllXraysOverOneAssociation()
    {
        await using var server = new Archive();
        var xrays = await Xray.AllAsync();

        var (code, output) = await Tool.TryRunAsync("dcmsend", ["-dn", "-aec", "MEDCLOUD", "127.0.0.1", server.Port, .. xrays.Select(xray => xray.Path)]);

        Assert.True(code == 0, output);
        Assert.Equal(16, server.Received.Count);
        foreach (var xray in xrays)
        {
            // dcmsend proposes all uncompressed syntaxes in one context, and the first of them is taken.
            var uncompressed = !xray.Syntax.Encapsulated && !xray.Syntax.Deflated;
            await AssertReceivedAsync(server, xray, uncompressed ? TransferSyntax.ExplicitVrLittleEndian : xray.Syntax);
        }
        var accepted = Assert.Single(server.Events.OfType<AssociationEvent.Accepted>());
        Assert.Equal(accepted.ProposedContexts, accepted.AcceptedContexts);
    }

    [Fact]
    public async Task SmallPdusMakeTheSameDataSet()
    {
        await using var server = new Archive();
        var xray = await Xray.ReadAsync("cxr_001.dcm");

        var (code, output) = await Tool.TryRunAsync("storescu", "-xe", "--max-pdu", "4096", "--max-send-pdu", "4096", "-aec", "MEDCLOUD", "127.0.0.1", server.Port, xray.Path);

        Assert.True(code == 0, output);
        await AssertReceivedAsync(server, xray, xray.Syntax);
    }

    [Fact]
    public async Task ARefusalReachesTheSenderWithItsSentence()
    {
        await using var server = new Archive(store: (_, _) => ValueTask.FromResult(new StoreResponse(0xA700, "the image store is full")));
        var xray = await Xray.ReadAsync("cxr_013.dcm");

        var (code, output) = await Tool.TryRunAsync("storescu", "-d", "-xe", "-aec", "MEDCLOUD", "127.0.0.1", server.Port, xray.Path);

        Assert.NotEqual(0, code);
        Assert.Contains("0xa700", output);
        Assert.Contains("the image store is full", output);
    }

    /// <summary>DCMTK writes a data set anew when it sends it, so it is compared element by element.</summary>
    private static async Task AssertReceivedAsync(Archive server, Xray xray, TransferSyntax expected)
    {
        Assert.True(server.Received.TryGetValue(xray.SopInstanceUid.Value, out var received), $"{xray.Path} did not arrive");
        Assert.Equal((xray.SopClassUid.Value, expected.Uid.Value), (received.SopClassUid, received.TransferSyntaxUid));
        Assert.Equal(await Xray.ElementsAsync(xray.DataSet, xray.Syntax), await Xray.ElementsAsync(received.DataSet, expected));
    }
}
