using System.Text;
using MedCloud.Dicom;
using MedCloud.Hosting;
using MedCloud.Ingest;
using MedCloud.Ingest.Index;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace MedCloud.Services.Tests.Ingest;

/// <summary>What is refused leaves no blob and no row, and has a code and a short sentence.</summary>
public sealed class RefusalTests : IDisposable
{
    private readonly DataFolder folder = new();

    public void Dispose() => folder.Dispose();

    public static TheoryData<string, ErrorCode, string> Objects => new()
    {
        { "empty", ErrorCode.CannotUnderstand, "the file is empty" },
        { "text", ErrorCode.CannotUnderstand, "the file ends before DICM" },
        { "long text", ErrorCode.CannotUnderstand, "missing DICM after the preamble" },
        { "cut in the header", ErrorCode.CannotUnderstand, "" },
        { "cut in the pixels", ErrorCode.CannotUnderstand, "" },
        { "no SOP class", ErrorCode.CannotUnderstand, "SOP Class UID (0008,0016) is missing or no valid UID" },
        { "no SOP instance", ErrorCode.CannotUnderstand, "SOP Instance UID (0008,0018) is missing or no valid UID" },
        { "no study", ErrorCode.CannotUnderstand, "Study Instance UID (0020,000D) is missing or no valid UID" },
        { "study is a path", ErrorCode.CannotUnderstand, "Study Instance UID (0020,000D) is missing or no valid UID" },
        { "no series", ErrorCode.CannotUnderstand, "Series Instance UID (0020,000E) is missing or no valid UID" },
        { "verification", ErrorCode.SopClassNotSupported, "The SOP class is not one of storage" },
        { "other class in the command", ErrorCode.DataSetMismatch, "SOP Class UID differs between command and data set" },
        { "other instance in the command", ErrorCode.DataSetMismatch, "SOP Instance UID differs between command and data set" },
        { "other study in the URL", ErrorCode.DataSetMismatch, "Study Instance UID is not the one that the URL names" },
        { "too long", ErrorCode.CannotUnderstand, "The object is longer than this server takes" },
        { "header too long", ErrorCode.CannotUnderstand, "More than 16 MiB before Series Instance UID (0020,000E)" },
    };

    [Theory]
    [MemberData(nameof(Objects))]
    public async Task ARefusedObjectLeavesNothing(string what, ErrorCode code, string sentence)
    {
        await using var host = await IngestHost.StartAsync(folder, settings => settings["MedCloud:Ingest:MaxInstanceBytes"] = "25000000");

        var outcome = await host.StoreAsync(Make(what));

        var refused = Assert.IsType<StoreOutcome.Refused>(outcome);
        Assert.Equal(code, refused.Code);
        Assert.InRange(refused.Sentence.Length, 1, 64);
        Assert.All(refused.Sentence, character => Assert.InRange(character, ' ', '~'));
        if (sentence.Length > 0)
            Assert.Equal(sentence, refused.Sentence);
        await AssertNothingAsync(host);
    }

    [Fact]
    public async Task ARefusalNamesTheInstanceAsFarAsItWasRead()
    {
        await using var host = await IngestHost.StartAsync(folder);
        var sample = new SampleObject();

        var outcome = await host.StoreAsync(sample.ToPart10()[..^1000]);

        var refused = Assert.IsType<StoreOutcome.Refused>(outcome);
        Assert.Equal((sample.SopClassUid, sample.SopInstanceUid), (refused.SopClassUid?.Value, refused.SopInstanceUid?.Value));
    }

    [Fact]
    public async Task AStoreThatIsAwayIsOutOfResourcesUntilItReturns()
    {
        await using var host = await IngestHost.StartAsync(folder);
        var sample = new SampleObject();
        Directory.Move(folder.Blobs, folder.Blobs + "-away");

        var away = await host.StoreAsync(sample);
        Directory.Move(folder.Blobs + "-away", folder.Blobs);

        Assert.Equal(ErrorCode.OutOfResources, Assert.IsType<StoreOutcome.Refused>(away).Code);
        await AssertNothingAsync(host);
        Assert.Equal(1, Assert.IsType<StoreOutcome.Stored>(await host.StoreAsync(sample)).Revision);
    }

    [Fact]
    public async Task ADatabaseThatTakesNothingIsOutOfResourcesAndTheBlobIsDeleted()
    {
        await using var host = await IngestHost.StartAsync(folder);
        folder.Execute("""ALTER TABLE "Instances" RENAME TO "Away" """);

        var away = await host.StoreAsync(new SampleObject());
        folder.Execute("""ALTER TABLE "Away" RENAME TO "Instances" """);

        Assert.Equal(ErrorCode.OutOfResources, Assert.IsType<StoreOutcome.Refused>(away).Code);
        await AssertNothingAsync(host);
    }

    [Fact]
    public async Task WhereTheCommitFailsInDoubtTheBlobStays()
    {
        await using var host = await IngestHost.StartAsync(folder);
        folder.Execute("""
            CREATE TABLE "Parents" ("Id" INTEGER PRIMARY KEY);
            CREATE TABLE "Children" ("Id" INTEGER PRIMARY KEY, "Parent" INTEGER REFERENCES "Parents" DEFERRABLE INITIALLY DEFERRED);
            CREATE TRIGGER "Orphan" AFTER INSERT ON "Instances" BEGIN INSERT INTO "Children" ("Parent") VALUES (1); END;
            """);

        var outcome = await host.StoreAsync(new SampleObject());

        Assert.Equal(ErrorCode.OutOfResources, Assert.IsType<StoreOutcome.Refused>(outcome).Code);
        Assert.Single(await host.BlobsAsync());
    }

