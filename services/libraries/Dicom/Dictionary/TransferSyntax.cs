using System.Collections.Frozen;

namespace MedCloud.Dicom;

/// <summary>A transfer syntax (PS3.5 annex A): how a data set stands in bytes.</summary>
public sealed record TransferSyntax
{
    private static readonly FrozenDictionary<string, TransferSyntax> Known =
        UidTable.All.Where(row => row.Kind == "syntax").Select(row => new TransferSyntax(row)).ToFrozenDictionary(syntax => syntax.Uid.Value);

    private TransferSyntax(UidTable.Row row)
    {
        Uid = row.Uid;
        Name = row.Name;
        ExplicitVr = Uid.Value != "1.2.840.10008.1.2";
        BigEndian = Uid.Value == "1.2.840.10008.1.2.2";
        Deflated = Uid.Value is "1.2.840.10008.1.2.1.99" or "1.2.840.10008.1.2.4.95" or "1.2.840.10008.1.2.4.205";
        var referenced = Uid.Value is "1.2.840.10008.1.2.4.94" or "1.2.840.10008.1.2.4.204";
        Encapsulated = ExplicitVr && !BigEndian && !Deflated && !referenced && Uid.Value != "1.2.840.10008.1.2.1";
    }

    /// <summary>PS3.5 annex A.1, the default.</summary>
    public static TransferSyntax ImplicitVrLittleEndian { get; } = Known["1.2.840.10008.1.2"];

    /// <summary>PS3.5 annex A.2.</summary>
    public static TransferSyntax ExplicitVrLittleEndian { get; } = Known["1.2.840.10008.1.2.1"];

    /// <summary>PS3.5 (2016b) annex A.3, retired.</summary>
    public static TransferSyntax ExplicitVrBigEndian { get; } = Known["1.2.840.10008.1.2.2"];

    /// <summary>PS3.5 annex A.5.</summary>
    public static TransferSyntax DeflatedExplicitVrLittleEndian { get; } = Known["1.2.840.10008.1.2.1.99"];

    /// <summary>PS3.5 annex A.4.1, 8 bits, lossy.</summary>
    public static TransferSyntax JpegBaseline { get; } = Known["1.2.840.10008.1.2.4.50"];

    /// <summary>PS3.5 annex A.4.2.</summary>
    public static TransferSyntax RleLossless { get; } = Known["1.2.840.10008.1.2.5"];

    /// <summary>Every transfer syntax that can be stored, by UID.</summary>
    public static IReadOnlyList<TransferSyntax> All { get; } = [.. Known.Values.OrderBy(syntax => syntax.Uid.Value, StringComparer.Ordinal)];

    /// <summary>Its UID.</summary>
    public Uid Uid { get; }

    /// <summary>The standard's name.</summary>
    public string Name { get; }

    /// <summary>Each element carries its VR.</summary>
    public bool ExplicitVr { get; }

    /// <summary>Numbers have their most significant byte first.</summary>
    public bool BigEndian { get; }

    /// <summary>The data set is a raw deflate stream.</summary>
    public bool Deflated { get; }

    /// <summary>Pixel data is fragments in items (PS3.5 annex A.4).</summary>
    public bool Encapsulated { get; }

    /// <summary>The transfer syntax of a UID, or null if the standard has none such.</summary>
    public static TransferSyntax? Find(string uid) => Known.GetValueOrDefault(uid);

    /// <summary>Name and UID, as refusals print it.</summary>
    public override string ToString() => $"{Name} ({Uid})";
}
