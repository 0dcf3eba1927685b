using System.Security.Cryptography;
using MedCloud.Contracts;
using MedCloud.Dicom;
using MedCloud.Hosting;
using MedCloud.Ingest;
using MedCloud.Ingest.Index;
using MedCloud.Tests;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace MedCloud.Services.Tests.Ingest;

public abstract class StoreInstanceTests(Servers? servers) : IngestTests(servers)
{
    [Fact]
    public async Task AFileIsStoredByteForByteUnderTheHashOfItsDataSet()
    {
        await using var host = await IngestHost.StartAsync(Folder);
        var sample = new SampleObject();
        byte[] file = [.. "PREAMBLE THAT A SCANNER WROTE"u8, .. sample.ToPart10()[29..]];

        var outcome = await host.StoreAsync(file);

        var stored = Assert.IsType<StoreOutcome.Stored>(outcome);
        Assert.Equal((1, false), (stored.Revision, stored.Duplicate));
        Assert.Equal((sample.StudyInstanceUid, sample.SopInstanceUid), (stored.Instance.StudyInstanceUid.Value, stored.Instance.SopInstanceUid.Value));
        var found = Assert.Single(await host.FindAsync(sample.StudyInstanceUid));
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(sample.ToDataSetBytes())), found.ContentHash);
        Assert.Equal(TransferSyntax.ExplicitVrLittleEndian.Uid, found.TransferSyntaxUid);
        Assert.Equal(file, await host.ReadBlobAsync(found.Blob));
        Assert.Equal(found.ContentHash, Assert.Single(await host.BlobsAsync()).Sha256);
    }

    [Fact]
    public async Task TheUidsOfTheDataSetRuleOverThoseOfTheFileMetaGroup()
    {
        await using var host = await IngestHost.StartAsync(Folder);
        var sample = new SampleObject();
        byte[] file = [.. SampleObject.MetaBytes("1.2.840.10008.5.1.4.1.1.2", "1.2.3"), .. sample.ToDataSetBytes()];

        var stored = Assert.IsType<StoreOutcome.Stored>(await host.StoreAsync(file));

        Assert.Equal((sample.SopClassUid, sample.SopInstanceUid), (stored.Instance.SopClassUid.Value, stored.Instance.SopInstanceUid.Value));
        Assert.Equal(file, await host.ReadBlobAsync(Assert.Single(await host.FindAsync(sample.StudyInstanceUid)).Blob));
    }

    [Fact]
    public async Task ADataSetWithoutFileMetaGroupIsStoredByteForByte()
    {
        await using var host = await IngestHost.StartAsync(Folder);
        var sample = new SampleObject();

        Assert.IsType<StoreOutcome.Stored>(await host.StoreAsync(sample.ToDataSetBytes()));

        var found = Assert.Single(await host.FindAsync(sample.StudyInstanceUid));
        Assert.Equal(TransferSyntax.ExplicitVrLittleEndian.Uid, found.TransferSyntaxUid);
        Assert.Equal(sample.ToDataSetBytes(), await host.ReadBlobAsync(found.Blob));
    }

    [Fact]
    public async Task ADimseObjectGetsAMetaGroupAndKeepsItsDataSet()
    {
        await using var host = await IngestHost.StartAsync(Folder);
        var sample = new SampleObject();
        var dataSet = sample.ToDataSetBytes();

        var outcome = await host.StoreAsync(Dimse(sample, dataSet) with { SourceAeTitle = "SCANNER" });

        Assert.IsType<StoreOutcome.Stored>(outcome);
        var found = Assert.Single(await host.FindAsync(sample.StudyInstanceUid));
        var file = await host.ReadBlobAsync(found.Blob);
        using var reader = DicomReader.ForPart10(new MemoryStream(file));
        var meta = await reader.ReadMetaAsync(IngestHost.Cancellation);
        Assert.Equal(dataSet, file[(int)reader.DataSetOffset..]);
        Assert.Equal(
            (sample.SopClassUid, sample.SopInstanceUid, TransferSyntax.ExplicitVrLittleEndian.Uid, "SCANNER"),
            (meta.MediaStorageSopClassUid?.Value, meta.MediaStorageSopInstanceUid?.Value, meta.TransferSyntaxUid, meta.SourceAeTitle));
        Assert.Equal(Convert.ToHexStringLower(SHA256.HashData(dataSet)), found.ContentHash);
    }

    [Fact]
    public async Task TheSameDataSetThroughTheOtherDoorIsADuplicate()
    {
        await using var host = await IngestHost.StartAsync(Folder);
        var sample = new SampleObject();
        await host.StoreAsync(sample);

        var outcome = await host.StoreAsync(Dimse(sample, sample.ToDataSetBytes()));

        Assert.Equal((1, true), Assert.IsType<StoreOutcome.Stored>(outcome) is var stored ? (stored.Revision, stored.Duplicate) : default);
        Assert.Single(await host.BlobsAsync());
        Assert.Equal(1, await host.QueryAsync(db => db.Instances.CountAsync()));
        Assert.Equal(1, await host.QueryAsync(db => db.Requests.CountAsync()));
        Assert.Equal(1, await host.QueryAsync(db => db.Recordings.CountAsync()));
    }

    [Fact]
    public async Task OtherBytesBecomeTheNextRevisionAndTheEarlierBlobStays()
    {
        await using var host = await IngestHost.StartAsync(Folder);
        var sample = new SampleObject();
        var changed = sample with { Grey = 200 };
        await host.StoreAsync(sample);

        var outcome = await host.StoreAsync(changed);

        Assert.Equal(2, Assert.IsType<StoreOutcome.Stored>(outcome).Revision);
        var found = Assert.Single(await host.FindAsync(sample.StudyInstanceUid));
        Assert.Equal(2, found.Revision);
        Assert.Equal(changed.ToPart10(), await host.ReadBlobAsync(found.Blob));
        Assert.Equal(2, (await host.BlobsAsync()).Count);
    }

    [Fact]
    public async Task BytesOfAnEarlierRevisionThatReturnAreTheNextRevision()
    {
        await using var host = await IngestHost.StartAsync(Folder);
        var sample = new SampleObject();
        await host.StoreAsync(sample);
        var first = Assert.Single(await host.RequestsAsync(1));
        await host.StoreAsync(sample with { Grey = 200 });
        var second = Assert.Single(await host.RequestsAsync(1));

        var outcome = await host.StoreAsync(sample);

        Assert.Equal((3, false), Assert.IsType<StoreOutcome.Stored>(outcome) is var stored ? (stored.Revision, stored.Duplicate) : default);
        var third = Assert.Single(await host.RequestsAsync(1));
        Assert.Equal(first.Key with { Revision = 3 }, third.Key);
        Assert.NotEqual(first.Key.AnalysisId, second.Key.AnalysisId);
    }

    /// <summary>What no model takes is written by other statements than what is to be analysed.</summary>
    [Fact]
    public async Task SlicesOfASeriesThatNoModelTakesHaveTheSameOutcomes()
    {
        await using var host = await IngestHost.StartAsync(Folder);
        var first = new SampleObject { Modality = "MR" };
        var slice = first with { SopInstanceUid = SampleObject.NewUid() };
        var outcomes = new List<(int Revision, bool Duplicate)>();
        foreach (var sample in new[] { first, slice, slice, slice with { Grey = 200 }, slice })
            outcomes.Add(Assert.IsType<StoreOutcome.Stored>(await host.StoreAsync(sample)) is var stored ? (stored.Revision, stored.Duplicate) : default);

        Assert.Equal([(1, false), (1, false), (1, true), (2, false), (3, false)], outcomes);
        Assert.Equal(
            new[] { (first, 1), (slice, 1), (slice, 2), (slice, 3) }.Select(each => (each.Item1.SopInstanceUid, each.Item2)),
            [await AnnouncedAsync(), await AnnouncedAsync(), await AnnouncedAsync(), await AnnouncedAsync()]);
        Assert.Equal([(first.SopInstanceUid, 1), (slice.SopInstanceUid, 3)], (await host.FindAsync(first.StudyInstanceUid)).Select(found => (found.Identity.SopInstanceUid.Value, found.Revision)).OrderBy(each => each.Revision));

        async Task<(string, int)> AnnouncedAsync() => await host.InstanceAsync() is var announced ? (announced.SopInstanceUid, announced.Revision) : default;
    }

    [Fact]
    public async Task ATransactionRepeatedAfterItsCommitFindsItsOwnRow()
    {
        await using var host = IngestHost.Build(Folder);
        await host.StartWriterAsync();
        var first = new SampleObject { Modality = "MR" };
        var slice = first with { SopInstanceUid = SampleObject.NewUid() };
        await host.StoreAsync(first);
        await host.StoreAsync(slice);
        var found = Assert.Single(await host.FindAsync(slice.StudyInstanceUid, slice.SeriesInstanceUid, slice.SopInstanceUid));
        var repeated = new NewInstance("default", found.Identity, found.TransferSyntaxUid, found.ContentHash, found.Blob, Stat: false, DateTime.UtcNow)
        {
            Bytes = 1,
            TraceParent = "",
            Study = new StudyAttributes(),
            Modality = "MR",
            Analyses = [],
        };

        var recorded = await host.Services.GetRequiredService<IngestWriter>().WriteAsync(db => InstanceRecord.WriteAsync(db, repeated, DifferentBytes.Replace), IngestHost.Cancellation);

        Assert.Equal(new Recorded(RecordedResult.Added, 1), recorded);
        Assert.Equal(2, await host.QueryAsync(db => db.Instances.CountAsync()));
        Assert.Equal(2, await host.QueryAsync(db => db.Recordings.CountAsync()));
    }

    [Fact]
    public async Task OtherBytesAreRefusedWhereRevisionsAreSwitchedOff()
    {
        await using var host = await IngestHost.StartAsync(Folder, settings => settings["MedCloud:Ingest:OnDifferentBytes"] = "refuse");
        var sample = new SampleObject();
        await host.StoreAsync(sample);

        var other = await host.StoreAsync(sample with { Grey = 200 });
        var same = await host.StoreAsync(sample);

        var refused = Assert.IsType<StoreOutcome.Refused>(other);
        Assert.Equal((ErrorCode.DuplicateSopInstance, sample.SopInstanceUid), (refused.Code, refused.SopInstanceUid?.Value));
        Assert.True(Assert.IsType<StoreOutcome.Stored>(same).Duplicate);
        Assert.Single(await host.BlobsAsync());
    }

    [Fact]
    public async Task AnInstanceThatReturnsInAnotherStudyIsFoundThereOnly()
    {
        await using var host = await IngestHost.StartAsync(Folder);
        var sample = new SampleObject();
        var moved = sample with { StudyInstanceUid = SampleObject.NewUid(), SeriesInstanceUid = SampleObject.NewUid() };
        await host.StoreAsync(sample);

        var outcome = await host.StoreAsync(moved);

        Assert.Equal(2, Assert.IsType<StoreOutcome.Stored>(outcome).Revision);
        Assert.Empty(await host.FindAsync(sample.StudyInstanceUid));
        Assert.Equal(moved.SeriesInstanceUid, Assert.Single(await host.FindAsync(moved.StudyInstanceUid)).Identity.SeriesInstanceUid.Value);
    }

    [Fact]
    public async Task TheIndexFindsByStudySeriesAndInstance()
    {
        await using var host = await IngestHost.StartAsync(Folder);
        var first = new SampleObject();
        var second = first with { SopInstanceUid = SampleObject.NewUid() };
        var third = second with { SopInstanceUid = SampleObject.NewUid(), SeriesInstanceUid = SampleObject.NewUid() };
        foreach (var sample in new[] { first, second, third, new SampleObject() })
            await host.StoreAsync(sample);

        Assert.Equal([first.SopInstanceUid, second.SopInstanceUid, third.SopInstanceUid], Instances(await host.FindAsync(first.StudyInstanceUid)));
        Assert.Equal([first.SopInstanceUid, second.SopInstanceUid], Instances(await host.FindAsync(first.StudyInstanceUid, first.SeriesInstanceUid)));
        Assert.Equal([third.SopInstanceUid], Instances(await host.FindAsync(first.StudyInstanceUid, third.SeriesInstanceUid, third.SopInstanceUid)));
        Assert.Empty(await host.FindAsync(SampleObject.NewUid()));

        static IEnumerable<string> Instances(List<StoredInstance> found) => found.Select(each => each.Identity.SopInstanceUid.Value);
    }

    [Fact]
    public async Task OfManyReceptionsOfTheSameBytesOneIsStoredAndTheOthersAreDuplicates()
    {
        await using var host = await IngestHost.StartAsync(Folder);
        var sample = new SampleObject();

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 24).Select(_ => Task.Run(() => host.StoreAsync(sample))));

        var stored = outcomes.Cast<StoreOutcome.Stored>().ToList();
        Assert.Single(stored, each => !each.Duplicate);
        Assert.All(stored, each => Assert.Equal(1, each.Revision));
        Assert.Equal(Assert.Single(await host.FindAsync(sample.StudyInstanceUid)).Blob, Assert.Single(await host.BlobsAsync()).Key);
        Assert.Equal(1, await host.QueryAsync(db => db.Requests.CountAsync()));
    }

    [Fact]
    public async Task ManyReceptionsOfDifferentBytesAreConsecutiveRevisions()
    {
        await using var host = await IngestHost.StartAsync(Folder);
        var sample = new SampleObject();

        var outcomes = await Task.WhenAll(Enumerable.Range(0, 24).Select(grey => Task.Run(() => host.StoreAsync(sample with { Grey = (byte)grey }))));

        Assert.Equal(Enumerable.Range(1, 24), outcomes.Cast<StoreOutcome.Stored>().Select(each => each.Revision).Order());
        Assert.Equal(24, Assert.Single(await host.FindAsync(sample.StudyInstanceUid)).Revision);
        Assert.Equal(24, (await host.BlobsAsync()).Count);
    }

    [Fact]
    public async Task EveryInstanceOfManyStoredAtOnceIsFound()
    {
        await using var host = await IngestHost.StartAsync(Folder);
        var study = SampleObject.NewUid();
        var samples = Enumerable.Range(0, 60).Select(_ => new SampleObject { StudyInstanceUid = study }).ToList();

        var outcomes = await Task.WhenAll(samples.Select(sample => Task.Run(() => host.StoreAsync(sample))));

        Assert.All(outcomes, outcome => Assert.IsType<StoreOutcome.Stored>(outcome));
        Assert.Equal(
            samples.Select(sample => sample.SopInstanceUid).Order(),
            (await host.FindAsync(study)).Select(found => found.Identity.SopInstanceUid.Value).Order());
    }

    private static Reception Dimse(SampleObject sample, byte[] dataSet) => new()
    {
        Tenant = "default",
        Door = "dimse",
        Content = new MemoryStream(dataSet),
        TransferSyntax = TransferSyntax.ExplicitVrLittleEndian,
        SopClassUid = Uid.Parse(sample.SopClassUid),
        SopInstanceUid = Uid.Parse(sample.SopInstanceUid),
    };
}

public sealed class StoreInstanceOnSqliteTests() : StoreInstanceTests(null);

public sealed class StoreInstanceOnPostgresTests(Servers servers) : StoreInstanceTests(servers);
