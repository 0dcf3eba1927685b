namespace MedCloud.Dicom.Tests;

/// <summary>Sound files that tests cut short and damage.</summary>
internal static class MutationSeeds
{
    /// <summary>Text, numbers, private elements, sequences in sequences; pixel data as the transfer syntax has it.</summary>
    public static byte[] Nested(TransferSyntax syntax)
    {
        var code = new DataSet();
        code.Set(DicomTags.CodeValue, "39607008");
        code.Set(DicomTags.CodeMeaning, "Lung");
        var series = new DataSet();
        series.Set(DicomTags.SeriesInstanceUid, "1.2.3.4");
        series.SetSequence(DicomTags.ReferencedSopSequence, code, new DataSet());
        var dataSet = new DataSet();
        dataSet.Set(DicomTags.SpecificCharacterSet, "ISO_IR 192");
        dataSet.Set(DicomTags.SopClassUid, "1.2.840.10008.5.1.4.1.1.7");
        dataSet.SetSequence(DicomTags.ReferencedSeriesSequence, series, code);
        dataSet.Set(new DicomElement(new DicomTag(0x0009, 0x0010), Vr.LO, "CREATOR "u8.ToArray()));
        dataSet.Set(new DicomElement(new DicomTag(0x0009, 0x1001), Vr.UN, new byte[] { 1, 2, 3, 4 }));
        dataSet.Set(DicomTags.PatientName, "Ähn^Lich");
        dataSet.SetUInt16(DicomTags.SamplesPerPixel, 1);
        dataSet.Set(DicomTags.PhotometricInterpretation, "MONOCHROME2");
        dataSet.Set(DicomTags.NumberOfFrames, "2");
        dataSet.SetUInt16(DicomTags.Rows, 4);
        dataSet.SetUInt16(DicomTags.Columns, 6);
        dataSet.SetUInt16(DicomTags.BitsAllocated, 8);
        dataSet.SetUInt16(DicomTags.BitsStored, 8);
        dataSet.SetUInt16(DicomTags.HighBit, 7);
        dataSet.SetUInt16(DicomTags.PixelRepresentation, 0);
        dataSet.Set(DicomTags.WindowCenter, "127.5");
        dataSet.Set(DicomTags.WindowWidth, "256");
        if (!syntax.Encapsulated)
        {
            dataSet.Set(new DicomElement(DicomTags.PixelData, Vr.OB, Enumerable.Range(0, 48).Select(value => (byte)(5 * value)).ToArray()));
            return Encoded.File(syntax, DicomWriter.ToBytes(dataSet, syntax));
        }
        var frame = RleEncoder.Encode([.. Enumerable.Range(0, 24).Select(value => (byte)(value / 3))]);
        byte[] fragments =
        [
            .. Encoded.Item([.. Encoded.UInt32(0), .. Encoded.UInt32((uint)frame.Length + 8)]),
            .. Encoded.Item(frame),
            .. Encoded.Item(frame[..20]),
            .. Encoded.Item(frame[20..]),
            .. Encoded.SequenceEnd,
        ];
        return Encoded.File(syntax, [.. DicomWriter.ToBytes(dataSet, syntax), .. Encoded.Element(0x7FE00010, "OB", fragments, Encoded.Undefined)]);
    }
}
