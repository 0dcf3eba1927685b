using System.Globalization;
using System.Text;

namespace MedCloud.Dicom;

/// <summary>
/// Reads elements, items and sequences (PS3.5 section 7) off a <see cref="ByteSource"/>. Elements out of order are taken as they come; an element that
/// appears twice is an error, since readers disagree on which one counts.
/// </summary>
internal sealed class DataSetParser(ByteSource source, TransferSyntax syntax, DicomReadLimits limits)
{
    private readonly List<(DicomTag Tag, int Item)> path = [];
    private bool explicitVr = syntax.ExplicitVr;
    private bool bigEndian = syntax.BigEndian;
    private ElementHeader header;
    private DicomTag? current;
    private long headerOffset;
    private long keptBytes;
    private int elementCount;

    /// <summary>The header found by the last <see cref="PeekAsync"/>.</summary>
    public ElementHeader Header => header;

    /// <summary>Looks at the next header without taking it; false at the end of the stream.</summary>
    public async ValueTask<bool> PeekAsync(CancellationToken cancellationToken)
    {
        if (source.Buffered.Length < ElementHeader.MaxSize)
            await source.EnsureAsync(ElementHeader.MaxSize, cancellationToken);
        headerOffset = source.Position;
        if (source.Buffered.IsEmpty)
            return false;
        header = ElementHeader.Read(source.Buffered, explicitVr, bigEndian);
        if (header.Size > 0)
        {
            current = header.Tag;
            return true;
        }
        current = header.Tag;
        throw header.Size < 0 ? Fault("no VR of the standard where one must stand") : Fault("the data ends inside an element's header", named: false);
    }

    /// <summary>Reads the elements of the outermost data set up to the first tag that is not below <paramref name="stop"/>; true if it is there.</summary>
    public async ValueTask<bool> ReadUntilAsync(DataSet target, DicomTag? stop, CancellationToken cancellationToken)
    {
        while (await PeekAsync(cancellationToken))
        {
            if (header.Tag.Group == 0xFFFE)
                throw Fault("an item or delimiter outside of a sequence");
            if (stop is { } tag && header.Tag >= tag)
                return true;
            await ReadElementAsync(target, long.MaxValue, cancellationToken);
        }
        return false;
    }

    /// <summary>Takes the element whose header was peeked; its value may not run past <paramref name="end"/>.</summary>
    public async ValueTask ReadElementAsync(DataSet target, long end, CancellationToken cancellationToken)
    {
        var (tag, vr, length, size) = header;
        Count();
        source.Advance(size);
        if (!explicitVr)
            vr = DataDictionary.VrOf(tag, target);
        if (length != ElementHeader.Undefined && length > end - source.Position)
            throw Fault("a value runs past the end of its item");

        DicomElement element;
        if (length == ElementHeader.Undefined)
            element = await ReadUndefinedAsync(target, tag, vr, end, cancellationToken);
        else if (vr == Vr.SQ && (explicitVr || await StartsItemAsync(length, cancellationToken)))
            element = new DicomElement(tag, await ReadItemsAsync(target, tag, source.Position + length, cancellationToken));
        else
            element = await ReadValueAsync(tag, vr == Vr.SQ ? Vr.UN : vr, length, cancellationToken);

        if (!target.TryAdd(element))
        {
            current = tag;
            throw Fault("an element appears twice");
        }
    }

    /// <summary>The element being read, through the items around it; null before the first.</summary>
    public string? Place => PathTo(current);

    public DicomFormatException Fault(string problem, bool named = true) => new(problem, named ? Place : PathTo(null), headerOffset);

    /// <summary>Reads and drops fragments up to and with the sequence delimiter (PS3.5 annex A.4).</summary>
    public async ValueTask SkipFragmentsAsync(long end, CancellationToken cancellationToken)
    {
        while (true)
        {
            var length = await ReadItemTagAsync(end, cancellationToken);
            if (length is null)
                return;
            if (length == ElementHeader.Undefined || length > end - source.Position)
                throw Fault("a fragment has no length or runs past its item");
            if (!await source.SkipAsync(length.Value, cancellationToken))
                throw Fault("the data ends inside a fragment of the pixel data");
        }
    }

    /// <summary>An item's length, or null for the delimiter at the end of an undefined length.</summary>
    public async ValueTask<uint?> ReadItemTagAsync(long end, CancellationToken cancellationToken)
    {
        headerOffset = source.Position;
        if (!await source.EnsureAsync(8, cancellationToken))
            throw Fault("the data ends inside a sequence");
        var item = ElementHeader.Read(source.Buffered, explicitVr: false, bigEndian);
        if (item.Tag != DicomTags.Item && item.Tag != DicomTags.SequenceDelimitation)
            throw Fault("neither an item nor the sequence's end where one must be");
        if (8 > end - source.Position)
            throw Fault("an item runs past the end of its sequence");
        source.Advance(8);
        return item.Tag == DicomTags.Item ? item.Length : null;
    }

    /// <summary>In implicit VR a sender's older dictionary may have another VR where ours has a sequence; such a value is kept as UN.</summary>
    private async ValueTask<bool> StartsItemAsync(uint length, CancellationToken cancellationToken) =>
        length == 0 || (length >= 8 && await source.EnsureAsync(8, cancellationToken) && ElementHeader.ReadTag(source.Buffered, bigEndian) == DicomTags.Item);

