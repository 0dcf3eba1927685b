using System.IO.Compression;

namespace MedCloud.Dicom;

/// <summary>
/// The data set of a deflated transfer syntax (PS3.5 annex A.5): what is left of a <see cref="ByteSource"/>, inflated. Ends with an
/// <see cref="InvalidDataException"/> where the deflate stream is damaged, cut short or longer than allowed.
/// </summary>
internal sealed class InflatedStream : Stream
{
    private readonly Rest rest;
    private readonly DeflateStream inflater;
    private readonly long limit;
    private long produced;

    public InflatedStream(ByteSource source, long limit)
    {
        this.limit = limit;
        rest = new Rest(source);
        inflater = new DeflateStream(rest, CompressionMode.Decompress);
    }

    public override bool CanRead => true;

    public override bool CanSeek => false;

    public override bool CanWrite => false;

    public override long Length => throw new NotSupportedException();

    public override long Position { get => produced; set => throw new NotSupportedException(); }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        int count;
        try
        {
            count = await inflater.ReadAsync(buffer, cancellationToken);
        }
        catch (InvalidDataException exception)
        {
            throw new InvalidDataException(rest.Ended ? "the deflated data set is cut short" : "the deflated data set is damaged", exception);
        }
        if (count > 0 && rest.Ended)
            throw new InvalidDataException("the deflated data set is cut short");
        produced += count;
        return produced <= limit ? count : throw new InvalidDataException("the inflated data set passes the limit");
    }

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    public override void Flush()
    {
    }

    public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

    public override void SetLength(long value) => throw new NotSupportedException();

    public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
            inflater.Dispose();
        base.Dispose(disposing);
    }

    /// <summary>
    /// The deflated bytes. DeflateStream takes the end of its input for the end of the data, complete or not, so after the last byte it is fed ones: a stream
    /// that had ended ignores them; one that had not yields more bytes or fails.
    /// </summary>
    private sealed class Rest(ByteSource source) : Stream
    {
        private const int Ones = 256;

        public bool Ended { get; private set; }

        public override bool CanRead => true;

        public override bool CanSeek => false;

        public override bool CanWrite => false;

        public override long Length => throw new NotSupportedException();

        public override long Position { get => throw new NotSupportedException(); set => throw new NotSupportedException(); }

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

        public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

        public override void Flush()
        {
        }

        public override long Seek(long offset, SeekOrigin origin) => throw new NotSupportedException();

        public override void SetLength(long value) => throw new NotSupportedException();

        public override void Write(byte[] buffer, int offset, int count) => throw new NotSupportedException();
    }
}
