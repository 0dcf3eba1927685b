using System.Net;
using System.Net.Sockets;
using MedCloud.Dicom;
using MedCloud.Dicom.Network;
using MedCloud.Ingest;
using MedCloud.Services.Tests.DicomWeb;
using MedCloud.Storage;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Options;

namespace MedCloud.Services.Tests.Dimse;

/// <summary>The DIMSE door with the real use case behind it.</summary>
public sealed class DimseDoorTests
{
    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    [Fact]
    public async Task AnInstanceIsStored_WithItsDataSetByteForByteAndTheSendersTitle()
    {
        await using var host = await DimseHost.StartAsync();
        await using var client = await host.ConnectAsync("CT-SCANNER 1");
        var file = Part10.File(1);

        Assert.Equal(new StoreResponse(DimseStatus.Success), await client.StoreFileAsync(new MemoryStream(file), Cancelled));
        await client.ReleaseAsync(Cancelled);

        var stored = Assert.Single(await FindAsync(host));
        Assert.Equal(Part10.Instance(1), stored.Identity.SopInstanceUid);
        await using var blob = await host.Services.GetRequiredService<IBlobStore>().OpenReadAsync(stored.Blob, Cancelled);
        var (meta, dataSet) = await SplitAsync(blob!);
        Assert.Equal("CT-SCANNER 1", meta.SourceAeTitle);
        Assert.Equal(TransferSyntax.ExplicitVrLittleEndian.Uid, meta.TransferSyntaxUid);
        Assert.Equal((await SplitAsync(new MemoryStream(file))).DataSet, dataSet);
    }

    [Fact]
    public async Task TheSameBytesAgainAreASuccess_AndOthersARevision()
    {
        await using var host = await DimseHost.StartAsync();
        await using var client = await host.ConnectAsync();

        for (byte pixel = 0; pixel < 2; pixel++)
        {
            Assert.Equal(0, (await client.StoreFileAsync(new MemoryStream(Part10.File(1, pixel: pixel)), Cancelled)).Status);
            Assert.Equal(0, (await client.StoreFileAsync(new MemoryStream(Part10.File(1, pixel: pixel)), Cancelled)).Status);
        }

        Assert.Equal(2, Assert.Single(await FindAsync(host)).Revision);
    }

    [Fact]
    public async Task OtherBytesAreRefused_WhereTheSettingSaysSo()
    {
        await using var host = await DimseHost.StartAsync(("MedCloud:Ingest:OnDifferentBytes", "refuse"));
        await using var client = await host.ConnectAsync();

        Assert.Equal(0x0000, (await client.StoreFileAsync(new MemoryStream(Part10.File(1, pixel: 1)), Cancelled)).Status);
        Assert.Equal(0x0111, (await client.StoreFileAsync(new MemoryStream(Part10.File(1, pixel: 2)), Cancelled)).Status);
    }

    [Fact]
    public async Task ARefusalHasItsStatusAndASentence_AndTheAssociationGoesOn()
    {
        await using var host = await DimseHost.StartAsync();
        await using var client = await host.ConnectAsync();
        var sopClass = Uid.Parse("1.2.840.10008.5.1.4.1.1.7");
        var (_, dataSet) = await SplitAsync(new MemoryStream(Part10.File(1)));

        var mismatch = await client.StoreAsync(sopClass, Part10.Instance(2), TransferSyntax.ExplicitVrLittleEndian, new MemoryStream(dataSet), Cancelled);
        var truncated = await client.StoreAsync(sopClass, Part10.Instance(1), TransferSyntax.ExplicitVrLittleEndian, new MemoryStream(dataSet[..^100]), Cancelled);
        var text = await client.StoreAsync(sopClass, Part10.Instance(1), TransferSyntax.ExplicitVrLittleEndian, new MemoryStream("Dear radiologist, please find attached"u8.ToArray()), Cancelled);
        var tooLong = await client.StoreFileAsync(new MemoryStream(Part10.WithPixelLength(Part10.File(1), 0xFFFF_FFF0)), Cancelled);
        var stored = await client.StoreFileAsync(new MemoryStream(Part10.File(1)), Cancelled);

        Assert.Equal(0xA900, mismatch.Status);
        Assert.Equal("SOP Instance UID differs between command and data set", mismatch.ErrorComment);
        Assert.All([truncated, text, tooLong], refused =>
        {
            Assert.Equal(0xC000, refused.Status);
            Assert.InRange(refused.ErrorComment?.Length ?? 0, 1, 64);
        });
        Assert.Equal(0x0000, stored.Status);
        Assert.Single(Directory.GetFiles(host.Blobs, "*.dcm", SearchOption.AllDirectories));
    }

