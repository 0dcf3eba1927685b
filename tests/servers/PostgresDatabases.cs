using Npgsql;

namespace MedCloud.Tests;

/// <summary>Databases of single tests.</summary>
internal static class PostgresDatabases
{
    /// <summary>The connection string of a database that does not exist yet.</summary>
    public static string New(PostgresServer server) => $"{server.ConnectionString};Database=test-{Guid.NewGuid():n}";

    /// <summary>Creates it, without a table.</summary>
    public static void Create(string database) => Administrate(database, "CREATE DATABASE");

    /// <summary>Creates it like another on its server, to which nobody is connected.</summary>
    public static void Copy(string database, string template) => Administrate(database, "CREATE DATABASE", $" TEMPLATE \"{template}\"");

    /// <summary>Ends its connections and deletes it, if it is there.</summary>
    public static void Drop(string database) => Administrate(database, "DROP DATABASE IF EXISTS", " WITH (FORCE)");

    /// <summary>Runs statements beside the services, as another process would.</summary>
    public static void Execute(string database, string sql)
    {
        using var connection = new NpgsqlConnection(new NpgsqlConnectionStringBuilder(database) { Pooling = false }.ConnectionString);
        connection.Open();
        using var command = connection.CreateCommand();
        command.CommandText = sql;
        command.ExecuteNonQuery();
    }

    private static void Administrate(string database, string statement, string options = "")
    {
        var connection = new NpgsqlConnectionStringBuilder(database);
        Execute(new NpgsqlConnectionStringBuilder(database) { Database = "postgres" }.ConnectionString, $"{statement} \"{connection.Database}\"{options}");
    }
}
