using System.Collections.Concurrent;

namespace MedCloud.Storage;

/// <summary>
/// Makes folders whose entries survive a loss of power. A folder that is there may have been made a moment ago by another reception, or by a process that was killed,
/// and not be on disk yet; so each is flushed once by this process before anybody relies on it, and remembered.
/// </summary>
internal sealed class DurableFolders(string root)
{
    private const int Remembered = 20_000;

    private readonly ConcurrentDictionary<string, bool> durable = new(StringComparer.Ordinal);

    /// <summary>Makes <paramref name="folder"/>, below the root, and everything between.</summary>
    public void Ensure(string folder)
    {
        if (folder == root || durable.ContainsKey(folder))
            return;
        var parent = Path.GetDirectoryName(folder)!;
        Ensure(parent);
        Directory.CreateDirectory(folder);
        Posix.FlushFolder(parent);
        if (durable.Count >= Remembered)
            durable.Clear();
        durable.TryAdd(folder, true);
    }

    /// <summary>Makes the entries of the folders above <paramref name="folder"/> durable: the store's own folder may have been made just now.</summary>
    public static void FlushAbove(string folder)
    {
        for (var above = Path.GetDirectoryName(folder); above is not null; above = Path.GetDirectoryName(above))
        {
            try
            {
                Posix.FlushFolder(above);
            }
            catch (IOException)
            {
                // A folder that this process may not open is none that it has made.
                return;
            }
        }
    }

    /// <summary>Forgets what is durable: the volume may have been changed.</summary>
    public void Forget() => durable.Clear();
}
