namespace MedCloud.Hosting;

/// <summary>The choice between the embedded database and PostgreSQL.</summary>
public static class DatabaseSettings
{
    /// <summary>What is wrong with the settings <c>Database</c> and <c>ConnectionString</c> of a section: exactly one is to be set.</summary>
    /// <param name="section">The section, e.g. MedCloud:Ingest.</param>
    /// <param name="name">What the database is called in the examples.</param>
    /// <param name="database">The SQLite file; empty if not set.</param>
    /// <param name="connectionString">Of PostgreSQL; empty if not set.</param>
    public static IEnumerable<string> Faults(string section, string name, string database, string connectionString)
    {
        var example = $"e.g. Host=postgres;Database={name};Username=medcloud;Password=...";
        if (database.Length == 0 && connectionString.Length == 0)
            yield return $"{section}:Database and {section}:ConnectionString are missing; name the file of the embedded database, e.g. /var/lib/medcloud/{name}.db, or the PostgreSQL database, {example}";
        else if (database.Length > 0 && connectionString.Length > 0)
            yield return $"{section}:Database and {section}:ConnectionString exclude each other; set one";
        else if (connectionString.Length > 0 && !PostgresDatabase.IsConnectionString(connectionString))
            yield return $"{section}:ConnectionString is not the connection string of a PostgreSQL database, {example}";
    }
}
