using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;
using System.Text;

namespace MedCloud.Dicom;

/// <summary>
/// Writes data sets (PS3.5 section 7) and the head of Part 10 files (PS3.10 section 7.1). Sequences and items get defined lengths, values are padded to even
/// lengths. Group lengths stand in the groups 0000 and 0002 only, and are computed.
/// </summary>
public static class DicomWriter
{
    /// <summary>Preamble, "DICM" and file meta group: what stands before the data set in a file.</summary>
    /// <exception cref="InvalidOperationException">A UID is missing that PS3.10 table 7.1-1 requires.</exception>
    public static byte[] ToBytes(FileMetaInformation meta)
    {
        var group = new DataSet();
        group.Set(new DicomElement(DicomTags.FileMetaInformationVersion, Vr.OB, new byte[] { 0, 1 }));
        SetText(group, DicomTags.MediaStorageSopClassUid, (meta.MediaStorageSopClassUid ?? throw Missing(DicomTags.MediaStorageSopClassUid)).Value);
        SetText(group, DicomTags.MediaStorageSopInstanceUid, (meta.MediaStorageSopInstanceUid ?? throw Missing(DicomTags.MediaStorageSopInstanceUid)).Value);
        SetText(group, DicomTags.TransferSyntaxUid, meta.TransferSyntaxUid.Value);
        SetText(group, DicomTags.ImplementationClassUid, meta.ImplementationClassUid?.Value ?? Implementation.ClassUid);
        SetText(group, DicomTags.ImplementationVersionName, meta.ImplementationVersionName ?? (meta.ImplementationClassUid is null ? Implementation.VersionName : null));
        SetText(group, DicomTags.SourceApplicationEntityTitle, meta.SourceAeTitle);
        return [.. new byte[128], .. "DICM"u8, .. ToBytes(group, TransferSyntax.ExplicitVrLittleEndian)];
    }

    /// <summary>The data set's bytes in a transfer syntax.</summary>
    /// <exception cref="InvalidOperationException">A value was left in the stream that the data set was read from, or is too long for its VR.</exception>
    public static byte[] ToBytes(DataSet dataSet, TransferSyntax syntax)
    {
        var bytes = new Output(syntax.ExplicitVr, syntax.BigEndian);
        bytes.Write(dataSet);
        return syntax.Deflated ? Deflate(bytes.Written) : bytes.Written.ToArray();
    }

    /// <summary>Writes the data set in a transfer syntax, without file meta information.</summary>
    /// <exception cref="InvalidOperationException">As <see cref="ToBytes(DataSet, TransferSyntax)"/>.</exception>
    public static async ValueTask WriteAsync(Stream destination, DataSet dataSet, TransferSyntax syntax, CancellationToken cancellationToken) =>
        await destination.WriteAsync(ToBytes(dataSet, syntax), cancellationToken);

    /// <summary>Writes a whole Part 10 file; the data set in the transfer syntax that <paramref name="meta"/> names.</summary>
    /// <exception cref="InvalidOperationException">As <see cref="ToBytes(DataSet, TransferSyntax)"/>, or the transfer syntax is unknown.</exception>
    public static async ValueTask WriteFileAsync(Stream destination, FileMetaInformation meta, DataSet dataSet, CancellationToken cancellationToken)
    {
        var syntax = TransferSyntax.Find(meta.TransferSyntaxUid.Value) ?? throw new InvalidOperationException("the transfer syntax is none of the standard's");
        await destination.WriteAsync(ToBytes(meta), cancellationToken);
        await WriteAsync(destination, dataSet, syntax, cancellationToken);
    }

    private static InvalidOperationException Missing(DicomTag tag) => new($"{tag} is missing in the file meta information");

    private static void SetText(DataSet group, DicomTag tag, string? value)
    {
        if (value is { Length: > 0 })
            group.Set(tag, value);
    }

