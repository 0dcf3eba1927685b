using MedCloud.Dicom;
using MedCloud.Tests;

namespace MedCloud.Interop.Tests;

/// <summary>dciodvfy, which checks objects against their definition, and gdcmdiff say of what we write what they say of its source.</summary>
public sealed class ValidatorTests : IDisposable
{
    /// <summary>
    /// In implicit VR dciodvfy needs Pixel Representation for the VR of "US or SS" values, and these objects need not have it; and what a file has in the place of a sequence, which
    /// we keep as UN, it takes for one.
    /// </summary>
    private static readonly (string Syntax, string File)[] NotForTheValidator =
    [
        ("1.2.840.10008.1.2", "009_dcmqi_rwvm.dcm"), ("1.2.840.10008.1.2", "041_pydicom_fall.dcm"), ("1.2.840.10008.1.2", "042_pydicom_hotiron.dcm"),
        ("1.2.840.10008.1.2", "078_pydicom-data_parametric_map_float.dcm"), ("1.2.840.10008.1.2.2", "025_dcm4che_Tag-0040-A170-VR-CS.dcm"),
    ];

    /// <summary>A value of odd length, which we pad, and a private sequence of undefined length, which we write with a length: GDCM compares the bytes of both.</summary>
    private static readonly string[] Padded = ["003_highdicom_dx_image.dcm: (7fe0,0010)", "052_pydicom_3353.dcm: (0049,1001)"];

    private readonly TemporaryFolder folder = new();

    public static TheoryData<string> Syntaxes =>
        [TransferSyntax.ExplicitVrLittleEndian.Uid.Value, TransferSyntax.ImplicitVrLittleEndian.Uid.Value, TransferSyntax.ExplicitVrBigEndian.Uid.Value];

    /// <summary>Every native file of the corpus, pixels included, written by us: no error that its source does not have.</summary>
    [Theory]
    [MemberData(nameof(Syntaxes))]
    public async Task WhatWeWriteHasNoErrorThatItsSourceDoesNotHave(string syntaxUid)
    {
        var (checkedFiles, differences) = (0, new List<string>());
        foreach (var file in Corpus.Files)
        {
            if (NotForTheValidator.Contains((syntaxUid, Path.GetFileName(file))) || await RewriteAsync(file, TransferSyntax.Find(syntaxUid)!) is not { } written)
                continue;
            var known = await ErrorsAsync(file);
            differences.AddRange((await ErrorsAsync(written)).Except(known).Select(error => $"{Path.GetFileName(file)}: {error}"));
            checkedFiles++;
        }
        Assert.True(differences.Count == 0, string.Join('\n', differences));
        Assert.InRange(checkedFiles, 43, checkedFiles);
    }

    [Fact]
    public async Task GdcmFindsNoDifferenceBetweenWhatWeWriteAndItsSource()
    {
        var (compared, differences) = (0, new List<string>());
        foreach (var file in Corpus.Files)
        {
            if ((await Corpus.ReadAsync(file)).Syntax != TransferSyntax.ExplicitVrLittleEndian || await RewriteAsync(file, TransferSyntax.ExplicitVrLittleEndian) is not { } written)
                continue;
            var found = (await Tool.TryRunAsync("gdcmdiff", file, written)).Output.Split('\n');
            differences.AddRange(found.Where(line => line.StartsWith('(') && !line.StartsWith("(0002,", StringComparison.Ordinal) && line[6..10] != "0000").Select(line => $"{Path.GetFileName(file)}: {line}").Where(line => !Padded.Any(line.StartsWith)));
            compared++;
        }
        Assert.True(differences.Count == 0, string.Join('\n', differences));
        Assert.InRange(compared, 30, compared);
    }

