using System.Buffers.Binary;
using MedCloud.Dicom;

namespace MedCloud.Services.Tests.Ingest;

/// <summary>A small object of storage, to be varied with <c>with</c>.</summary>
internal sealed record SampleObject
{
    private static int next;

    public string StudyInstanceUid { get; init; } = NewUid();

    public string SeriesInstanceUid { get; init; } = NewUid();

    public string SopInstanceUid { get; init; } = NewUid();

    public string SopClassUid { get; init; } = "1.2.840.10008.5.1.4.1.1.1.1";

    public string Modality { get; init; } = "DX";

    public string PatientName { get; init; } = "Doe^Jane";

    /// <summary>Every byte of the pixel data.</summary>
    public byte Grey { get; init; }

    public ushort Rows { get; init; } = 128;

    public static string NewUid() => $"1.2.826.0.1.3680043.10.99.{Environment.ProcessId}.{Interlocked.Increment(ref next)}";

    public DataSet ToDataSet()
    {
        var dataSet = new DataSet();
        Set(dataSet, DicomTags.SopClassUid, SopClassUid);
        Set(dataSet, DicomTags.SopInstanceUid, SopInstanceUid);
        Set(dataSet, DicomTags.Modality, Modality);
        Set(dataSet, DicomTags.PatientName, PatientName);
        Set(dataSet, DicomTags.StudyInstanceUid, StudyInstanceUid);
        Set(dataSet, DicomTags.SeriesInstanceUid, SeriesInstanceUid);
        dataSet.Set(DicomTags.PhotometricInterpretation, "MONOCHROME2");
        dataSet.SetUInt16(DicomTags.SamplesPerPixel, 1);
        dataSet.SetUInt16(DicomTags.Rows, Rows);
        dataSet.SetUInt16(DicomTags.Columns, 128);
        dataSet.SetUInt16(DicomTags.BitsAllocated, 8);
        dataSet.SetUInt16(DicomTags.BitsStored, 8);
        dataSet.SetUInt16(DicomTags.HighBit, 7);
        dataSet.SetUInt16(DicomTags.PixelRepresentation, 0);
        dataSet.Set(new DicomElement(DicomTags.PixelData, Vr.OB, Enumerable.Repeat(Grey, Rows * 128).ToArray()));
        return dataSet;
    }

    public byte[] ToDataSetBytes() => DicomWriter.ToBytes(ToDataSet(), TransferSyntax.ExplicitVrLittleEndian);

    public byte[] ToPart10() => [.. MetaBytes(SopClassUid, SopInstanceUid), .. ToDataSetBytes()];

    /// <summary>As a Part 10 file, with long pixel data in place of its own.</summary>
    public ConcatenatedStream WithLongPixels(int bytes)
    {
        var head = ToPart10()[..^(Rows * 128)];
        BinaryPrimitives.WriteUInt32LittleEndian(head.AsSpan(head.Length - 4), (uint)bytes);
        return new ConcatenatedStream(head, bytes);
    }

    public static byte[] MetaBytes(string sopClassUid, string sopInstanceUid) => DicomWriter.ToBytes(new FileMetaInformation
    {
        MediaStorageSopClassUid = Uid.Parse(sopClassUid),
        MediaStorageSopInstanceUid = Uid.Parse(sopInstanceUid),
        TransferSyntaxUid = TransferSyntax.ExplicitVrLittleEndian.Uid,
    });

    private static void Set(DataSet dataSet, DicomTag tag, string value)
    {
        if (value.Length > 0)
            dataSet.Set(tag, value);
    }
}
