using MedCloud.Dicom;

namespace MedCloud.Interop.Tests;

/// <summary>Text in every character set is what pydicom reads.</summary>
public sealed class CharacterSetInteropTests
{
    /// <summary>pydicom's own examples, in Debian's python3-pydicom.</summary>
    private const string Examples = "/usr/lib/python3/dist-packages/pydicom/data/charset_files";

    private static readonly DicomTag Content = new(0x0040, 0xA730);
    private static readonly DicomTag TextValue = new(0x0040, 0xA160);

    [Fact]
    public async Task EveryElementOfPydicomsExamplesEqualsPydicoms()
    {
        var files = Directory.GetFiles(Examples, "*.dcm").Order(StringComparer.Ordinal).ToList();
        var expected = await Pydicom.ElementsAsync(files);
        var differences = new List<string>();
        foreach (var (file, theirs) in files.Zip(expected))
        {
            var (syntax, dataSet) = await Corpus.ReadAsync(file);
            differences.AddRange(Comparison.Of([.. FoundElement.In(dataSet)], theirs, syntax.ExplicitVr).Select(difference => $"{Path.GetFileName(file)}: {difference}"));
        }
        Assert.Equal(17, files.Count);
        Assert.True(differences.Count == 0, string.Join('\n', differences));
    }

    /// <summary>Each graphic character of each set, an item of its own; those that pydicom has no character for are not compared.</summary>
    [Fact]
    public async Task EveryCodeOfEveryCharacterSetEqualsPydicoms()
    {
        var folder = Directory.CreateTempSubdirectory("medcloud-characters");
        try
        {
            (string Term, byte[] Escape, int Width, int Upper, int Characters)[] sets =
            [
                .. new[] { ("100", 96), ("101", 96), ("109", 89), ("110", 96), ("126", 93), ("127", 51), ("138", 60), ("144", 96), ("148", 96), ("166", 87), ("13", 63) }
                    .Select(set => ($"ISO_IR {set.Item1}", Array.Empty<byte>(), 1, 0x80, set.Item2)),
                ("\\ISO 2022 IR 87", "\x1B$B"u8.ToArray(), 2, 0, 6879),
                ("\\ISO 2022 IR 159", "\x1B$(D"u8.ToArray(), 2, 0, 6067),
                ("\\ISO 2022 IR 149", "\x1B$)C"u8.ToArray(), 2, 0x80, 8225),
                ("\\ISO 2022 IR 58", "\x1B$)A"u8.ToArray(), 2, 0x80, 7445),
                ("GBK", [], 2, 0x80, 7478),
                ("GB18030", [], 2, 0x80, 8836),
            ];
            var files = new List<string>();
            foreach (var (term, escape, width, upper, _) in sets)
                files.Add(await FileAsync(folder.FullName, term, escape, width, upper));

            var theirs = await Pydicom.ElementsAsync(files);
            var differences = new List<string>();
            foreach (var (set, file, expected) in sets.Zip(files, theirs))
            {
                var (_, dataSet) = await Corpus.ReadAsync(file);
                var byPath = expected.ToDictionary(element => element.Path);
                var compared = 0;
                foreach (var ours in FoundElement.In(dataSet).Where(element => element.Vr == "UT"))
                {
                    // Python's GB 2312 leaves the escape sequence in the text
                    if (byPath[ours.Path].Text is not [var text] || text.Replace("\x1B$)A", "", StringComparison.Ordinal) is not [var character] || character is '\uFFFD' or '\x1B')
                        continue;
                    compared++;
                    if (ours.Text is not [[var own]] || own != character)
                        differences.Add($"{set.Term}: {ours.Path} is '{string.Join('|', ours.Text!)}', not {(int)character:X4}");
                }
                if (compared != set.Characters)
                    differences.Add($"{set.Term}: {compared} characters compared, not {set.Characters}");
            }
            Assert.True(differences.Count == 0, string.Join('\n', differences.Take(50)));
        }
        finally
        {
            folder.Delete(recursive: true);
        }
    }

    private static async Task<string> FileAsync(string folder, string term, byte[] escape, int width, int upper)
    {
        // Python has no space in a set of G0 that is not ASCII, and a space may have to follow
        var back = upper == 0 ? "\x1B(B"u8.ToArray() : [];
        var items = new List<DataSet>();
        for (var first = 0x20; first < 0x80; first++)
        {
            for (var second = width == 1 ? 0 : 0x21; second < (width == 1 ? 1 : 0x7F); second++)
            {
                var item = new DataSet();
                byte[] code = width == 1 ? [(byte)(first | upper)] : [(byte)(first | upper), (byte)(second | upper)];
                item.Set(new DicomElement(TextValue, Vr.UT, (byte[])[.. escape, .. code, .. back]));
                if (width == 1 || first is > 0x20 and < 0x7F)
                    items.Add(item);
            }
        }
        var dataSet = new DataSet();
        dataSet.Set(DicomTags.SpecificCharacterSet, term);
        dataSet.SetSequence(Content, [.. items]);
        var path = Path.Combine(folder, $"{term.Replace('\\', '_')}.dcm");
        await using var file = File.Create(path);
        var meta = new FileMetaInformation { MediaStorageSopClassUid = Uid.Parse("1.2.840.10008.5.1.4.1.1.7"), MediaStorageSopInstanceUid = Uid.Parse("1.2.3"), TransferSyntaxUid = TransferSyntax.ExplicitVrLittleEndian.Uid };
        await DicomWriter.WriteFileAsync(file, meta, dataSet, TestContext.Current.CancellationToken);
        return path;
    }
}
