namespace MedCloud.Dicom;

/// <summary>
/// Reads one data set from a forward-only stream, once: every byte of the stream is read in order, so that a tee below it sees the whole file. Does not own
/// the stream. Values are kept in memory up to the limits; pixel data and longer values are left in the stream and recorded as segments.
/// </summary>
public sealed class DicomReader : IDisposable
{
    private const int PreambleLength = 128;

    private readonly DicomReadLimits limits;
    private readonly ByteSource outer;
    private ByteSource source;
    private InflatedStream? inflated;
    private DataSetParser? parser;
    private TransferSyntax? syntax;
    private bool atPixelData;
    private bool pixelDataOpened;

    private DicomReader(Stream stream, DicomReadLimits? limits)
    {
        this.limits = limits ?? new DicomReadLimits();
        source = outer = new ByteSource(stream);
    }

    /// <summary>The file meta information, once <see cref="ReadMetaAsync"/> has read it.</summary>
    public FileMetaInformation? Meta { get; private set; }

    /// <summary>How the data set is encoded; for a Part 10 file known after <see cref="ReadMetaAsync"/>.</summary>
    public TransferSyntax Syntax => syntax ?? throw new InvalidOperationException("read the file meta information first");

    /// <summary>Where the data set begins in the source, in bytes: after the file meta group; 0 without one.</summary>
    public long DataSetOffset { get; private set; }

    /// <summary>What has been read so far.</summary>
    public DataSet DataSet { get; } = new();

    /// <summary>A Part 10 file: preamble, "DICM", file meta group, data set (PS3.10 section 7).</summary>
    public static DicomReader ForPart10(Stream source, DicomReadLimits? limits = null) => new(source, limits);

    /// <summary>A bare data set, as DIMSE carries it.</summary>
    public static DicomReader ForDataSet(Stream source, TransferSyntax syntax, DicomReadLimits? limits = null)
    {
        var reader = new DicomReader(source, limits);
        reader.Begin(syntax);
        return reader;
    }

    /// <summary>Reads preamble and file meta group of a Part 10 file. A lenient reader makes up for what is missing: the result then has the transfer syntax alone.</summary>
    /// <exception cref="DicomFormatException">It is not a Part 10 file, or its transfer syntax is missing or unknown.</exception>
    public async Task<FileMetaInformation> ReadMetaAsync(CancellationToken cancellationToken)
    {
        if (parser is not null)
            throw new InvalidOperationException("there is no file meta information to read");
        await ReadPreambleAsync(cancellationToken);
        var group = await ReadMetaGroupAsync(cancellationToken);
        if ((group.GetUid(DicomTags.TransferSyntaxUid) ?? (await FirstSyntaxAsync(cancellationToken))?.Uid) is not { } uid)
        {
            throw group.Count == 0
                ? new DicomFormatException("no file meta group after DICM", null, source.Position)
                : new DicomFormatException("the file meta group has no Transfer Syntax UID", DicomTags.TransferSyntaxUid.ToString(), source.Position);
        }
        Meta = new FileMetaInformation
        {
            MediaStorageSopClassUid = group.GetUid(DicomTags.MediaStorageSopClassUid),
            MediaStorageSopInstanceUid = group.GetUid(DicomTags.MediaStorageSopInstanceUid),
            TransferSyntaxUid = uid,
            ImplementationClassUid = group.GetUid(DicomTags.ImplementationClassUid),
            ImplementationVersionName = group.GetString(DicomTags.ImplementationVersionName),
            SourceAeTitle = group.GetString(DicomTags.SourceApplicationEntityTitle),
        };
        Begin(TransferSyntax.Find(uid.Value)
            ?? throw new DicomFormatException("the transfer syntax is none of the standard's", DicomTags.TransferSyntaxUid.ToString(), source.Position));
        return Meta;
    }

    /// <summary>
    /// Reads until the next element's tag is not below <paramref name="stop"/> or the data set ends; that element is not taken. An element out of order that
    /// follows it is found by reading on.
    /// </summary>
    /// <exception cref="DicomFormatException">The data is damaged, cut short or over a limit.</exception>
    public async Task ReadUntilAsync(DicomTag stop, CancellationToken cancellationToken)
    {
        var parser = await ReadyAsync(cancellationToken);
        var stopped = await parser.ReadUntilAsync(DataSet, stop, cancellationToken);
        atPixelData = stopped && parser.Header.Tag == DicomTags.PixelData;
    }

