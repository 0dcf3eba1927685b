using System.Runtime.CompilerServices;

namespace MedCloud.Dicom;

/// <summary>The pixel data of a data set, frame after frame, as it comes off the stream.</summary>
public sealed class PixelDataStream
{
    private readonly ByteSource source;
    private readonly DataSetParser parser;
    private readonly TransferSyntax syntax;

    internal PixelDataStream(ByteSource source, DataSetParser parser, TransferSyntax syntax)
    {
        this.source = source;
        this.parser = parser;
        this.syntax = syntax;
    }

    /// <summary>The frames, still encoded, in order and once. The memory holds until the next step; only one frame is in memory.</summary>
    /// <exception cref="DicomFormatException">The pixel data is damaged or cut short, or has another number of frames than the description.</exception>
    public async IAsyncEnumerable<ReadOnlyMemory<byte>> ReadFramesAsync(PixelDescription description, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        await Task.CompletedTask;
        _ = (source, parser, syntax);
        throw new NotImplementedException();
#pragma warning disable CS0162
        yield break;
#pragma warning restore CS0162
    }
}
