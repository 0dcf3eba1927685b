namespace MedCloud.Dicom;

/// <summary>What a reader takes at most before it gives up with a <see cref="DicomFormatException"/>.</summary>
public sealed record DicomReadLimits
{
    /// <summary>What MedCloud stores is read with these, by the door that takes it and by everyone who reads it later: what one can read, all can.</summary>
    public static DicomReadLimits ForStoredInstances { get; } = new() { Lenient = true };

    /// <summary>Sequences within sequences. Default 32.</summary>
    public int MaxDepth { get; init; } = 32;

    /// <summary>Bytes of one value kept in memory; a longer one is left in the stream and recorded as a segment. Default 16 MiB.</summary>
    public int MaxValueBytes { get; init; } = 16 * 1024 * 1024;

    /// <summary>Bytes of all values kept in memory. Default 64 MiB.</summary>
    public long MaxHeaderBytes { get; init; } = 64 * 1024 * 1024;

    /// <summary>Elements and items, at every depth. Default 500 000.</summary>
    public int MaxElements { get; init; } = 500_000;

    /// <summary>Bytes of a deflated data set once inflated. Default 2 GiB.</summary>
    public long MaxInflatedBytes { get; init; } = 2L * 1024 * 1024 * 1024;

    /// <summary>
    /// Whether to read on where a departure from the standard leaves no doubt of what is meant: for objects that others wrote and that are stored as they came.
    /// Then preamble, file meta group and its Transfer Syntax UID may be missing, if the data set begins in group 0008 and its first element shows the VR and
    /// the byte order; and an item or sequence of defined length may end at a delimiter before that length. Default false.
    /// </summary>
    public bool Lenient { get; init; }
}
