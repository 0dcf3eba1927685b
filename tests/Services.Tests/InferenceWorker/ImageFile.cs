using MedCloud.Dicom;

namespace MedCloud.Services.Tests.InferenceWorker;

/// <summary>A small grey Part 10 file, spoilt by the test.</summary>
internal static class ImageFile
{
    public static async Task<byte[]> WithAsync(Action<DataSet> change)
    {
        var image = new DataSet();
        image.Set(DicomTags.SopClassUid, "1.2.840.10008.5.1.4.1.1.1");
        image.Set(DicomTags.SopInstanceUid, "1.2.3.4.5");
        image.Set(DicomTags.PhotometricInterpretation, "MONOCHROME2");
        image.SetUInt16(DicomTags.SamplesPerPixel, 1);
        image.SetUInt16(DicomTags.Rows, 64);
        image.SetUInt16(DicomTags.Columns, 64);
        image.SetUInt16(DicomTags.BitsAllocated, 8);
        image.SetUInt16(DicomTags.BitsStored, 8);
        image.SetUInt16(DicomTags.HighBit, 7);
        image.SetUInt16(DicomTags.PixelRepresentation, 0);
        change(image);

        var meta = new FileMetaInformation
        {
            MediaStorageSopClassUid = Uid.Parse("1.2.840.10008.5.1.4.1.1.1"),
            MediaStorageSopInstanceUid = Uid.Parse("1.2.3.4.5"),
            TransferSyntaxUid = TransferSyntax.ExplicitVrLittleEndian.Uid,
        };
        using var file = new MemoryStream();
        await DicomWriter.WriteFileAsync(file, meta, image, TestContext.Current.CancellationToken);
        return file.ToArray();
    }

    public static void SetPixels(this DataSet image, int bytes) =>
        image.Set(new DicomElement(DicomTags.PixelData, Vr.OB, Enumerable.Range(0, bytes).Select(i => (byte)i).ToArray()));
}