    /// <summary>Reads everything, to the last byte of the source.</summary>
    /// <exception cref="DicomFormatException">The data is damaged, cut short or over a limit.</exception>
    public async Task ReadToEndAsync(CancellationToken cancellationToken)
    {
        var parser = await ReadyAsync(cancellationToken);
        atPixelData = false;
        await parser.ReadUntilAsync(DataSet, null, cancellationToken);
        await outer.DrainAsync(cancellationToken);
    }

    /// <summary>
    /// Takes the pixel data, if <see cref="ReadUntilAsync"/> has stopped at it; else null. Its frames are the last that this reader reads.
    /// </summary>
    public PixelDataStream? OpenPixelData()
    {
        if (!atPixelData || parser is null || pixelDataOpened)
            return null;
        pixelDataOpened = true;
        return new PixelDataStream(source, parser, Syntax, DataSet.TryGet(DicomTags.ExtendedOffsetTable, out var offsets) ? offsets.Value : default);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        source.Dispose();
        inflated?.Dispose();
        outer.Dispose();
    }

    private async ValueTask ReadPreambleAsync(CancellationToken cancellationToken)
    {
        var whole = await source.EnsureAsync(PreambleLength + 4, cancellationToken);
        if (whole && source.Buffered.Slice(PreambleLength, 4).SequenceEqual("DICM"u8))
        {
            source.Advance(PreambleLength + 4);
            return;
        }
        if (await FirstSyntaxAsync(cancellationToken) is not null)
            return;
        throw whole
            ? new DicomFormatException("missing DICM after the preamble", null, PreambleLength)
            : new DicomFormatException(source.Buffered.IsEmpty ? "the file is empty" : "the file ends before DICM", null, source.Buffered.Length);
    }

    /// <summary>What a lenient reader takes the next element's encoding for; null if that is no element of group 2 or 8, or the reader is strict.</summary>
    private async ValueTask<TransferSyntax?> FirstSyntaxAsync(CancellationToken cancellationToken)
    {
        if (!limits.Lenient || !await source.EnsureAsync(8, cancellationToken))
            return null;
        var first = source.Buffered;
        var tag = ElementHeader.ReadTag(first, bigEndian: false);
        if (VrInfo.TryFrom(first[4], first[5], out _))
        {
            return tag.Group is 2 or 8 ? TransferSyntax.ExplicitVrLittleEndian
                : ElementHeader.ReadTag(first, bigEndian: true).Group == 8 ? TransferSyntax.ExplicitVrBigEndian
                : null;
        }
        // implicit VR has nothing but a known tag and a length that a first element may have
        var known = tag.Group == 8 && (tag.IsGroupLength || DataDictionary.Find(tag) is not null);
        return known && ElementHeader.Read(first, explicitVr: false, bigEndian: false).Length <= ushort.MaxValue ? TransferSyntax.ImplicitVrLittleEndian : null;
    }

    /// <summary>
    /// Group 2, always explicit VR little endian. Its length (0002,0000) is believed only where a deflated data set follows, whose first bytes can be anything.
    /// </summary>
    private async ValueTask<DataSet> ReadMetaGroupAsync(CancellationToken cancellationToken)
    {
        var group = new DataSet();
        var meta = new DataSetParser(source, TransferSyntax.ExplicitVrLittleEndian, limits);
        long? end = null;
        while (await source.EnsureAsync(4, cancellationToken) && ElementHeader.ReadTag(source.Buffered, bigEndian: false).Group == 2)
        {
            var deflated = TransferSyntax.Find(group.GetString(DicomTags.TransferSyntaxUid) ?? "")?.Deflated ?? false;
            if (deflated && source.Position == end)
                break;
            await meta.PeekAsync(cancellationToken);
            await meta.ReadElementAsync(group, long.MaxValue, cancellationToken);
            if (meta.Header.Tag == DicomTags.FileMetaInformationGroupLength && group.GetDouble(DicomTags.FileMetaInformationGroupLength) is { } length)
                end = source.Position + (long)length;
        }
        return group;
    }

    private void Begin(TransferSyntax dataSetSyntax)
    {
        syntax = dataSetSyntax;
        DataSetOffset = outer.Position;
        if (dataSetSyntax.Deflated)
        {
            inflated = new InflatedStream(outer, limits.MaxInflatedBytes, () => parser?.Place);
            source = new ByteSource(inflated);
        }
        parser = new DataSetParser(source, dataSetSyntax, limits);
    }

    private async ValueTask<DataSetParser> ReadyAsync(CancellationToken cancellationToken)
    {
        if (pixelDataOpened)
            throw new InvalidOperationException("the pixel data has been opened: nothing is read behind it");
        if (parser is null)
            await ReadMetaAsync(cancellationToken);
        return parser ?? throw new InvalidOperationException("no parser");
    }
}
