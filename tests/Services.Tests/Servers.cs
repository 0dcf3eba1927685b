using MedCloud.Services.Tests;
using MedCloud.Tests;

[assembly: AssemblyFixture(typeof(Servers))]

namespace MedCloud.Services.Tests;

/// <summary>The servers that all tests of a run share, each started when the first test asks for it. A test that stops or kills one starts its own.</summary>
public sealed class Servers : IAsyncDisposable
{
    private readonly SemaphoreSlim starting = new(1);
    private AzuriteServer? azurite;

    /// <summary>The connection string of the shared Azurite; skips the test where it is not installed.</summary>
    public async Task<string> AzuriteAsync(CancellationToken cancellationToken)
    {
        await starting.WaitAsync(cancellationToken);
        try
        {
            azurite ??= new AzuriteServer();
            if (!azurite.IsRunning)
                await azurite.StartAsync(cancellationToken);
            return azurite.ConnectionString;
        }
        finally
        {
            starting.Release();
        }
    }

    public async ValueTask DisposeAsync()
    {
        if (azurite is not null)
            await azurite.DisposeAsync();
        starting.Dispose();
    }
}