    /// <summary>A whole Secondary Capture Image (PS3.3 section A.8.1) of our own making.</summary>
    [Fact]
    public async Task AnObjectOfOurOwnHasNoErrorAtAll()
    {
        var dataSet = new DataSet();
        dataSet.Set(DicomTags.SpecificCharacterSet, "ISO_IR 192");
        foreach (var (tag, value) in new (uint, string)[]
        {
            (0x00080016, "1.2.840.10008.5.1.4.1.1.7"), (0x00080018, "1.2.826.0.1.3680043.10.3.1"), (0x00080020, "20261126"), (0x00080030, "101500"), (0x00080050, "A1"),
            (0x00080060, "OT"), (0x00080064, "WSD"), (0x00080090, "Ärztin^Ada"), (0x00100010, "Grün^Jürgen=山田"), (0x00100020, "P1"), (0x00100030, "19700101"), (0x00100040, "M"),
            (0x0020000D, "1.2.826.0.1.3680043.10.3.2"), (0x0020000E, "1.2.826.0.1.3680043.10.3.3"), (0x00200010, "S1"), (0x00200011, "1"), (0x00200013, "1"), (0x00200020, ""), (0x00200060, ""),
            (0x00280004, "MONOCHROME2"),
        })
            dataSet.Set(new DicomTag(tag), value);
        foreach (var (tag, value) in new (uint, ushort)[] { (0x00280002, 1), (0x00280010, 3), (0x00280011, 3), (0x00280100, 8), (0x00280101, 8), (0x00280102, 7), (0x00280103, 0) })
            dataSet.SetUInt16(new DicomTag(tag), value);
        dataSet.Set(new DicomElement(DicomTags.PixelData, Vr.OB, new byte[] { 1, 2, 3, 4, 5, 6, 7, 8, 9 }));

        foreach (var syntax in Syntaxes.Select(row => TransferSyntax.Find(row.Data)!))
        {
            var errors = await ErrorsAsync(await WriteAsync(dataSet, syntax));
            Assert.True(errors.Count == 0, string.Join('\n', errors));
        }
    }

    public void Dispose() => folder.Dispose();

    /// <summary>The distinct errors of a file, without the line numbers of items.</summary>
    private static async Task<IReadOnlySet<string>> ErrorsAsync(string file) =>
        (await Tool.TryRunAsync("dciodvfy", file)).Output.Split('\n').Where(line => line.Contains("Error", StringComparison.Ordinal)).ToHashSet();

    /// <summary>Writes a file's data set anew, or null where it is compressed or in the sender's own encoding of values that was left in the stream.</summary>
    private async Task<string?> RewriteAsync(string file, TransferSyntax syntax)
    {
        var (source, dataSet) = await Corpus.ReadAsync(file);
        if (source.Encapsulated || source.Deflated)
            return null;
        var bytes = await File.ReadAllBytesAsync(file, TestContext.Current.CancellationToken);
        foreach (var element in dataSet.Where(element => element.Segment is not null).ToList())
        {
            var value = bytes.AsSpan((int)element.Segment!.Offset, (int)element.Segment.Length).ToArray();
            if (source.BigEndian && element.Vr.WordSize() == 2)
            {
                for (var at = 0; at + 1 < value.Length; at += 2)
                    (value[at], value[at + 1]) = (value[at + 1], value[at]);
            }
            dataSet.Set(new DicomElement(element.Tag, element.Vr, value));
        }
        return await WriteAsync(dataSet, syntax);
    }

    private async Task<string> WriteAsync(DataSet dataSet, TransferSyntax syntax)
    {
        var path = Path.Combine(folder.Path, "written.dcm");
        await using var stream = File.Create(path);
        var meta = new FileMetaInformation
        {
            MediaStorageSopClassUid = dataSet.GetUid(DicomTags.SopClassUid) ?? Uid.Parse("1.2.840.10008.5.1.4.1.1.7"),
            MediaStorageSopInstanceUid = dataSet.GetUid(DicomTags.SopInstanceUid) ?? Uid.Parse("1.2.3"),
            TransferSyntaxUid = syntax.Uid,
        };
        await DicomWriter.WriteFileAsync(stream, meta, dataSet, TestContext.Current.CancellationToken);
        return path;
    }
}
