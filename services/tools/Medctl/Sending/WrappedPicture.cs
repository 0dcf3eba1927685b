using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using MedCloud.Dicom;
using SkiaSharp;

namespace MedCloud.Medctl.Sending;

/// <summary>
/// A PNG or JPEG as a DICOM file of a study of its own, its pixels native and unchanged in 8 bits. The UIDs follow from the bytes, so that a picture that is sent twice is
/// the same instance. What a picture does not know is empty or absent, even where its SOP class requires it: patient, dates, the Imager Pixel Spacing of DX, container and specimen of SM.
/// </summary>
internal static class WrappedPicture
{
    private const int MaxPixels = 100_000_000;
    private const int PngBitDepth = 24;

    /// <summary>The Part 10 file.</summary>
    /// <param name="picture">The PNG or JPEG.</param>
    /// <param name="kind">What it becomes; a colour picture is brought to grey by its luma (ITU-R BT.601), a grey one to colour by repeating it.</param>
    /// <param name="salt">Goes into the UIDs.</param>
    /// <exception cref="InvalidDataException">It cannot be decoded or has more than 8 bits or 100 million pixels.</exception>
    public static byte[] Wrap(byte[] picture, ImageKind kind, string salt)
    {
        var (pixels, rows, columns) = Decode(picture, kind.Colour);
        var hash = SHA256.HashData(picture);
        var dataSet = Describe(kind, Uid);
        dataSet.SetUInt16(DicomTags.Rows, (ushort)rows);
        dataSet.SetUInt16(DicomTags.Columns, (ushort)columns);
        SetCompression(dataSet, picture, pixels.Length);
        if (!kind.Colour)
            SetWindow(dataSet, pixels);
        dataSet.Set(new DicomElement(DicomTags.PixelData, Vr.OB, pixels));
        var meta = new FileMetaInformation
        {
            MediaStorageSopClassUid = kind.SopClass,
            MediaStorageSopInstanceUid = dataSet.GetUid(DicomTags.SopInstanceUid),
            TransferSyntaxUid = TransferSyntax.ExplicitVrLittleEndian.Uid,
        };
        return [.. DicomWriter.ToBytes(meta), .. DicomWriter.ToBytes(dataSet, TransferSyntax.ExplicitVrLittleEndian)];

        // PS3.5 annex B.2: a UUID as a number; version 8 (RFC 9562), since its bits are of our own making.
        string Uid(string level)
        {
            Span<byte> uuid = SHA256.HashData([.. hash, .. Encoding.UTF8.GetBytes($"{kind.Modality}/{level}/{salt}")]).AsSpan(0, 16);
            uuid[6] = (byte)((uuid[6] & 0x0F) | 0x80);
            uuid[8] = (byte)((uuid[8] & 0x3F) | 0x80);
            return $"2.25.{BinaryPrimitives.ReadUInt128BigEndian(uuid).ToString(CultureInfo.InvariantCulture)}";
        }
    }

    /// <summary>The samples of each pixel together, row by row: one of grey, or red, green and blue.</summary>
    private static (byte[] Pixels, int Rows, int Columns) Decode(byte[] picture, bool colour)
    {
        if (picture is [0x89, ..] && picture.Length > PngBitDepth && picture[PngBitDepth] > 8)
            throw new InvalidDataException("the picture has more than 8 bits for a sample, which wrapping would lose");
        using var data = SKData.CreateCopy(picture);
        using var codec = SKCodec.Create(data) ?? throw new InvalidDataException("the picture cannot be decoded");
        var (columns, rows) = (codec.Info.Width, codec.Info.Height);
        if ((long)columns * rows > MaxPixels || columns > ushort.MaxValue || rows > ushort.MaxValue)
            throw new InvalidDataException($"the picture has {columns} x {rows} pixels, more than the {MaxPixels} that are wrapped, or than 65535 on a side");
        // Without a colour space nothing is converted: the pixels are those of the file.
        var info = new SKImageInfo(columns, rows, SKColorType.Rgba8888, SKAlphaType.Unpremul);
        if (codec.GetPixels(info, out var decoded) != SKCodecResult.Success)
            throw new InvalidDataException("the picture is cut short or damaged");

        var samples = colour ? 3 : 1;
        var pixels = new byte[rows * columns * samples];
        for (var (from, to) = (0, 0); from < decoded.Length; from += 4, to += samples)
        {
            var (red, green, blue) = (decoded[from], decoded[from + 1], decoded[from + 2]);
            if (colour)
                (pixels[to], pixels[to + 1], pixels[to + 2]) = (red, green, blue);
            else
                pixels[to] = (byte)(((red * 19595) + (green * 38470) + (blue * 7471) + 0x8000) >> 16);
        }
        return (pixels, rows, columns);
    }

