using System.Runtime.InteropServices;

namespace MedCloud.Dicom.Codecs;

/// <summary>What the kernel holds this process to while a library has a frame in hand.</summary>
internal static partial class ProcessLimits
{
    /// <summary>A frame that takes longer is given up: SIGALRM ends the process.</summary>
    public const int Seconds = 10;

    /// <summary>What the runtime and the libraries take whatever the frame is.</summary>
    private const long OwnBytes = 1024L * 1024 * 1024;

    /// <summary>OpenJPEG holds an image of 32-bit samples, a tile of them, and its coded blocks.</summary>
    private const int BytesPerSample = 32;

    private const int DataLimit = 2;
    private const int CoreLimit = 4;

    /// <summary>Nothing is said on standard error, which nobody reads, and a crash leaves no core file.</summary>
    public static void Silence()
    {
        var nowhere = Open("/dev/null", 1);
        _ = Duplicate(nowhere, 2);
        Limit(CoreLimit, 0);
    }

    /// <summary>Starts the clock and bounds the memory for a request.</summary>
    public static void Begin(CodecRequest request)
    {
        Limit(DataLimit, OwnBytes + ((long)request.Columns * request.Rows * request.Samples * BytesPerSample));
        _ = Alarm(Seconds);
    }

    /// <summary>Stops the clock.</summary>
    public static void End() => _ = Alarm(0);

    private static void Limit(int resource, long bytes)
    {
        if (GetLimit(resource, out var limit) != 0)
            return;
        limit.Soft = Math.Min((ulong)bytes, limit.Hard);
        _ = SetLimit(resource, limit);
    }

    [StructLayout(LayoutKind.Sequential)]
    private struct ResourceLimit
    {
        public ulong Soft;
        public ulong Hard;
    }

    [LibraryImport("libc", EntryPoint = "getrlimit")]
    private static partial int GetLimit(int resource, out ResourceLimit limit);

    [LibraryImport("libc", EntryPoint = "setrlimit")]
    private static partial int SetLimit(int resource, in ResourceLimit limit);

    [LibraryImport("libc", EntryPoint = "alarm")]
    private static partial uint Alarm(uint seconds);

    [LibraryImport("libc", EntryPoint = "open", StringMarshalling = StringMarshalling.Utf8)]
    private static partial int Open(string path, int flags);

    [LibraryImport("libc", EntryPoint = "dup2")]
    private static partial int Duplicate(int from, int to);
}