    private static byte[] Deflate(ReadOnlySpan<byte> bytes)
    {
        using var deflated = new MemoryStream();
        using (var deflater = new DeflateStream(deflated, CompressionLevel.Optimal, leaveOpen: true))
            deflater.Write(bytes);
        // DeflateStream writes nothing for nothing; a deflate stream has a last block even then.
        if (bytes.IsEmpty)
            deflated.Write([3, 0]);
        if (deflated.Length % 2 == 1)
            deflated.WriteByte(0);
        return deflated.ToArray();
    }

    private sealed class Output(bool explicitVr, bool bigEndian)
    {
        private readonly ArrayBufferWriter<byte> buffer = new();

        public ReadOnlySpan<byte> Written => buffer.WrittenSpan;

        public void Write(DataSet dataSet)
        {
            var previous = -1;
            foreach (var element in dataSet)
            {
                if (element.Tag.IsGroupLength)
                    continue;
                if (element.Tag.Group is 0 or 2 && element.Tag.Group != previous)
                    WriteGroupLength(dataSet, element.Tag.Group);
                previous = element.Tag.Group;
                Write(element);
            }
        }

        private void WriteGroupLength(DataSet dataSet, ushort group)
        {
            var elements = new Output(explicitVr, bigEndian);
            foreach (var element in dataSet.Where(element => element.Tag.Group == group && !element.Tag.IsGroupLength))
                elements.Write(element);
            var length = new byte[4];
            BinaryPrimitives.WriteUInt32LittleEndian(length, (uint)elements.Written.Length);
            Write(new DicomElement(new DicomTag(group, 0), Vr.UL, length));
        }

        private void Write(DicomElement element)
        {
            if (element.Segment is not null)
                throw new InvalidOperationException($"the value of {element.Tag} was left in the stream");
            if (element.Vr == Vr.SQ)
            {
                var size = new Output(explicitVr, bigEndian);
                foreach (var item in element.Items)
                {
                    var content = new Output(explicitVr, bigEndian);
                    content.Write(item);
                    size.WriteTag(DicomTags.Item);
                    size.WriteUInt32((uint)content.Written.Length);
                    size.buffer.Write(content.Written);
                }
                WriteHeader(element.Tag, Vr.SQ, size.Written.Length);
                buffer.Write(size.Written);
                return;
            }
            var value = element.Value.Span;
            var padded = value.Length + (value.Length & 1);
            WriteHeader(element.Tag, element.Vr, padded);
            var span = buffer.GetSpan(padded)[..padded];
            value.CopyTo(span);
            if (padded > value.Length)
                span[^1] = element.Vr.Padding();
            if (bigEndian)
                ByteOrder.Swap(span, element.Vr.WordSize());
            buffer.Advance(padded);
        }

        private void WriteHeader(DicomTag tag, Vr vr, int length)
        {
            WriteTag(tag);
            if (!explicitVr)
            {
                WriteUInt32((uint)length);
                return;
            }
            buffer.Write([(byte)((int)vr >> 8), (byte)vr]);
            if (vr.HasLongForm())
            {
                WriteUInt16(0);
                WriteUInt32((uint)length);
            }
            else
            {
                WriteUInt16(length <= ushort.MaxValue ? (ushort)length : throw new InvalidOperationException($"the value of {tag} is too long for {vr}"));
            }
        }

        private void WriteTag(DicomTag tag)
        {
            WriteUInt16(tag.Group);
            WriteUInt16(tag.Element);
        }

        private void WriteUInt16(ushort value)
        {
            var span = buffer.GetSpan(2);
            if (bigEndian)
                BinaryPrimitives.WriteUInt16BigEndian(span, value);
            else
                BinaryPrimitives.WriteUInt16LittleEndian(span, value);
            buffer.Advance(2);
        }

        private void WriteUInt32(uint value)
        {
            var span = buffer.GetSpan(4);
            if (bigEndian)
                BinaryPrimitives.WriteUInt32BigEndian(span, value);
            else
                BinaryPrimitives.WriteUInt32LittleEndian(span, value);
            buffer.Advance(4);
        }
    }
}
