using System.Buffers.Binary;
using System.Text;

namespace MedCloud.Dicom.Codecs;

/// <summary>What became of a request.</summary>
public enum CodecOutcome
{
    /// <summary>The content is the frame: row by row, little endian, the samples of a pixel together.</summary>
    Decoded = 1,

    /// <summary>The content is a sentence in UTF-8: what is wrong with the frame.</summary>
    Corrupt = 2,

    /// <summary>The content is a sentence in UTF-8: which library is not on this machine.</summary>
    LibraryMissing = 3,
}

/// <summary>The answer to a <see cref="CodecRequest"/>, as it goes through the pipe: the outcome and the length of the content, little endian, then the content.</summary>
/// <param name="Outcome">What the content is.</param>
/// <param name="Content">The frame or a sentence.</param>
public readonly record struct CodecAnswer(CodecOutcome Outcome, byte[] Content)
{
    private const int HeaderBytes = 8;

    /// <summary>The content as a sentence.</summary>
    public string Sentence => Encoding.UTF8.GetString(Content);

    /// <summary>An answer that is a sentence.</summary>
    public static CodecAnswer Of(CodecOutcome outcome, string sentence) => new(outcome, Encoding.UTF8.GetBytes(sentence));

    /// <summary>Reads an answer whose content is at most as long as the frame that was asked for.</summary>
    /// <exception cref="EndOfStreamException">The other side is gone.</exception>
    /// <exception cref="InvalidDataException">The content is longer than anything that was asked for.</exception>
    public static async Task<CodecAnswer> ReadAsync(Stream stream, long longest, CancellationToken cancellationToken)
    {
        var header = new byte[HeaderBytes];
        await stream.ReadExactlyAsync(header, cancellationToken);
        var length = BinaryPrimitives.ReadInt32LittleEndian(header.AsSpan(4));
        if (length < 0 || length > Math.Max(longest, 1024))
            throw new InvalidDataException("an answer longer than what was asked for");
        var content = new byte[length];
        await stream.ReadExactlyAsync(content, cancellationToken);
        return new CodecAnswer((CodecOutcome)BinaryPrimitives.ReadInt32LittleEndian(header), content);
    }

    /// <summary>Writes the answer.</summary>
    public void Write(Stream stream)
    {
        Span<byte> header = stackalloc byte[HeaderBytes];
        BinaryPrimitives.WriteInt32LittleEndian(header, (int)Outcome);
        BinaryPrimitives.WriteInt32LittleEndian(header[4..], Content.Length);
        stream.Write(header);
        stream.Write(Content);
        stream.Flush();
    }
}
