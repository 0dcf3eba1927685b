using MedCloud.Dicom;
using MedCloud.Dicom.Network;
using MedCloud.Tests;

namespace MedCloud.Interop.Tests.Dimse;

/// <summary>Our client against DCMTK's <c>storescp</c>, and against our own server byte for byte.</summary>
public sealed class StorageScuTests
{
    private static readonly AeTitle Us = AeTitle.Parse("MEDCLOUD");

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task EveryXrayArrivesAtOurServerByteForByte()
    {
        await using var server = new Archive();
        var xrays = await Xray.AllAsync();
        await using var client = await DicomClient.ConnectAsync(server.EndPoint, Us, Us, Contexts(xrays), cancellationToken: Cancelled);

        foreach (var xray in xrays)
        {
            await using var file = File.OpenRead(xray.Path);
            Assert.Equal(new StoreResponse(DimseStatus.Success), await client.StoreFileAsync(file, Cancelled));
        }
        await client.ReleaseAsync(Cancelled);

        Assert.Equal(10, xrays.Select(xray => xray.Syntax).Distinct().Count());
        foreach (var xray in xrays)
        {
            var received = server.Received[xray.SopInstanceUid.Value];
            Assert.Equal(xray.Syntax.Uid.Value, received.TransferSyntaxUid);
            Assert.True(xray.DataSet.AsSpan().SequenceEqual(received.DataSet), $"{xray.Path} arrived with other bytes");
        }
    }

    [Theory]
    [InlineData("131072")]
    [InlineData("4096")]
    public async Task EveryXrayArrivesAtStorescpByteForByte(string maxPdu)
    {
        using var folder = new TemporaryFolder();
        using var server = await StoreScp.StartAsync(folder.Path, "+xa", "--max-pdu", maxPdu);
        var xrays = await Xray.AllAsync();
        await using var client = await DicomClient.ConnectAsync(server.EndPoint, Us, AeTitle.Parse("ARCHIVE"), Contexts(xrays), cancellationToken: Cancelled);
        Assert.Equal(0, await client.EchoAsync(Cancelled));

        foreach (var xray in xrays)
        {
            await using var file = File.OpenRead(xray.Path);
            Assert.Equal(new StoreResponse(DimseStatus.Success), await client.StoreFileAsync(file, Cancelled));
        }
        await client.ReleaseAsync(Cancelled);

        foreach (var xray in xrays)
        {
            var kept = await File.ReadAllBytesAsync(Assert.Single(Directory.GetFiles(folder.Path, $"*{xray.SopInstanceUid}*")), Cancelled);
            using var reader = DicomReader.ForPart10(new MemoryStream(kept));
            await reader.ReadMetaAsync(Cancelled);
            Assert.Equal(xray.Syntax, reader.Syntax);
            Assert.True(xray.DataSet.AsSpan().SequenceEqual(kept.AsSpan((int)reader.DataSetOffset)), $"{xray.Path} was kept with other bytes");
        }
    }

    [Fact]
    public async Task WhatStorescpDoesNotTakeIsNotThere()
    {
        using var folder = new TemporaryFolder();
        using var server = await StoreScp.StartAsync(folder.Path);
        var xrays = await Xray.AllAsync();

        await using var client = await DicomClient.ConnectAsync(server.EndPoint, Us, AeTitle.Parse("ARCHIVE"), Contexts(xrays), cancellationToken: Cancelled);

        // Without +xa it takes the uncompressed syntaxes only.
        Assert.All(client.Contexts, context => Assert.False(context.TransferSyntax.Encapsulated));
        Assert.Contains(client.Contexts, context => context.TransferSyntax == TransferSyntax.ExplicitVrBigEndian);
        await client.ReleaseAsync(Cancelled);
    }

    [Theory]
    [InlineData("--refuse")]
    [InlineData("--abort-during")]
    [InlineData("--abort-after")]
    public async Task AStorescpThatGivesUp_IsReported(string how)
    {
        using var folder = new TemporaryFolder();
        using var server = await StoreScp.StartAsync(folder.Path, how);
        var xray = await Xray.ReadAsync("cxr_001.dcm");

        async Task SendAsync()
        {
            await using var client = await DicomClient.ConnectAsync(server.EndPoint, Us, AeTitle.Parse("ARCHIVE"), Contexts([xray]), cancellationToken: Cancelled);
            await using var file = File.OpenRead(xray.Path);
            await client.StoreFileAsync(file, Cancelled);
        }

        if (how == "--refuse")
            Assert.Equal("1,1,1 no reason given", (await Assert.ThrowsAsync<AssociationRejectedException>(SendAsync)).Rejection.ToString());
        else
            Assert.Contains((await Assert.ThrowsAsync<AssociationEndedException>(SendAsync)).End, new[] { AssociationEnd.AbortedByPeer, AssociationEnd.ConnectionClosed });
    }

    /// <summary>One context for each SOP class in each transfer syntax, and Verification.</summary>
    private static IReadOnlyList<ProposedContext> Contexts(IEnumerable<Xray> xrays) =>
    [
        new ProposedContext(SopClasses.Verification, TransferSyntax.ImplicitVrLittleEndian),
        .. xrays.Select(xray => (xray.SopClassUid, xray.Syntax)).Distinct().Select(pair => new ProposedContext(pair.SopClassUid, pair.Syntax)),
    ];
}