    [Fact]
    public async Task AnAssociationAbortedWithinADataSet_LeavesNothing()
    {
        await using var host = await DimseHost.StartAsync();
        await using (var client = await host.ConnectAsync())
        {
            using var cancellation = new CancellationTokenSource();
            var (_, dataSet) = await SplitAsync(new MemoryStream(Part10.File(1, change: large => large.Set(new DicomElement(DicomTags.PixelData, Vr.OW, new byte[3_000_000])))));
            await Assert.ThrowsAnyAsync<OperationCanceledException>(() => client.StoreAsync(
                Uid.Parse("1.2.840.10008.5.1.4.1.1.7"), Part10.Instance(1), TransferSyntax.ExplicitVrLittleEndian, new CancellingStream(dataSet, 2_000_000, cancellation), cancellation.Token));
        }

        await host.StopAsync();
        Assert.Contains(host.Log, line => line.Contains("ingest.association.aborted", StringComparison.Ordinal));
        Assert.Empty(Directory.GetFiles(host.Blobs, "*", SearchOption.AllDirectories));
        Assert.Empty(await FindAsync(host));
    }

    [Fact]
    public async Task AStatTitleRaisesTheStudysPriority()
    {
        await using var host = await DimseHost.StartAsync(("MedCloud:Dimse:StatCallingAeTitles:0", "EMERGENCY"));
        await using var urgent = await host.ConnectAsync("EMERGENCY");
        await using var routine = await host.ConnectAsync("WARD");

        await routine.StoreFileAsync(new MemoryStream(Part10.File(1, study: 1)), Cancelled);
        await urgent.StoreFileAsync(new MemoryStream(Part10.File(2, study: 2)), Cancelled);

        await using var db = await host.Services.GetRequiredService<IDbContextFactory<MedCloud.Ingest.Index.IngestDb>>().CreateDbContextAsync(Cancelled);
        Assert.Equal([false, true], await db.Studies.OrderBy(study => study.StudyInstanceUid).Select(study => study.Stat).ToListAsync(Cancelled));
    }

    [Fact]
    public async Task StrangersAreRejected_AndLogged()
    {
        await using var host = await DimseHost.StartAsync(("MedCloud:Dimse:CallingAeTitles:0", "PACS"), ("MedCloud:Dimse:AeTitle", "INBOX"));

        await using (await host.ConnectAsync("PACS", "INBOX"))
        {
        }
        var stranger = await Assert.ThrowsAsync<AssociationRejectedException>(() => host.ConnectAsync("STRANGER", "INBOX"));
        var astray = await Assert.ThrowsAsync<AssociationRejectedException>(() => host.ConnectAsync("PACS", "MEDCLOUD"));

        Assert.Equal((Rejection.CallingAeTitleNotRecognized, Rejection.CalledAeTitleNotRecognized), (stranger.Rejection, astray.Rejection));
        Assert.Contains(host.Log, line => line.StartsWith("Warning 1102 ingest.association.rejected Rejected STRANGER from 127.0.0.1:", StringComparison.Ordinal));
    }

