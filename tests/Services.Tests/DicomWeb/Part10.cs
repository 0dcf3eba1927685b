using System.Globalization;
using System.Text;
using MedCloud.Dicom;

namespace MedCloud.Services.Tests.DicomWeb;

/// <summary>Small Part 10 files and the multipart bodies made of them.</summary>
internal static class Part10
{
    public const string MarkedName = "ZZMARKED^PATIENT";
    private const string Root = "1.2.826.0.1.3680043.10.1511";

    public static Uid Study(int number) => Uid.Parse($"{Root}.1.{number}");

    public static Uid Series(int study) => Uid.Parse($"{Root}.1.{study}.1");

    public static Uid Instance(int number) => Uid.Parse($"{Root}.2.{number}");

    /// <summary>An image of 16 x 16 pixels in Explicit VR Little Endian.</summary>
    public static byte[] File(int number, int study = 1, byte pixel = 0, string? sopClass = null, Action<DataSet>? change = null)
    {
        var dataSet = new DataSet();
        dataSet.Set(DicomTags.SopClassUid, sopClass ?? "1.2.840.10008.5.1.4.1.1.7");
        dataSet.Set(DicomTags.SopInstanceUid, $"{Instance(number)}");
        dataSet.Set(DicomTags.Modality, "OT");
        dataSet.Set(DicomTags.PatientName, MarkedName);
        dataSet.Set(DicomTags.PatientId, "ZZMARKED-ID");
        dataSet.Set(DicomTags.StudyInstanceUid, $"{Study(study)}");
        dataSet.Set(DicomTags.SeriesInstanceUid, $"{Series(study)}");
        dataSet.SetUInt16(DicomTags.Rows, 16);
        dataSet.SetUInt16(DicomTags.Columns, 16);
        dataSet.Set(new DicomElement(DicomTags.PixelData, Vr.OW, Enumerable.Repeat(pixel, 512).ToArray()));
        change?.Invoke(dataSet);
        var meta = new FileMetaInformation
        {
            MediaStorageSopClassUid = Uid.Parse(sopClass ?? "1.2.840.10008.5.1.4.1.1.7"),
            MediaStorageSopInstanceUid = Instance(number),
            TransferSyntaxUid = TransferSyntax.ExplicitVrLittleEndian.Uid,
        };
        return [.. DicomWriter.ToBytes(meta), .. DicomWriter.ToBytes(dataSet, TransferSyntax.ExplicitVrLittleEndian)];
    }

    /// <summary>The file with another length of its pixel data: the 32 bits after (7FE0,0010), OW and two reserved bytes.</summary>
    public static byte[] WithPixelLength(byte[] file, uint length)
    {
        var copy = file.ToArray();
        var at = copy.AsSpan().LastIndexOf<byte>([0xE0, 0x7F, 0x10, 0x00, (byte)'O', (byte)'W', 0, 0]);
        BitConverter.TryWriteBytes(copy.AsSpan(at + 8), length);
        return copy;
    }

    /// <summary>A multipart of DICOM files with boundary <c>b</c>.</summary>
    public static byte[] Multipart(params byte[][] files)
    {
        var body = new MemoryStream();
        foreach (var file in files)
            body.Write(Part(file));
        body.Write("--b--\r\n"u8);
        return body.ToArray();
    }

    public static byte[] Part(byte[] content, string headers = "Content-Type: application/dicom\r\n", string newline = "\r\n") =>
    [
        .. Encoding.ASCII.GetBytes(string.Create(CultureInfo.InvariantCulture, $"--b{newline}{headers}{newline}")),
        .. content,
        .. Encoding.ASCII.GetBytes(newline),
    ];
}
