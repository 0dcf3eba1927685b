using System.Data.Common;
using Microsoft.EntityFrameworkCore;

namespace MedCloud.Hosting;

/// <summary>Compares the migrations of a database with those of this build.</summary>
public static class DatabaseSchema
{
    /// <summary>Returns when the database has the migrations of this build and no other.</summary>
    /// <exception cref="DatabaseSchemaException">It has not.</exception>
    /// <exception cref="DbException">The database cannot be read.</exception>
    public static async Task CheckAsync(DbContext context, CancellationToken cancellationToken)
    {
        var needed = context.Database.GetMigrations().ToList();
        var applied = (await context.Database.GetAppliedMigrationsAsync(cancellationToken)).ToList();
        if (!needed.SequenceEqual(applied, StringComparer.Ordinal))
            throw new DatabaseSchemaException($"the schema is {applied.LastOrDefault() ?? "empty"}, this build needs {needed[^1]}; run the migration job");
    }
}

/// <summary>The database has another schema than this build needs.</summary>
public sealed class DatabaseSchemaException(string message) : DbException(message);
