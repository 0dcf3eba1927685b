using System.ComponentModel;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace MedCloud.Storage;

/// <summary>The calls of the system that the store needs and .NET does not have.</summary>
internal static partial class Posix
{
    private const int OpenReadOnly = 0;
    private const int NotPermitted = 1;
    private const int NotSupportedOnLinux = 95;
    private const int NotSupportedOnMac = 45;
    private const string HashAttribute = "user.sha256";
    private const int HashBytes = 32;

    /// <summary>
    /// Gives a file its name, atomically and only if the name is free; the temporary name may stay. File systems without hard links (and Windows, where a move
    /// does not overwrite) move the file instead.
    /// </summary>
    /// <exception cref="IOException">The name is taken, or the volume failed.</exception>
    public static void LinkNew(string temporary, string path)
    {
        if (OperatingSystem.IsWindows())
        {
            File.Move(temporary, path, overwrite: false);
            return;
        }

        if (Link(temporary, path) == 0)
            return;
        var error = Marshal.GetLastPInvokeError();
        if (error is NotPermitted or NotSupportedOnLinux or NotSupportedOnMac)
            File.Move(temporary, path, overwrite: false);
        else
            throw Failure("name a file", error);
    }

    /// <summary>Makes the entries of a folder durable (fsync on its descriptor). Windows offers no such call; NTFS journals its entries.</summary>
    /// <exception cref="IOException">The volume failed.</exception>
    public static void FlushFolder(string folder)
    {
        if (OperatingSystem.IsWindows())
            return;
        var descriptor = Open(folder, OpenReadOnly);
        if (descriptor < 0)
            throw Failure("open a folder", Marshal.GetLastPInvokeError());
        try
        {
            if (FSync(descriptor) != 0)
                throw Failure("flush a folder", Marshal.GetLastPInvokeError());
        }
        finally
        {
            _ = Close(descriptor);
        }
    }

    /// <summary>
    /// Keeps the hash as the file's extended attribute <c>user.sha256</c>, 32 bytes (xattr(7)): they have their place in the inode, so a flush of the file makes them
    /// durable too. A file system without such attributes, and a system other than Linux, keeps none.
    /// </summary>
    /// <exception cref="IOException">The volume failed.</exception>
    public static void SetHash(SafeFileHandle file, string sha256)
    {
        if (!OperatingSystem.IsLinux())
            return;
        var hash = Convert.FromHexString(sha256);
        if (SetAttribute(file, HashAttribute, hash, hash.Length, 0) != 0 && Marshal.GetLastPInvokeError() is not NotSupportedOnLinux and var error)
            throw Failure("keep a hash", error);
    }

    /// <summary>What <see cref="SetHash"/> kept, lower-case hexadecimal; null where nothing was, or the file has gone.</summary>
    public static string? GetHash(string path)
    {
        if (!OperatingSystem.IsLinux())
            return null;
        var hash = new byte[HashBytes];
        return GetAttribute(path, HashAttribute, hash, hash.Length) == HashBytes ? Convert.ToHexStringLower(hash) : null;
    }

    private static IOException Failure(string act, int error) => new($"Cannot {act}: {Marshal.GetPInvokeErrorMessage(error)}", new Win32Exception(error));

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Link(string from, string to);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int FSync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "fsetxattr", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int SetAttribute(SafeFileHandle file, string name, byte[] value, nint size, int flags);

    [LibraryImport("libc", EntryPoint = "getxattr", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial nint GetAttribute(string path, string name, byte[] value, nint size);
}
