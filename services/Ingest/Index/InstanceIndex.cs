using System.Runtime.CompilerServices;
using MedCloud.Dicom;
using MedCloud.Ingest.Index;
using MedCloud.Storage;
using Microsoft.EntityFrameworkCore;

namespace MedCloud.Ingest;

/// <summary>The current revision of an instance.</summary>
/// <param name="Identity">Its identifiers.</param>
/// <param name="Blob">Where the Part 10 file lies.</param>
/// <param name="TransferSyntaxUid">The data set's.</param>
/// <param name="ContentHash">SHA-256 of the data set bytes, lower-case hexadecimal.</param>
/// <param name="Revision">1 for the first bytes received under the SOP Instance UID.</param>
public sealed record StoredInstance(InstanceIdentity Identity, BlobKey Blob, Uid TransferSyntaxUid, string ContentHash, int Revision);

/// <summary>Finds stored instances.</summary>
public sealed class InstanceIndex(IDbContextFactory<IngestDb> databases)
{
    private const int Page = 200;

    /// <summary>
    /// The current revisions of a study, or of one series or instance of it, in the order of their reception. No transaction is held open between two pages, so a
    /// slow reader holds nothing up.
    /// </summary>
    public async IAsyncEnumerable<StoredInstance> FindAsync(
        string tenant, Uid study, Uid? series, Uid? instance, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var last = 0L;
        while (true)
        {
            var rows = await PageAsync(tenant, study, series, instance, last, cancellationToken);
            foreach (var row in rows)
                yield return Stored(row);
            if (rows.Count < Page)
                yield break;
            last = rows[^1].Id;
        }
    }

    private async Task<List<InstanceRow>> PageAsync(string tenant, Uid study, Uid? series, Uid? instance, long after, CancellationToken cancellationToken)
    {
        await using var db = await databases.CreateDbContextAsync(cancellationToken);
        var rows = db.Instances.AsNoTracking().Where(row => row.Tenant == tenant && row.StudyInstanceUid == study.Value && row.IsCurrent && row.Id > after);
        if (series is { } seriesUid)
            rows = rows.Where(row => row.SeriesInstanceUid == seriesUid.Value);
        if (instance is { } instanceUid)
            rows = rows.Where(row => row.SopInstanceUid == instanceUid.Value);
        return await rows.OrderBy(row => row.Id).Take(Page).ToListAsync(cancellationToken);
    }

    private static StoredInstance Stored(InstanceRow row) => new(
        new InstanceIdentity(Uid.Parse(row.StudyInstanceUid), Uid.Parse(row.SeriesInstanceUid), Uid.Parse(row.SopInstanceUid), Uid.Parse(row.SopClassUid)),
        BlobKey.TryParse(row.BlobKey, out var key) ? key : throw new InvalidDataException("A row of the index names no blob."),
        Uid.Parse(row.TransferSyntaxUid),
        row.ContentHash,
        row.Revision);
}
