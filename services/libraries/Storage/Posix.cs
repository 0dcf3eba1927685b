using System.ComponentModel;
using System.Runtime.InteropServices;

namespace MedCloud.Storage;

/// <summary>The two calls of POSIX that the store needs and .NET does not have.</summary>
internal static partial class Posix
{
    private const int OpenReadOnly = 0;
    private const int NotPermitted = 1;
    private const int NotSupportedOnLinux = 95;
    private const int NotSupportedOnMac = 45;

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

    private static IOException Failure(string act, int error) => new($"Cannot {act}: {Marshal.GetPInvokeErrorMessage(error)}", new Win32Exception(error));

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Link(string from, string to);

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    private static partial int FSync(int descriptor);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    private static partial int Close(int descriptor);
}