    private async ValueTask<DicomElement> ReadUndefinedAsync(DataSet target, DicomTag tag, Vr vr, long end, CancellationToken cancellationToken)
    {
        var pixelData = vr is Vr.OB or Vr.OW && tag.Group == 0x7FE0;
        if (pixelData || (explicitVr && vr is Vr.OB or Vr.OW))
        {
            var offset = source.Position;
            await SkipFragmentsAsync(end, cancellationToken);
            return new DicomElement(tag, vr, new ValueSegment(offset, source.Position - offset, Encapsulated: true));
        }
        // Without a dictionary entry only a sequence can be of undefined length; UN is then a sequence in implicit VR little endian (PS3.5 section 6.2.2 note 1).
        if (explicitVr && vr == Vr.UN)
        {
            var outer = (explicitVr, bigEndian);
            (explicitVr, bigEndian) = (false, false);
            var items = await ReadItemsAsync(target, tag, null, cancellationToken, end);
            (explicitVr, bigEndian) = outer;
            return new DicomElement(tag, items);
        }
        if (explicitVr && vr != Vr.SQ)
            throw Fault("an undefined length where the VR allows none");
        return new DicomElement(tag, await ReadItemsAsync(target, tag, null, cancellationToken, end));
    }

    private async ValueTask<DicomElement> ReadValueAsync(DicomTag tag, Vr vr, uint length, CancellationToken cancellationToken)
    {
        var bulk = path.Count == 0 && (tag == DicomTags.PixelData || tag == DicomTags.FloatPixelData || tag == DicomTags.DoubleFloatPixelData);
        if (bulk || length > limits.MaxValueBytes)
        {
            var offset = source.Position;
            if (!await source.SkipAsync(length, cancellationToken))
                throw Fault("the data ends inside a value");
            return new DicomElement(tag, vr, new ValueSegment(offset, length, Encapsulated: false));
        }
        keptBytes += length;
        if (keptBytes > limits.MaxHeaderBytes)
            throw Fault("the values kept in memory pass the limit");

        byte[]? value;
        if (source.Buffered.Length >= length)
        {
            value = source.Buffered[..(int)length].ToArray();
            source.Advance((int)length);
        }
        else
        {
            value = await source.ReadValueAsync((int)length, cancellationToken) ?? throw Fault("the data ends inside a value");
        }
        if (bigEndian)
            ByteOrder.Swap(value, vr.WordSize());
        return new DicomElement(tag, vr, value);
    }

    /// <param name="around">The data set that the sequence stands in.</param>
    /// <param name="tag">The sequence.</param>
    /// <param name="sequenceEnd">Where it ends; null for an undefined length.</param>
    /// <param name="cancellationToken">Ends the reading.</param>
    /// <param name="bound">Where the item around it ends.</param>
    private async ValueTask<List<DataSet>> ReadItemsAsync(DataSet around, DicomTag tag, long? sequenceEnd, CancellationToken cancellationToken, long bound = long.MaxValue)
    {
        if (path.Count >= limits.MaxDepth)
            throw Fault("sequences are nested too deep");
        var end = sequenceEnd ?? bound;
        var items = new List<DataSet>();
        while (source.Position != sequenceEnd)
        {
            current = tag;
            var length = await ReadItemTagAsync(end, cancellationToken);
            if (length is null && (sequenceEnd is null || limits.Lenient))
                break;
            if (length is null)
                throw Fault("a sequence delimiter inside a defined length");
            Count();
            var itemEnd = end;
            if (length != ElementHeader.Undefined)
            {
                if (length > end - source.Position)
                    throw Fault("an item runs past the end of its sequence");
                itemEnd = source.Position + length.Value;
            }
            var item = DataSet.ItemOf(around);
            path.Add((tag, items.Count));
            await ReadItemAsync(item, itemEnd, delimited: length == ElementHeader.Undefined, cancellationToken);
            path.RemoveAt(path.Count - 1);
            items.Add(item);
        }
        return items;
    }

    private async ValueTask ReadItemAsync(DataSet item, long end, bool delimited, CancellationToken cancellationToken)
    {
        while (delimited || source.Position < end)
        {
            if (!await PeekAsync(cancellationToken))
                throw Fault("the data ends inside an item", named: false);
            if (header.Size > end - source.Position)
                throw Fault("an element runs past the end of its item");
            if (header.Tag == DicomTags.ItemDelimitation && (delimited || limits.Lenient))
            {
                source.Advance(header.Size);
                return;
            }
            if (header.Tag.Group == 0xFFFE)
                throw Fault("an item or delimiter out of place");
            await ReadElementAsync(item, end, cancellationToken);
        }
    }

    private void Count()
    {
        if (++elementCount > limits.MaxElements)
            throw Fault("more elements than the limit");
    }

    private string? PathTo(DicomTag? tag)
    {
        if (tag is null && path.Count == 0)
            return null;
        var text = new StringBuilder();
        foreach (var (sequence, item) in path)
            text.Append(CultureInfo.InvariantCulture, $"{sequence}[{item}].");
        return tag is null ? text.ToString().TrimEnd('.') : text.Append(tag).ToString();
    }
}
