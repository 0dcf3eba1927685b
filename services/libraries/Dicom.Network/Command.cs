namespace MedCloud.Dicom.Network;

/// <summary>The operations that are told apart (PS3.7 Table E.1-1).</summary>
internal enum CommandField : ushort
{
    StoreRequest = 0x0001,
    EchoRequest = 0x0030,
    CancelRequest = 0x0FFF,
    StoreResponse = 0x8001,
    EchoResponse = 0x8030,
}

/// <summary>A command set (PS3.7 section 6.3), with the context that it came in.</summary>
internal sealed record Command(AcceptedContext Context, DataSet Elements)
{
    /// <summary>(0000,0800) of a message without a data set; any other value announces one.</summary>
    private const ushort NoDataSet = 0x0101;

    private const ushort MediumPriority = 0;

    private const int MaxCommentLength = 64;

    public CommandField Field => (CommandField)(Elements.GetInt32(DicomTags.CommandField) ?? 0);

    public ushort MessageId => (ushort)(Elements.GetInt32(DicomTags.MessageId) ?? 0);

    public ushort MessageIdBeingRespondedTo => (ushort)(Elements.GetInt32(DicomTags.MessageIdBeingRespondedTo) ?? 0);

    /// <summary>Whether it has what every command has: what it is, which message, and whether a data set follows.</summary>
    public bool IsComplete =>
        IsUInt16(DicomTags.CommandField) && IsUInt16(IsResponse ? DicomTags.MessageIdBeingRespondedTo : DicomTags.MessageId) && IsUInt16(DicomTags.CommandDataSetType);

    public ushort? Status => IsUInt16(DicomTags.Status) ? (ushort?)Elements.GetInt32(DicomTags.Status) : null;

    public bool HasDataSet => Elements.GetInt32(DicomTags.CommandDataSetType) != NoDataSet;

    public bool IsResponse => ((ushort)Field & 0x8000) != 0;

    public static DataSet EchoRequest(ushort messageId)
    {
        var elements = new DataSet();
        elements.Set(DicomTags.AffectedSopClassUid, SopClasses.Verification.Value);
        elements.SetUInt16(DicomTags.CommandField, (ushort)CommandField.EchoRequest);
        elements.SetUInt16(DicomTags.MessageId, messageId);
        elements.SetUInt16(DicomTags.CommandDataSetType, NoDataSet);
        return elements;
    }

    public static DataSet StoreRequest(ushort messageId, Uid sopClass, Uid sopInstance)
    {
        var elements = new DataSet();
        elements.Set(DicomTags.AffectedSopClassUid, sopClass.Value);
        elements.SetUInt16(DicomTags.CommandField, (ushort)CommandField.StoreRequest);
        elements.SetUInt16(DicomTags.MessageId, messageId);
        elements.SetUInt16(DicomTags.Priority, MediumPriority);
        elements.SetUInt16(DicomTags.CommandDataSetType, 0);
        elements.Set(DicomTags.AffectedSopInstanceUid, sopInstance.Value);
        return elements;
    }

    /// <summary>The response to this request (PS3.7 9.3.1.2, 9.3.5.2): its UIDs are given back, and a failure's sentence stands in the error comment.</summary>
    public DataSet Response(ushort status, string? comment = null)
    {
        var elements = new DataSet();
        GiveBack(elements, DicomTags.AffectedSopClassUid);
        elements.SetUInt16(DicomTags.CommandField, (ushort)((ushort)Field | 0x8000));
        elements.SetUInt16(DicomTags.MessageIdBeingRespondedTo, MessageId);
        elements.SetUInt16(DicomTags.CommandDataSetType, NoDataSet);
        elements.SetUInt16(DicomTags.Status, status);
        if (comment is { Length: > 0 })
            elements.Set(DicomTags.ErrorComment, Printable(comment));
        GiveBack(elements, DicomTags.AffectedSopInstanceUid);
        return elements;
    }

    /// <summary>Reads a command set: implicit VR little endian, whatever the context (PS3.7 6.3.1).</summary>
    /// <exception cref="DicomFormatException">The bytes are none.</exception>
    public static async ValueTask<DataSet> DecodeAsync(byte[] bytes, int length, CancellationToken cancellationToken)
    {
        using var stream = new MemoryStream(bytes, 0, length, writable: false);
        using var reader = DicomReader.ForDataSet(stream, TransferSyntax.ImplicitVrLittleEndian);
        await reader.ReadToEndAsync(cancellationToken).ConfigureAwait(false);
        return reader.DataSet;
    }

    /// <summary>Writes a command set, group length included.</summary>
    public static byte[] Encode(DataSet elements) => DicomWriter.ToBytes(elements, TransferSyntax.ImplicitVrLittleEndian);

    private bool IsUInt16(DicomTag tag) => Elements.GetInt32(tag) is >= 0 and <= ushort.MaxValue;

    private void GiveBack(DataSet response, DicomTag tag)
    {
        if (Elements.GetString(tag) is { } uid && Uid.TryParse(uid, out var parsed))
            response.Set(tag, parsed.Value);
    }

    /// <summary>(0000,0902) is LO: at most 64 characters, and a backslash would part values.</summary>
    private static string Printable(string comment) => string.Concat(
        comment.Take(MaxCommentLength).Select(character => character is < ' ' or > '~' or '\\' ? '?' : character));
}
