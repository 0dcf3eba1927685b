using System.Diagnostics;
using System.Runtime.InteropServices;
using MedCloud.Dicom.Codecs;

namespace MedCloud.Dicom;

/// <summary>A process that decodes with native libraries, one frame at a time. It may die of a frame; this side then says so.</summary>
internal sealed class CodecProcess : IDisposable
{
    private const int Killed = 128 + 9;
    private const int TimedOut = 128 + 14;

    private readonly Process process;
    private readonly Stream requests;
    private readonly Stream answers;

    private CodecProcess(Process process)
    {
        this.process = process;
        requests = process.StandardInput.BaseStream;
        answers = process.StandardOutput.BaseStream;
    }

    /// <summary>Whether it has answered before: if it is gone now, that need not be the frame's fault.</summary>
    public bool Used { get; private set; }

    /// <summary>Starts <c>MedCloud.Dicom.Codecs</c>, which every program that decodes has beside it, on the runtime of this process.</summary>
    /// <exception cref="FileNotFoundException">It is not there.</exception>
    public static CodecProcess Start()
    {
        var program = Path.Combine(AppContext.BaseDirectory, "MedCloud.Dicom.Codecs");
        if (!File.Exists(program))
            throw new FileNotFoundException("The program that decodes JPEG-LS and JPEG 2000 is not beside this one; install MedCloud again", program);
        var start = new ProcessStartInfo(program) { RedirectStandardInput = true, RedirectStandardOutput = true, UseShellExecute = false };
        // The runtime may lie where its host does not look by itself.
        start.Environment["DOTNET_ROOT"] = Path.GetFullPath(Path.Combine(RuntimeEnvironment.GetRuntimeDirectory(), "..", "..", ".."));
        return new CodecProcess(Process.Start(start) ?? throw new InvalidOperationException("the decoder did not start"));
    }

    /// <summary>Has a frame decoded; null if the process ended on it.</summary>
    public async Task<CodecAnswer?> AskAsync(CodecRequest request, ReadOnlyMemory<byte> frame, CancellationToken cancellationToken)
    {
        try
        {
            await request.WriteAsync(requests, frame, cancellationToken);
            var answer = await CodecAnswer.ReadAsync(answers, request.DecodedBytes, cancellationToken);
            Used = true;
            return answer;
        }
        catch (IOException)
        {
            return null;
        }
    }

    /// <summary>Whether it ended by its own clock, after <see cref="AskAsync"/> gave null; the clock runs only while a frame is in hand.</summary>
    public async Task<bool> RanOutOfTimeAsync(CancellationToken cancellationToken)
    {
        await process.WaitForExitAsync(cancellationToken);
        return process.ExitCode == TimedOut;
    }

    /// <summary>Why it ended, after <see cref="AskAsync"/> gave null.</summary>
    /// <exception cref="InsufficientMemoryException">The machine had no memory left for it.</exception>
    public async Task<string> ObituaryAsync(CancellationToken cancellationToken)
    {
        await process.WaitForExitAsync(cancellationToken);
        return process.ExitCode switch
        {
            TimedOut => "was not decoded in time",
            Killed => throw new InsufficientMemoryException("the process that decodes a frame was killed"),
            _ => "is damaged: its decoder ended on it",
        };
    }

    /// <summary>Ends the process, whatever it does.</summary>
    public void Dispose()
    {
        try
        {
            process.Kill();
        }
        catch (InvalidOperationException)
        {
            // It has ended by itself.
        }
        // Disposing of the process leaves the pipes open once they have been taken.
        requests.Dispose();
        answers.Dispose();
        process.Dispose();
    }
}
