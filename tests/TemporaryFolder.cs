namespace MedCloud.Tests;

/// <summary>A folder of the test's own, gone afterwards.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    public string Path { get; } = Directory.CreateTempSubdirectory("medcloud-test-").FullName;

    public void Dispose() => Directory.Delete(Path, recursive: true);
}
