using MedCloud.Ingest.Ledger;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace MedCloud.Ingest.Index;

/// <summary>Ingest's database: the index of instances and the ledger. One subclass for each provider, with its own migrations.</summary>
public abstract class IngestDb(DbContextOptions options) : DbContext(options)
{
    public DbSet<StudyRow> Studies => Set<StudyRow>();

    public DbSet<SeriesRow> Series => Set<SeriesRow>();

    public DbSet<InstanceRow> Instances => Set<InstanceRow>();

    public DbSet<RecordingRow> Recordings => Set<RecordingRow>();

    public DbSet<RequestRow> Requests => Set<RequestRow>();

    /// <summary>Whether <paramref name="exception"/> says that a row with the same unique key was committed first.</summary>
    public abstract bool IsUniqueViolation(Exception exception);

    /// <inheritdoc/>
    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder) =>
        configurationBuilder.Properties<DateTime>().HaveConversion<UtcConverter>();

    /// <inheritdoc/>
    protected override void OnModelCreating(ModelBuilder modelBuilder)
    {
        modelBuilder.Entity<StudyRow>(study =>
        {
            study.ToTable("Studies");
            study.HasKey(row => new { row.Tenant, row.StudyInstanceUid });
        });
        modelBuilder.Entity<SeriesRow>(series =>
        {
            series.ToTable("Series");
            series.HasKey(row => new { row.Tenant, row.StudyInstanceUid, row.SeriesInstanceUid });
        });
        modelBuilder.Entity<InstanceRow>(instance =>
        {
            instance.HasIndex(row => new { row.Tenant, row.SopInstanceUid, row.Revision }).IsUnique();
            instance.HasIndex(row => new { row.Tenant, row.StudyInstanceUid, row.SeriesInstanceUid });
            instance.HasIndex(row => row.BlobKey).IsUnique();
        });
        modelBuilder.Entity<RecordingRow>(recording =>
        {
            recording.HasIndex(row => new { row.Tenant, row.SopInstanceUid, row.Revision }).IsUnique();
            recording.HasIndex(row => new { row.SentAt, row.Id });
        });
        modelBuilder.Entity<RequestRow>(request =>
        {
            request.HasIndex(row => row.AnalysisId).IsUnique();
            request.HasIndex(row => new { row.State, row.ModelName, row.Suspect, row.Stat, row.Attempts, row.Id });
            request.HasIndex(row => new { row.Tenant, row.StudyInstanceUid });
        });
    }

    /// <summary>Providers differ in what they return; everything here is UTC.</summary>
    private sealed class UtcConverter() : ValueConverter<DateTime, DateTime>(
        value => DateTime.SpecifyKind(value, DateTimeKind.Utc),
        value => DateTime.SpecifyKind(value, DateTimeKind.Utc));
}
