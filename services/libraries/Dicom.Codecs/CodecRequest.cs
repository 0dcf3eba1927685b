using System.Buffers.Binary;

namespace MedCloud.Dicom.Codecs;

/// <summary>The native libraries that decode frames.</summary>
public enum NativeCodec
{
    /// <summary>JPEG-LS (ISO/IEC 14495-1), by CharLS.</summary>
    JpegLs = 1,

    /// <summary>JPEG 2000 and High-Throughput JPEG 2000 (ISO/IEC 15444-1 and -15), by OpenJPEG.</summary>
    Jpeg2000 = 2,
}

/// <summary>One frame to decode, as it goes through the pipe: six little endian numbers of 32 bits, the last of them the length of the frame that follows.</summary>
/// <param name="Codec">Who decodes it.</param>
/// <param name="Columns">Its width, which its own header has confirmed.</param>
/// <param name="Rows">Its height, likewise.</param>
/// <param name="Samples">Components, likewise.</param>
/// <param name="SampleBytes">Bytes of a sample in the answer: 1, 2 or 4.</param>
public readonly record struct CodecRequest(NativeCodec Codec, int Columns, int Rows, int Samples, int SampleBytes)
{
    private const int HeaderBytes = 24;

    /// <summary>Bytes of the decoded frame.</summary>
    public long DecodedBytes => (long)Columns * Rows * Samples * SampleBytes;

    /// <summary>Reads the next request; null at the end of the stream.</summary>
    /// <exception cref="EndOfStreamException">The stream ends inside a request.</exception>
    public static CodecRequest? Read(Stream stream, out byte[] frame)
    {
        var header = new byte[HeaderBytes];
        frame = [];
        if (stream.ReadAtLeast(header, HeaderBytes, throwOnEndOfStream: false) < HeaderBytes)
            return null;
        frame = new byte[Number(header, 5)];
        stream.ReadExactly(frame);
        return new CodecRequest((NativeCodec)Number(header, 0), Number(header, 1), Number(header, 2), Number(header, 3), Number(header, 4));
    }

    /// <summary>Writes the request and its frame.</summary>
    public async Task WriteAsync(Stream stream, ReadOnlyMemory<byte> frame, CancellationToken cancellationToken)
    {
        var header = new byte[HeaderBytes];
        ReadOnlySpan<int> numbers = [(int)Codec, Columns, Rows, Samples, SampleBytes, frame.Length];
        for (var index = 0; index < numbers.Length; index++)
            BinaryPrimitives.WriteInt32LittleEndian(header.AsSpan(4 * index), numbers[index]);
        await stream.WriteAsync(header, cancellationToken);
        await stream.WriteAsync(frame, cancellationToken);
        await stream.FlushAsync(cancellationToken);
    }

    private static int Number(byte[] header, int index) => BinaryPrimitives.ReadInt32LittleEndian(header.AsSpan(4 * index));
}
