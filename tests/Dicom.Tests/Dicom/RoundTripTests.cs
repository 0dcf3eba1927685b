using CsCheck;

namespace MedCloud.Dicom.Tests;

public sealed class RoundTripTests
{
    /// <summary>One attribute of the standard for each VR, so that implicit VR finds it again.</summary>
    private static readonly (uint Tag, Vr Vr)[] Attributes =
    [
        (0x00080054, Vr.AE), (0x00101010, Vr.AS), (0x00280009, Vr.AT), (0x00080060, Vr.CS), (0x00080020, Vr.DA), (0x00281053, Vr.DS), (0x0008002A, Vr.DT),
        (0x00189087, Vr.FD), (0x0018605A, Vr.FL), (0x00200013, Vr.IS), (0x00100020, Vr.LO), (0x00104000, Vr.LT), (0x00420011, Vr.OB), (0x0070150D, Vr.OD),
        (0x00640009, Vr.OF), (0x00660040, Vr.OL), (0x7FE00001, Vr.OV), (0x00281201, Vr.OW), (0x00100010, Vr.PN), (0x00080050, Vr.SH), (0x00186020, Vr.SL),
        (0x00189219, Vr.SS), (0x00080081, Vr.ST), (0x00720082, Vr.SV), (0x00080030, Vr.TM), (0x00080119, Vr.UC), (0x00080018, Vr.UI), (0x00186016, Vr.UL),
        (0x0072006D, Vr.UN), (0x00081190, Vr.UR), (0x00280010, Vr.US), (0x0040A160, Vr.UT), (0x00091001, Vr.UN), (0x00090010, Vr.LO), (0x60023000, Vr.OW),
    ];

    private static readonly uint[] Sequences = [0x00081115, 0x00081140, 0x00400275, 0x00081199];

    private static readonly TransferSyntax[] Syntaxes =
    [
        TransferSyntax.ImplicitVrLittleEndian, TransferSyntax.ExplicitVrLittleEndian, TransferSyntax.ExplicitVrBigEndian, TransferSyntax.DeflatedExplicitVrLittleEndian,
    ];

    private static readonly Gen<DicomElement> Values =
        from attribute in Gen.OneOf(Attributes)
        from value in Gen.Frequency((20, Gen.Byte.Array[0, 40]), (1, Gen.Byte.Array[60_000, 65_534]))
        select new DicomElement(new DicomTag(attribute.Tag), attribute.Vr, value);

    private static readonly Gen<DataSet> DataSets = Nested(3);

    [Fact]
    public async Task WhatIsWrittenIsReadAgain_InEveryTransferSyntaxAndInAnyChunks() =>
        await Gen.Select(DataSets, Gen.OneOf(Syntaxes), Gen.OneOf(1, 3, 4096, int.MaxValue)).SampleAsync(
            async (dataSet, syntax, chunk) =>
            {
                var bytes = DicomWriter.ToBytes(dataSet, syntax);

                var read = await Reading.DataSetAsync(bytes, syntax, chunk: chunk);

                Assert.Equal(0, bytes.Length % 2);
                AssertSame(dataSet, read);
                Assert.Equal(bytes, DicomWriter.ToBytes(read, syntax));
            },
            iter: 600);

    [Fact]
    public async Task ValuesAreTheSameInEveryTransferSyntax() =>
        await DataSets.SampleAsync(
            async dataSet =>
            {
                var first = await Reading.DataSetAsync(DicomWriter.ToBytes(dataSet, Syntaxes[0]), Syntaxes[0]);
                foreach (var syntax in Syntaxes[1..])
                    AssertSame(first, await Reading.DataSetAsync(DicomWriter.ToBytes(dataSet, syntax), syntax));
            },
            iter: 200);

    /// <summary>For values that the JSON model can say.</summary>
    [Fact]
    public void WhatIsWrittenAsJsonIsReadAgain() =>
        DataSets.Sample(
            dataSet =>
            {
                var legible = Legible(dataSet);

                AssertSame(legible, DicomJsonReader.Read(Json(legible)), element => element.Value.ToArray());
            },
            iter: 600);

    /// <summary>The data set with values that are no text or numbers made such: letters for text, whole words for numbers.</summary>
    private static DataSet Legible(DataSet dataSet) => DataSetOf(dataSet.Select(element => element switch
    {
        { Vr: Vr.SQ } => new DicomElement(element.Tag, [.. element.Items.Select(Legible)]),
        { Vr: Vr.DS or Vr.IS } => new DicomElement(element.Tag, element.Vr, System.Text.Encoding.ASCII.GetBytes($"{element.Value.Length}")),
        _ when element.Vr.IsText() => new DicomElement(element.Tag, element.Vr, element.Value.ToArray().Select(value => (byte)('A' + (value % 26))).ToArray()),
        { Vr: Vr.FL } => new DicomElement(element.Tag, element.Vr, BitConverter.GetBytes(element.Value.Length / 7f)),
        { Vr: Vr.FD } => new DicomElement(element.Tag, element.Vr, BitConverter.GetBytes(element.Value.Length / 7.0)),
        { Vr: Vr.AT } => new DicomElement(element.Tag, element.Vr, element.Value[..(element.Value.Length / 4 * 4)]),
        _ => new DicomElement(element.Tag, element.Vr, element.Value[..(element.Value.Length / element.Vr.WordSize() * element.Vr.WordSize())]),
    }));

    private static byte[] Json(DataSet dataSet)
    {
        using var json = new MemoryStream();
        using (var writer = new System.Text.Json.Utf8JsonWriter(json))
            DicomJsonWriter.Write(writer, dataSet);
        return json.ToArray();
    }

    private static Gen<DataSet> Nested(int depth)
    {
        var sequences = depth == 0
            ? Gen.Const<DicomElement[]>([])
            : (from tag in Gen.OneOf(Sequences)
               from items in Nested(depth - 1).Array[0, 3]
               select new DicomElement(new DicomTag(tag), items)).Array[0, 2];
        return from values in Values.Array[0, 12]
               from nested in sequences
               select DataSetOf([.. values, .. nested]);
    }

    private static DataSet DataSetOf(IEnumerable<DicomElement> elements)
    {
        var dataSet = new DataSet();
        foreach (var element in elements)
            dataSet.Set(element);
        return dataSet;
    }

    private static void AssertSame(DataSet expected, DataSet read) => AssertSame(expected, read, Padded);

    private static void AssertSame(DataSet expected, DataSet read, Func<DicomElement, byte[]> value)
    {
        Assert.Equal(expected.Select(element => (element.Tag, element.Vr)), read.Select(element => (element.Tag, element.Vr)));
        foreach (var (before, after) in expected.Zip(read))
        {
            Assert.Equal(value(before), after.Value.ToArray());
            Assert.Equal(before.Items.Count, after.Items.Count);
            foreach (var (item, other) in before.Items.Zip(after.Items))
                AssertSame(item, other, value);
        }
    }

    private static byte[] Padded(DicomElement element) =>
        element.Value.Length % 2 == 0 ? element.Value.ToArray() : [.. element.Value.Span, element.Vr.Padding()];
}
