using System.Buffers.Binary;
using System.IO.Compression;
using System.Runtime.InteropServices;
using System.Security.Cryptography;
using MedCloud.Dicom;
using MedCloud.Tests;

namespace MedCloud.Interop.Tests.Dimse;

/// <summary>One of the labelled chest X-rays, CR and DX in ten transfer syntaxes.</summary>
internal sealed record Xray(string Path, Uid SopClassUid, Uid SopInstanceUid, TransferSyntax Syntax, byte[] DataSet)
{
    /// <summary>The option of storescu that proposes a transfer syntax.</summary>
    public string StoreScuOption => Syntax.Uid.Value switch
    {
        "1.2.840.10008.1.2" => "-xi",
        "1.2.840.10008.1.2.1" => "-xe",
        "1.2.840.10008.1.2.2" => "-xb",
        "1.2.840.10008.1.2.1.99" => "-xd",
        "1.2.840.10008.1.2.5" => "-xr",
        "1.2.840.10008.1.2.4.50" => "-xy",
        "1.2.840.10008.1.2.4.70" => "-xs",
        "1.2.840.10008.1.2.4.80" => "-xt",
        "1.2.840.10008.1.2.4.90" => "-xv",
        "1.2.840.10008.1.2.4.91" => "-xw",
        _ => throw new InvalidOperationException($"no option for {Syntax}"),
    };

    public static string Folder => SharedData.Path("cxr_dicom/files");

    public static TheoryData<string> Names { get; } = [.. Enumerable.Range(1, 16).Select(number => $"cxr_{number:000}.dcm")];

    public static async Task<IReadOnlyList<Xray>> AllAsync()
    {
        var all = new List<Xray>();
        foreach (var name in Names)
            all.Add(await ReadAsync(name.Data));
        return all;
    }

    public static async Task<Xray> ReadAsync(string name)
    {
        var path = System.IO.Path.Combine(Folder, name);
        var bytes = await File.ReadAllBytesAsync(path, TestContext.Current.CancellationToken);
        using var reader = DicomReader.ForPart10(new MemoryStream(bytes));
        var meta = await reader.ReadMetaAsync(TestContext.Current.CancellationToken);
        return new Xray(path, meta.MediaStorageSopClassUid!.Value, meta.MediaStorageSopInstanceUid!.Value, reader.Syntax, bytes[(int)reader.DataSetOffset..]);
    }

    /// <summary>
    /// Every element of a data set, one line each with tag and hash of the value: what a sender may not change when it writes the data set anew. Values are little
    /// endian, so data sets in different uncompressed transfer syntaxes can be compared.
    /// </summary>
    public static async Task<List<string>> ElementsAsync(byte[] dataSet, TransferSyntax syntax)
    {
        if (syntax.Deflated)
        {
            using var inflated = new MemoryStream();
            using (var deflated = new DeflateStream(new MemoryStream(dataSet), CompressionMode.Decompress))
                await deflated.CopyToAsync(inflated, TestContext.Current.CancellationToken);
            (dataSet, syntax) = (inflated.ToArray(), TransferSyntax.ExplicitVrLittleEndian);
        }
        using var source = new MemoryStream(dataSet);
        using var reader = DicomReader.ForDataSet(source, syntax);
        await reader.ReadToEndAsync(TestContext.Current.CancellationToken);
        var lines = new List<string>();
        Describe(reader.DataSet, dataSet, syntax, "", lines);
        return lines;
    }

    private static void Describe(DataSet elements, byte[] source, TransferSyntax syntax, string path, List<string> lines)
    {
        foreach (var element in elements)
        {
            if (element.Tag.IsGroupLength || element.Tag == new DicomTag(0xFFFC, 0xFFFC)) // retired, and padding
                continue;
            var value = element.Value.ToArray();
            if (element.Segment is { } segment)
            {
                value = source[(int)segment.Offset..(int)(segment.Offset + segment.Length)];
                if (syntax.BigEndian && element.Vr == Vr.OW)
                    BinaryPrimitives.ReverseEndianness(MemoryMarshal.Cast<byte, ushort>(value.AsSpan()), MemoryMarshal.Cast<byte, ushort>(value.AsSpan()));
            }
            lines.Add($"{path}{element.Tag} {value.Length} {Convert.ToHexString(SHA256.HashData(value))}");
            for (var item = 0; item < element.Items.Count; item++)
                Describe(element.Items[item], source, syntax, $"{path}{element.Tag}[{item}]", lines);
        }
    }
}
