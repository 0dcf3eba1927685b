using System.IO.Compression;

namespace MedCloud.Dicom;

/// <summary>
/// The data set of a deflated transfer syntax (PS3.5 annex A.5): what is left of a <see cref="ByteSource"/>, inflated. Reading ends with a
/// <see cref="DicomFormatException"/> where the deflate stream is damaged, cut short or longer than allowed.
/// </summary>
internal sealed class InflatedStream : ForwardOnlyStream
{
    private const string CutShort = "the deflated data set is cut short";

    private readonly Rest rest;
    private readonly DeflateStream inflater;
    private readonly long limit;
    private readonly Func<string?> place;
    private long produced;

    /// <param name="source">The deflated bytes, and nothing after them but padding.</param>
    /// <param name="limit">Bytes that may come out.</param>
    /// <param name="place">The element being read, for exceptions.</param>
    public InflatedStream(ByteSource source, long limit, Func<string?> place)
    {
        this.limit = limit;
        this.place = place;
        rest = new Rest(source);
        inflater = new DeflateStream(rest, CompressionMode.Decompress);
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int count;
        try
        {
            count = await inflater.ReadAsync(buffer, cancellationToken);
        }
        catch (InvalidDataException exception)
        {
            throw Fault(rest.Ended ? CutShort : "the deflated data set is damaged", exception);
        }
        if (count > 0 && rest.Ended)
            throw Fault(CutShort);
        produced += count;
        return produced <= limit ? count : throw Fault("the inflated data set passes the limit");
    }

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            inflater.Dispose();
        base.Dispose(disposing);
    }

    private DicomFormatException Fault(string problem, Exception? innerException = null) => new(problem, place(), produced, innerException);

    /// <summary>
    /// The deflated bytes. DeflateStream takes the end of its input for the end of the data, complete or not, so after the last byte it is fed ones: a stream
    /// that had ended ignores them; one that had not yields more bytes or fails.
    /// </summary>
    private sealed class Rest(ByteSource source) : ForwardOnlyStream
    {
        private const int Ones = 256;

        public bool Ended { get; private set; }

        public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
        {
            if (await source.EnsureAsync(1, cancellationToken))
            {
                var count = Math.Min(buffer.Length, source.Buffered.Length);
                source.Buffered[..count].CopyTo(buffer.Span);
                source.Advance(count);
                return count;
            }
            if (Ended)
                return 0;
            Ended = true;
            var ones = Math.Min(buffer.Length, Ones);
            buffer.Span[..ones].Fill(0xFF);
            return ones;
        }
    }
}