    [Fact]
    public async Task WhenTheProcessStopsAReceptionIsOutOfResourcesAndLeavesNothing()
    {
        await using var host = await IngestHost.StartAsync(folder);
        await host.StopAsync();

        var outcome = await host.StoreAsync(new SampleObject());

        Assert.Equal(ErrorCode.OutOfResources, Assert.IsType<StoreOutcome.Refused>(outcome).Code);
        await AssertNothingAsync(host);
    }

    [Fact]
    public async Task AConnectionThatBreaksOffPassesThroughAndLeavesNothing()
    {
        await using var host = await IngestHost.StartAsync(folder);
        var content = new BrokenStream(new SampleObject().ToPart10()[..5000]);

        await Assert.ThrowsAsync<IOException>(() => host.StoreAsync(new Reception { Tenant = "default", Door = "dimse", Content = content }));

        await AssertNothingAsync(host);
    }

    [Fact]
    public async Task OneWriteThatFailsTakesNoOtherWithIt()
    {
        await using var host = await IngestHost.StartAsync(folder);
        var writer = host.Services.GetRequiredService<IngestWriter>();

        var writes = Enumerable.Range(0, 50).Select(index => writer.WriteAsync<int>(
            async db =>
            {
                db.Studies.Add(new StudyRow { Tenant = "default", StudyInstanceUid = $"1.{index}" });
                await db.SaveChangesAsync();
                return index % 7 == 3 ? throw new InvalidOperationException() : index;
            },
            IngestHost.Cancellation)).ToList();

        for (var index = 0; index < writes.Count; index++)
        {
            if (index % 7 == 3)
                await Assert.ThrowsAsync<InvalidOperationException>(() => writes[index]);
            else
                Assert.Equal(index, await writes[index]);
        }

        Assert.Equal(43, await host.QueryAsync(db => db.Studies.CountAsync()));
    }

    private static async Task AssertNothingAsync(IngestHost host)
    {
        Assert.Empty(await host.BlobsAsync());
        Assert.Equal((0, 0, 0), await host.QueryAsync(async db => (await db.Instances.CountAsync(), await db.Recordings.CountAsync(), await db.Requests.CountAsync())));
        Assert.Equal(0, await host.Services.GetRequiredService<MedCloud.Storage.IBlobStore>().DeleteUncommittedAsync(DateTimeOffset.MaxValue, IngestHost.Cancellation));
    }

    private static Reception Make(string what)
    {
        var sample = new SampleObject();
        return what switch
        {
            "empty" => Stow([]),
            "text" => Stow("This is a text file with a wrong name."u8.ToArray()),
            "long text" => Stow(Encoding.ASCII.GetBytes(new string('x', 100_000))),
            "cut in the header" => Stow(sample.ToPart10()[..500]),
            "cut in the pixels" => Stow(sample.ToPart10()[..^1]),
            "no SOP class" => Stow(Part10(sample with { SopClassUid = "" })),
            "no SOP instance" => Stow(Part10(sample with { SopInstanceUid = "" })),
            "no study" => Stow((sample with { StudyInstanceUid = "" }).ToPart10()),
            "study is a path" => Stow((sample with { StudyInstanceUid = "../../etc" }).ToPart10()),
            "no series" => Stow((sample with { SeriesInstanceUid = "" }).ToPart10()),
            "verification" => Stow((sample with { SopClassUid = "1.2.840.10008.1.1" }).ToPart10()),
            "other class in the command" => Dimse(sample) with { SopClassUid = Uid.Parse("1.2.840.10008.5.1.4.1.1.2") },
            "other instance in the command" => Dimse(sample) with { SopInstanceUid = Uid.Parse("1.2.3") },
            "other study in the URL" => Stow(sample.ToPart10()) with { StudyInstanceUid = Uid.Parse("1.2.3") },
            "too long" => Stow([]) with { Content = sample.WithLongPixels(26_000_000) },
            "header too long" => Stow([]) with { Content = new MemoryStream(WithLongHeader(sample)) },
            _ => throw new ArgumentOutOfRangeException(nameof(what)),
        };
    }

    private static byte[] Part10(SampleObject sample) =>
        [.. SampleObject.MetaBytes("1.2.840.10008.5.1.4.1.1.1.1", "1.2.3"), .. sample.ToDataSetBytes()];

    private static byte[] WithLongHeader(SampleObject sample)
    {
        var dataSet = sample.ToDataSet();
        dataSet.Set(new DicomElement(new DicomTag(0x0011, 0x0010), Vr.LO, "ACME"u8.ToArray()));
        dataSet.Set(new DicomElement(new DicomTag(0x0011, 0x1001), Vr.OB, new byte[17 * 1024 * 1024]));
        return [.. SampleObject.MetaBytes(sample.SopClassUid, sample.SopInstanceUid), .. DicomWriter.ToBytes(dataSet, TransferSyntax.ExplicitVrLittleEndian)];
    }

    private static Reception Stow(byte[] bytes) => new() { Tenant = "default", Door = "stow", Content = new MemoryStream(bytes) };

    private static Reception Dimse(SampleObject sample) => new()
    {
        Tenant = "default",
        Door = "dimse",
        Content = new MemoryStream(sample.ToDataSetBytes()),
        TransferSyntax = TransferSyntax.ExplicitVrLittleEndian,
        SopClassUid = Uid.Parse(sample.SopClassUid),
        SopInstanceUid = Uid.Parse(sample.SopInstanceUid),
    };

    /// <summary>Ends with an error, as a connection does.</summary>
    private sealed class BrokenStream(byte[] bytes) : MemoryStream(bytes)
    {
        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default) =>
            await base.ReadAsync(buffer, cancellationToken) is > 0 and var count ? count : throw new IOException("reset by peer");
    }
}
