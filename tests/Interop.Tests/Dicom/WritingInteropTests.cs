using MedCloud.Dicom;

namespace MedCloud.Interop.Tests;

/// <summary>Files that our writer wrote are read by pydicom and DCMTK as the data set that was written.</summary>
public sealed class WritingInteropTests
{
    public static TheoryData<string> Syntaxes => [.. WritableSyntaxes().Select(syntax => syntax.Uid.Value)];

    [Theory]
    [MemberData(nameof(Syntaxes))]
    public async Task WrittenElementsAreReadByPydicomAndDcmtk(string syntaxUid)
    {
        var syntax = TransferSyntax.Find(syntaxUid);
        Assert.NotNull(syntax);
        var folder = Directory.CreateTempSubdirectory("written");
        try
        {
            var written = new List<(string File, IReadOnlyList<FoundElement> Elements)>();
            foreach (var file in Corpus.Files)
            {
                var dataSet = Writable((await Corpus.ReadAsync(file)).DataSet, syntax);
                dataSet.Set(new DicomElement(DicomTags.PixelData, Vr.OW, new byte[] { 1, 2, 3, 4 }));
                var path = Path.Combine(folder.FullName, Path.GetFileName(file));
                await using (var stream = File.Create(path))
                {
                    var meta = new FileMetaInformation
                    {
                        MediaStorageSopClassUid = dataSet.GetUid(DicomTags.SopClassUid) ?? Uid.Parse("1.2.840.10008.5.1.4.1.1.7"),
                        MediaStorageSopInstanceUid = dataSet.GetUid(DicomTags.SopInstanceUid) ?? Uid.Parse("1.2.3"),
                        TransferSyntaxUid = syntax.Uid,
                    };
                    await DicomWriter.WriteFileAsync(stream, meta, dataSet, TestContext.Current.CancellationToken);
                }
                written.Add((path, [.. FoundElement.In(dataSet).Select(element => element.Padded())]));
            }

            var differences = new List<string>();
            var pydicom = await Pydicom.ElementsAsync([.. written.Select(pair => pair.File)]);
            foreach (var ((file, elements), theirs) in written.Zip(pydicom))
            {
                differences.AddRange(Comparison.Of(elements, theirs, syntax.ExplicitVr).Select(difference => $"pydicom, {Path.GetFileName(file)}: {difference}"));
                // one process a file: the X-rays are enough
                if (!Path.GetFileName(file).StartsWith("cxr", StringComparison.Ordinal))
                    continue;
                var dcmtk = await Dcmdump.ElementsAsync(file);
                differences.AddRange(Comparison.Of(elements, dcmtk, syntax.ExplicitVr).Select(difference => $"dcmdump, {Path.GetFileName(file)}: {difference}"));
            }
            Assert.True(differences.Count == 0, string.Join('\n', differences.Take(50)));
            Assert.Equal(112, written.Count);
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static TransferSyntax[] WritableSyntaxes() =>
        [TransferSyntax.ImplicitVrLittleEndian, TransferSyntax.ExplicitVrLittleEndian, TransferSyntax.ExplicitVrBigEndian, TransferSyntax.DeflatedExplicitVrLittleEndian];

    /// <summary>
    /// A copy without the values that were left in the file, without the retired group lengths, which the writer leaves out, and in implicit VR without private
    /// sequences, which no reader can know for such there.
    /// </summary>
    private static DataSet Writable(DataSet dataSet, TransferSyntax syntax)
    {
        var copy = new DataSet();
        foreach (var element in dataSet.Where(element => element.Segment is null && !element.Tag.IsGroupLength))
        {
            if (element.Vr != Vr.SQ)
                copy.Set(element);
            else if (syntax.ExplicitVr || !element.Tag.IsPrivate)
                copy.SetSequence(element.Tag, [.. element.Items.Select(item => Writable(item, syntax))]);
        }
        return copy;
    }
}
