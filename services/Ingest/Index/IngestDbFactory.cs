using Microsoft.EntityFrameworkCore;

namespace MedCloud.Ingest.Index;

/// <summary>Gives out pooled contexts of the provider in use.</summary>
internal sealed class IngestDbFactory<T>(IDbContextFactory<T> pool) : IDbContextFactory<IngestDb>
    where T : IngestDb
{
    public IngestDb CreateDbContext() => pool.CreateDbContext();
}
