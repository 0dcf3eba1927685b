using System.Buffers.Binary;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.ChangeTracking;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace MedCloud.Results.Database;

/// <summary>What Results knows: studies, their series, the revisions of their instances, the analyses of each revision and what those found.</summary>
internal abstract class ResultsDb(DbContextOptions options) : DbContext(options)
{
    public DbSet<StudyRow> Studies => Set<StudyRow>();

    public DbSet<SeriesRow> Series => Set<SeriesRow>();

    public DbSet<InstanceRow> Instances => Set<InstanceRow>();

    public DbSet<AnalysisRow> Analyses => Set<AnalysisRow>();

    public DbSet<RefusalRow> Refusals => Set<RefusalRow>();

    /// <summary>Begins a transaction in which every query sees the same committed state, and which keeps no writer waiting.</summary>
    public abstract Task<IDbContextTransaction> BeginSnapshotAsync(CancellationToken cancellationToken);

    /// <summary>Begins a transaction in which no other process records, so that what is read and counted here stays true until its end.</summary>
    public abstract Task<IDbContextTransaction> BeginRecordingAsync(CancellationToken cancellationToken);

    /// <summary>Whether <paramref name="exception"/> says that another transaction was faster, so that repeating this one as a whole may succeed.</summary>
    public abstract bool IsLostRace(Exception exception);

    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<StudyRow>(study =>
        {
            study.ToTable("studies");
            study.HasIndex(row => new { row.StudyInstanceUid, row.Tenant }).IsUnique();
            study.HasIndex(row => new { row.Tenant, row.LastReceivedAt, row.Id });
            study.HasIndex(row => new { row.Tenant, row.Stat, row.LastReceivedAt, row.Id });
            study.HasIndex(row => new { row.Tenant, row.PatientId });
            study.HasIndex(row => new { row.Tenant, row.AccessionNumber });
            study.HasIndex(row => new { row.Tenant, row.StudyDate });
        });
        modelBuilder.Entity<SeriesRow>(series =>
        {
            series.ToTable("series");
            series.HasOne(row => row.Study).WithMany(row => row.Series).HasForeignKey(row => row.StudyId);
            series.HasIndex(row => new { row.SeriesInstanceUid, row.StudyId }).IsUnique();
            series.HasIndex(row => new { row.StudyId, row.InstanceCount });
        });
        modelBuilder.Entity<InstanceRow>(instance =>
        {
            instance.ToTable("instances");
            instance.HasOne(row => row.Series).WithMany().HasForeignKey(row => row.SeriesId);
            instance.HasIndex(row => new { row.SopInstanceUid, row.Revision, row.Tenant }).IsUnique();
            instance.HasIndex(row => new { row.SeriesId, row.IsCurrent });
        });
        modelBuilder.Entity<AnalysisRow>(analysis =>
        {
            analysis.ToTable("analyses");
            analysis.Property(row => row.Id).ValueGeneratedNever();
            analysis.HasOne(row => row.Instance).WithMany().HasForeignKey(row => row.InstanceId);
            analysis.HasOne(row => row.Refusal).WithMany().HasForeignKey(row => row.RefusalId);
            analysis.HasIndex(row => row.SopInstanceUid);
            analysis.HasIndex(row => new { row.InstanceId, row.State });
            analysis.HasIndex(row => new { row.RefusalId, row.Id });
            analysis.HasIndex(row => row.State);
        });
        modelBuilder.Entity<FindingRow>(finding =>
        {
            finding.ToTable("findings");
            finding.Property(row => row.Id).ValueGeneratedNever();
            finding.HasOne<AnalysisRow>().WithMany(row => row.Findings).HasForeignKey(row => row.AnalysisId);
        });
        modelBuilder.Entity<MapRow>(map =>
        {
            map.ToTable("maps");
            map.HasKey(row => new { row.AnalysisId, row.Position });
            map.HasOne<AnalysisRow>().WithMany(row => row.Maps).HasForeignKey(row => row.AnalysisId);
            map.Property(row => row.Values).HasConversion(new Floats(), ValueComparer.CreateDefault<float[]>(favorStructuralComparisons: true));
        });
        modelBuilder.Entity<RefusalRow>(refusal =>
        {
            refusal.ToTable("refusals");
            refusal.HasOne(row => row.Series).WithMany().HasForeignKey(row => row.SeriesId);
            refusal.HasIndex(row => new { row.SeriesId, row.ModelName, row.ReasonCode, row.ReasonText }).IsUnique();
        });
    }
    /// <summary>Four bytes for each, little endian, in both databases.</summary>
    private sealed class Floats() : ValueConverter<float[], byte[]>(values => ToBytes(values), bytes => FromBytes(bytes))
    {
        private static byte[] ToBytes(float[] values)
        {
            var bytes = new byte[values.Length * sizeof(float)];
            for (var i = 0; i < values.Length; i++)
                BinaryPrimitives.WriteSingleLittleEndian(bytes.AsSpan(i * sizeof(float)), values[i]);
            return bytes;
        }

        private static float[] FromBytes(byte[] bytes)
        {
            var values = new float[bytes.Length / sizeof(float)];
            for (var i = 0; i < values.Length; i++)
                values[i] = BinaryPrimitives.ReadSingleLittleEndian(bytes.AsSpan(i * sizeof(float)));
            return values;
        }
    }
}
