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

    /// <summary>What a SELECT of the table alias "study" ends with, so that its rows stay as they are until the end of the transaction.</summary>
    public abstract string KeepStudy { get; }

    /// <summary>Whether <paramref name="exception"/> says that another transaction was faster, so that repeating this one as a whole may succeed.</summary>
    public abstract bool IsLostRace(Exception exception);

    /// <summary>
    /// The same rows, locked until the end of the transaction and without those that another transaction has locked: no two relays take the same row, and neither waits.
    /// </summary>
    public abstract IQueryable<T> Taking<T>(IQueryable<T> rows)
        where T : class;

    /// <summary>Takes a lock among all processes until the end of the transaction; false if another has it.</summary>
    public abstract Task<bool> TryLockAsync(long key);

    /// <summary>
    /// A statement with its values, in the transaction of this context. It is translated once for each context: for the few statements
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
            // The UID first: an index that begins with the tenant would be tempting for every query, and lead through all rows of it.
            instance.HasIndex(row => new { row.SopInstanceUid, row.Tenant, row.Revision }).IsUnique();
            instance.HasIndex(row => new { row.StudyInstanceUid, row.SeriesInstanceUid, row.Tenant });
            instance.HasIndex(row => row.BlobKey).IsUnique();
        });
        modelBuilder.Entity<RecordingRow>(recording =>
        {
            recording.HasIndex(row => new { row.SopInstanceUid, row.Tenant, row.Revision }).IsUnique();
            recording.HasIndex(row => new { row.SentAt, row.Id });
        });
        modelBuilder.Entity<RequestRow>(request =>
        {
            request.HasIndex(row => row.AnalysisId).IsUnique();
            request.HasIndex(row => new { row.State, row.ModelName, row.Suspect, row.Stat, row.Attempts, row.Id });
            request.HasIndex(row => new { row.StudyInstanceUid, row.Tenant });
        });
    }

    /// <summary>Providers differ in what they return; everything here is UTC.</summary>
    private sealed class UtcConverter() : ValueConverter<DateTime, DateTime>(
        value => DateTime.SpecifyKind(value, DateTimeKind.Utc),
        value => DateTime.SpecifyKind(value, DateTimeKind.Utc));
}
