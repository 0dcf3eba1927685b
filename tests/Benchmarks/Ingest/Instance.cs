using System.Buffers.Binary;
using MedCloud.Dicom;

namespace MedCloud.Benchmarks.Ingest;

/// <summary>One instance to send: a header of its own and the pixels of its kind, as two pieces of the same data set.</summary>
internal sealed record Instance(Uid SopInstanceUid, ReadOnlyMemory<byte> Meta, ReadOnlyMemory<byte> Header, ReadOnlyMemory<byte> Pixels);

/// <summary>
/// Generated CT images, explicit VR little endian, 16 bits of noise over a gradient. Their modality is one that no bundled model takes, so nothing is analysed
/// while they are received.
/// </summary>
/// <param name="Name">As the tables call it.</param>
/// <param name="Side">Rows and columns.</param>
internal sealed record InstanceKind(string Name, ushort Side)
{
    /// <summary>A slice: 512 x 512 x 16, 0.53 MB.</summary>
    public static InstanceKind Ct { get; } = new("ct", 512);

    /// <summary>The size of a radiograph: 2048 x 2048 x 16, 8.39 MB.</summary>
    public static InstanceKind Cr { get; } = new("cr", 2048);

    public static TransferSyntax Syntax => TransferSyntax.ExplicitVrLittleEndian;

    public static Uid SopClassUid { get; } = Uid.Parse("1.2.840.10008.5.1.4.1.1.2");

    private const string Root = "1.2.826.0.1.3680043.10.99.5";
    private static int next;

    private readonly byte[] pixels = Noise(Side);

    /// <summary>Instances of one study, ten to a series at least, never the same twice.</summary>
    public Instance[] Generate(int count)
    {
        var study = NewUid();
        var series = Enumerable.Range(0, Math.Max(1, count / 100)).Select(_ => NewUid()).ToArray();
        return [.. Enumerable.Range(0, count).Select(number => Generate(study, series[number % series.Length], number))];
    }

    private static Uid NewUid() => Uid.Parse($"{Root}.{Environment.ProcessId}.{Interlocked.Increment(ref next)}");

    private Instance Generate(Uid study, Uid series, int number)
    {
        var instance = NewUid();
        var data = new DataSet();
        data.Set(new DicomTag(0x00080005), "ISO_IR 100");
        data.Set(new DicomTag(0x00080008), "ORIGINAL", "PRIMARY", "AXIAL");
        data.Set(DicomTags.SopClassUid, SopClassUid.Value);
        data.Set(DicomTags.SopInstanceUid, instance.Value);
        data.Set(DicomTags.StudyDate, "20260101");
        data.Set(DicomTags.StudyTime, "101112");
        data.Set(DicomTags.AccessionNumber, "A4711");
        data.Set(DicomTags.Modality, "CT");
        data.Set(new DicomTag(0x00080070), "MedCloud");
        data.Set(DicomTags.ReferringPhysicianName, "Referring^Physician");
        data.Set(DicomTags.StudyDescription, "Benchmark");
        data.Set(new DicomTag(0x0008103E), "Generated slices");
        data.Set(DicomTags.PatientName, "Bench^Mark");
        data.Set(DicomTags.PatientId, "B4711");
        data.Set(DicomTags.PatientBirthDate, "19700101");
        data.Set(DicomTags.PatientSex, "O");
        data.Set(new DicomTag(0x00180050), "1.25");
        data.Set(new DicomTag(0x00180060), "120");
        data.Set(DicomTags.StudyInstanceUid, study.Value);
        data.Set(DicomTags.SeriesInstanceUid, series.Value);
        data.Set(DicomTags.StudyId, "1");
        data.Set(new DicomTag(0x00200011), "1");
        data.Set(new DicomTag(0x00200013), $"{number + 1}");
        data.Set(new DicomTag(0x00200032), "-125", "-125", $"{number}");
        data.Set(new DicomTag(0x00200037), "1", "0", "0", "0", "1", "0");
        data.SetUInt16(DicomTags.SamplesPerPixel, 1);
        data.Set(DicomTags.PhotometricInterpretation, "MONOCHROME2");
        data.SetUInt16(DicomTags.Rows, Side);
        data.SetUInt16(DicomTags.Columns, Side);
        data.Set(new DicomTag(0x00280030), "0.488281", "0.488281");
        data.SetUInt16(DicomTags.BitsAllocated, 16);
        data.SetUInt16(DicomTags.BitsStored, 16);
        data.SetUInt16(DicomTags.HighBit, 15);
        data.SetUInt16(DicomTags.PixelRepresentation, 0);
        data.Set(new DicomTag(0x00281052), "-1024");
        data.Set(new DicomTag(0x00281053), "1");

        // (7FE0,0010) OW with its length, in front of the pixels that all instances of the kind have in common.
        byte[] element = [0xE0, 0x7F, 0x10, 0x00, (byte)'O', (byte)'W', 0, 0, 0, 0, 0, 0];
        BinaryPrimitives.WriteInt32LittleEndian(element.AsSpan(8), pixels.Length);
        var meta = DicomWriter.ToBytes(new FileMetaInformation
        {
            MediaStorageSopClassUid = SopClassUid,
            MediaStorageSopInstanceUid = instance,
            TransferSyntaxUid = Syntax.Uid,
        });
        return new Instance(instance, meta, (byte[])[.. DicomWriter.ToBytes(data, Syntax), .. element], pixels);
    }

    private static byte[] Noise(int side)
    {
        var random = new Random(side);
        var bytes = new byte[side * side * 2];
        for (var pixel = 0; pixel < side * side; pixel++)
            BinaryPrimitives.WriteUInt16LittleEndian(bytes.AsSpan(2 * pixel), (ushort)((pixel % side * 8) + random.Next(64)));
        return bytes;
    }
}