    [Fact]
    public async Task NoLogLineNamesThePatient()
    {
        await using var host = await DimseHost.StartAsync();
        await using (var client = await host.ConnectAsync())
        {
            var (_, dataSet) = await SplitAsync(new MemoryStream(Part10.File(1)));
            await client.StoreFileAsync(new MemoryStream(Part10.File(1)), Cancelled);
            await client.StoreFileAsync(new MemoryStream(Part10.WithPixelLength(Part10.File(2), 1_000_000)), Cancelled);
            await client.StoreAsync(Uid.Parse("1.2.840.10008.5.1.4.1.1.7"), Part10.Instance(9), TransferSyntax.ExplicitVrLittleEndian, new MemoryStream(dataSet), Cancelled);
        }
        await host.StopAsync();

        Assert.Contains(host.Log, line => line.Contains("ingest.association.accepted", StringComparison.Ordinal));
        Assert.DoesNotContain(host.Log, line => line.Contains("ZZMARKED", StringComparison.OrdinalIgnoreCase));
    }

    [Fact]
    public async Task APortInUse_IsNamed()
    {
        using var taken = new Socket(AddressFamily.InterNetwork, SocketType.Stream, ProtocolType.Tcp);
        taken.Bind(new IPEndPoint(IPAddress.Loopback, 0));
        taken.Listen();
        var port = ((IPEndPoint)taken.LocalEndPoint!).Port;
        await using var host = DimseHost.Build(("MedCloud:Dimse:Port", $"{port}"));

        var exception = await Assert.ThrowsAsync<IOException>(host.StartAsync);

        Assert.StartsWith($"The DIMSE door cannot listen on 127.0.0.1:{port} (MedCloud:Dimse:Port): ", exception.Message, StringComparison.Ordinal);
        Assert.Equal(SocketError.AddressAlreadyInUse, Assert.IsType<SocketException>(exception.InnerException).SocketErrorCode);
    }

    [Fact]
    public async Task WrongSettingsAreAllNamed()
    {
        await using var host = DimseHost.Build(
            ("MedCloud:Dimse:Bind", "0.0.0.0"),
            ("MedCloud:Dimse:Port", "65536"),
            ("MedCloud:Dimse:AeTitle", "FAR TOO LONG A TITLE"),
            ("MedCloud:Dimse:StatCallingAeTitles:0", "A\\B"),
            ("MedCloud:Dimse:MaxAssociations", "0"),
            ("MedCloud:Dimse:IdleTimeout", "00:00:00"),
            ("MedCloud:Dimse:DrainTimeout", "-00:00:01"));

        var exception = await Assert.ThrowsAsync<OptionsValidationException>(host.StartAsync);

        Assert.Equal(
            ["CallingAeTitles", "CallingAddresses", "Port", "AeTitle", "StatCallingAeTitles:0", "MaxAssociations", "IdleTimeout", "DrainTimeout"],
            exception.Failures.Select(failure => failure.Split(' ')[0].Replace("__", ":", StringComparison.Ordinal)["MedCloud:Dimse:".Length..]));
    }

    private static async Task<List<StoredInstance>> FindAsync(DimseHost host)
    {
        var found = new List<StoredInstance>();
        await foreach (var each in host.Services.GetRequiredService<InstanceIndex>().FindAsync("default", Part10.Study(1), null, null, Cancelled))
            found.Add(each);
        return found;
    }

    private static async Task<(FileMetaInformation Meta, byte[] DataSet)> SplitAsync(Stream file)
    {
        using var bytes = new MemoryStream();
        await file.CopyToAsync(bytes, Cancelled);
        bytes.Position = 0;
        using var reader = DicomReader.ForPart10(bytes);
        var meta = await reader.ReadMetaAsync(Cancelled);
        return (meta, bytes.ToArray()[(int)reader.DataSetOffset..]);
    }

    /// <summary>Cancels once it has been read so far.</summary>
    private sealed class CancellingStream(byte[] bytes, int limit, CancellationTokenSource cancellation) : MemoryStream(bytes)
    {
        public override ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (Position > limit)
                cancellation.Cancel();
            cancellationToken.ThrowIfCancellationRequested();
            return base.ReadAsync(buffer, cancellationToken);
        }
    }
}
