using System.Collections.Concurrent;
using MedCloud.Dicom.Codecs;

namespace MedCloud.Dicom;

/// <summary>Frames that native libraries decode, each in a process that it may take down: damaged HTJ2K aborts OpenJPEG, and some frames keep a library busy for minutes.</summary>
internal sealed class NativeFrameDecoder : IDisposable
{
    private readonly ConcurrentBag<CodecProcess> idle = [];
    private readonly SemaphoreSlim slots = new(Environment.ProcessorCount);
    private volatile bool disposed;

    /// <summary>Decodes a frame whose header has been compared with its description.</summary>
    public async Task<FrameResult> DecodeAsync(NativeCodec codec, CodedFrame coded, PixelDescription description, ReadOnlyMemory<byte> frame, CancellationToken cancellationToken)
    {
        var request = new CodecRequest(codec, description.Columns, description.Rows, description.SamplesPerPixel, description.SampleBytes);
        await slots.WaitAsync(cancellationToken);
        try
        {
            return await DecodeAsync(request, coded, description, frame, cancellationToken);
        }
        finally
        {
            slots.Release();
        }
    }

    /// <summary>Ends the processes that are idle now, and each of the others when its frame is decoded.</summary>
    public void Dispose()
    {
        disposed = true;
        while (idle.TryTake(out var process))
            process.Dispose();
    }

    private async Task<FrameResult> DecodeAsync(CodecRequest request, CodedFrame coded, PixelDescription description, ReadOnlyMemory<byte> frame, CancellationToken cancellationToken)
    {
        for (var again = false; ; again = true)
        {
            var process = !again && idle.TryTake(out var waiting) ? waiting : CodecProcess.Start();
            var answered = false;
            try
            {
                if (await process.AskAsync(request, frame, cancellationToken) is { } answer)
                {
                    answered = true;
                    return Result(answer, coded, description);
                }
                // One that has worked before may have been ended from outside while it waited, so a fresh one is asked; not where the frame took its time.
                if (!process.Used || await process.RanOutOfTimeAsync(cancellationToken))
                    return new FrameResult.Corrupt($"the {coded.Codec} frame {await process.ObituaryAsync(cancellationToken)}");
            }
            finally
            {
                if (answered)
                    idle.Add(process);
                else
                    process.Dispose();
                if (disposed)
                    Dispose();
            }
        }
    }

    private static FrameResult Result(CodecAnswer answer, CodedFrame coded, PixelDescription description)
    {
        switch (answer.Outcome)
        {
            case CodecOutcome.Decoded:
                coded.ExtendSign(description, answer.Content);
                // The colour transforms of JPEG 2000 are undone with its coding (PS3.5 section 8.2.4).
                return new FrameResult.Decoded(answer.Content, description.PhotometricInterpretation is "YBR_RCT" or "YBR_ICT" ? "RGB" : description.PhotometricInterpretation);
            case CodecOutcome.LibraryMissing:
                return new FrameResult.Unsupported(answer.Sentence);
            default:
                return new FrameResult.Corrupt(answer.Sentence);
        }
    }
}
