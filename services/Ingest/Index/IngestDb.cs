using System.Data.Common;
using System.Globalization;
using MedCloud.Ingest.Ledger;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Storage;
using Microsoft.EntityFrameworkCore.Storage.ValueConversion;

namespace MedCloud.Ingest.Index;

/// <summary>Ingest's database: the index of instances and the ledger. One subclass for each provider, with its own migrations.</summary>
public abstract class IngestDb(DbContextOptions options) : DbContext(options)
{
    private readonly Dictionary<string, DbCommand> statements = new(StringComparer.Ordinal);

    public DbSet<StudyRow> Studies => Set<StudyRow>();

    public DbSet<SeriesRow> Series => Set<SeriesRow>();

    public DbSet<InstanceRow> Instances => Set<InstanceRow>();

    public DbSet<RecordingRow> Recordings => Set<RecordingRow>();

    public DbSet<RequestRow> Requests => Set<RequestRow>();

    /// <summary>Whether <paramref name="exception"/> says that a row with the same unique key was committed first.</summary>
    public abstract bool IsUniqueViolation(Exception exception);

    /// <summary>Takes a lock that other processes respect, until the transaction ends; false if another has it. Where only one process writes, it is always to be had.</summary>
    public virtual Task<bool> TryLockAsync(long key) => Task.FromResult(true);

    /// <summary>
    /// A statement with its values, in the transaction of this context. It is translated once and stays prepared while the connection is open: for the few statements
    /// of every reception, where building a query or tracking a row costs more than the database does.
    /// </summary>
    /// <param name="sql">The statement; its values are @p0, @p1, and so on.</param>
    /// <param name="values">None is null.</param>
    /// <returns>Belongs to this context, and is valid until the same statement is asked for again.</returns>
    public DbCommand Statement(string sql, params ReadOnlySpan<object> values)
    {
        var connection = Database.GetDbConnection();
        if (!statements.TryGetValue(sql, out var command) || command.Connection != connection)
        {
            command = connection.CreateCommand();
            command.CommandText = sql;
            for (var index = 0; index < values.Length; index++)
            {
                var parameter = command.CreateParameter();
                parameter.ParameterName = string.Create(CultureInfo.InvariantCulture, $"@p{index}");
                command.Parameters.Add(parameter);
            }

            statements[sql] = command;
        }

        command.Transaction = Database.CurrentTransaction?.GetDbTransaction();
        for (var index = 0; index < values.Length; index++)
            command.Parameters[index].Value = values[index];
        return command;
    }

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
