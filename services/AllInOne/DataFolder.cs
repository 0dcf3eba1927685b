namespace MedCloud.AllInOne;

/// <summary>The data folder, held by one process at a time.</summary>
internal sealed class DataFolder : IDisposable
{
    private readonly FileStream held;

    private DataFolder(FileStream lockFile) => held = lockFile;

    /// <summary>Takes the exclusive lock, which the system releases however the process ends; null when another process holds it.</summary>
    public static DataFolder? TryOpen(string path)
    {
        Directory.CreateDirectory(path);
        try
        {
            return new DataFolder(new FileStream(Path.Combine(path, "lock"), FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None));
        }
        catch (IOException exception) when (exception.GetType() == typeof(IOException))
        {
            return null;
        }
    }

    public void Dispose() => held.Dispose();
}