    /// <summary>From the darkest to the brightest pixel: DX requires a window, and MedCloud sees an image without one in the same way.</summary>
    private static void SetWindow(DataSet dataSet, byte[] pixels)
    {
        var (low, high) = (pixels.Min(), pixels.Max());
        dataSet.Set(DicomTags.WindowCenter, ((low + high + 1) / 2.0).ToString(CultureInfo.InvariantCulture));
        dataSet.Set(DicomTags.WindowWidth, $"{high - low + 1}");
    }

    private static DataSet Describe(ImageKind kind, Func<string, string> uid)
    {
        var dataSet = new DataSet();
        dataSet.Set(DicomTags.ImageType, "DERIVED", "PRIMARY");
        dataSet.Set(DicomTags.SopClassUid, kind.SopClass.Value);
        dataSet.Set(DicomTags.SopInstanceUid, uid("instance"));
        dataSet.Set(DicomTags.StudyInstanceUid, uid("study"));
        dataSet.Set(DicomTags.SeriesInstanceUid, uid("series"));
        dataSet.Set(DicomTags.Modality, kind.Modality);
        foreach (var unknown in new[]
        {
            DicomTags.StudyDate, DicomTags.StudyTime, DicomTags.AccessionNumber, DicomTags.Manufacturer, DicomTags.ReferringPhysicianName, DicomTags.PatientName, DicomTags.PatientId,
            DicomTags.PatientBirthDate, DicomTags.PatientSex, DicomTags.StudyId, DicomTags.PatientOrientation,
        })
            dataSet.Set(unknown);
        dataSet.Set(DicomTags.SeriesNumber, "1");
        dataSet.Set(DicomTags.InstanceNumber, "1");
        dataSet.SetUInt16(DicomTags.SamplesPerPixel, (ushort)(kind.Colour ? 3 : 1));
        dataSet.Set(DicomTags.PhotometricInterpretation, kind.Colour ? "RGB" : "MONOCHROME2");
        if (kind.Colour)
            dataSet.SetUInt16(DicomTags.PlanarConfiguration, 0);
        dataSet.SetUInt16(DicomTags.BitsAllocated, 8);
        dataSet.SetUInt16(DicomTags.BitsStored, 8);
        dataSet.SetUInt16(DicomTags.HighBit, 7);
        dataSet.SetUInt16(DicomTags.PixelRepresentation, 0);
        dataSet.SetSequence(new DicomTag(0x00400555)); // Acquisition Context
        if (kind.Modality == "DX")
            DescribeChest(dataSet);
        else
            dataSet.Set(DicomTags.Laterality);
        if (kind.Modality == "SM")
        {
            dataSet.Set(new DicomTag(0x00200052), uid("frame of reference"));
            dataSet.Set(new DicomTag(0x00201040), ""); // Position Reference Indicator
            dataSet.SetSequence(new DicomTag(0x0040071A)); // Image Center Point Coordinates
        }
        return dataSet;
    }

    /// <summary>What the modules of DX ask for (PS3.3 A.26), for a frontal view with the patient's right on the left.</summary>
    private static void DescribeChest(DataSet dataSet)
    {
        foreach (var (tag, value) in new (uint, string)[]
        {
            (0x00080068, "FOR PRESENTATION"), (0x00180015, "CHEST"), (0x00187004, ""), (0x00200020, "L\\F"), (0x00200062, "U"), (0x00281040, "LOG"), (0x00281052, "0"), (0x00281053, "1"),
            (0x00281054, "US"), (0x20500020, "IDENTITY"),
            // Nobody has looked whether the picture shows a name.
            (0x00280301, "YES"),
        })
            dataSet.Set(new DicomTag(tag), value.Split('\\'));
        dataSet.Set(new DicomElement(new DicomTag(0x00281041), Vr.SS, BitConverter.GetBytes((short)-1))); // Pixel Intensity Relationship Sign
        var chest = new DataSet();
        chest.Set(DicomTags.CodeValue, "51185008");
        chest.Set(DicomTags.CodingSchemeDesignator, "SCT");
        chest.Set(DicomTags.CodeMeaning, "Chest");
        dataSet.SetSequence(new DicomTag(0x00082218), chest);
    }

    /// <summary>A JPEG has lost something; what a PNG lost before it became one is not known.</summary>
    private static void SetCompression(DataSet dataSet, byte[] picture, int length)
    {
        var lossy = picture[0] == 0xFF;
        dataSet.Set(new DicomTag(0x00282110), lossy ? "01" : "00");
        if (!lossy)
            return;
        dataSet.Set(new DicomTag(0x00282112), ((double)length / picture.Length).ToString("0.00", CultureInfo.InvariantCulture));
        dataSet.Set(new DicomTag(0x00282114), "ISO_10918_1");
    }
}
