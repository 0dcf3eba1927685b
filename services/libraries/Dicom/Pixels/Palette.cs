namespace MedCloud.Dicom;

/// <summary>The colours of PALETTE COLOR pixels (PS3.3 section C.7.9).</summary>
/// <param name="Red">For each pixel value, with entries of 8 or 16 bits.</param>
/// <param name="Green">Likewise.</param>
/// <param name="Blue">Likewise.</param>
public sealed record Palette(LookupTable Red, LookupTable Green, LookupTable Blue)
{
    private static readonly DicomTag[] Descriptors = [new(0x0028, 0x1101), new(0x0028, 0x1102), new(0x0028, 0x1103)];
    private static readonly DicomTag[] Tables = [new(0x0028, 0x1201), new(0x0028, 0x1202), new(0x0028, 0x1203)];
    private static readonly DicomTag[] Segments = [new(0x0028, 0x1221), new(0x0028, 0x1222), new(0x0028, 0x1223)];

    /// <summary>Reads the three tables; null where one of them is none, and then <paramref name="problem"/> names the attribute.</summary>
    internal static Palette? From(DataSet dataSet, out string? problem)
    {
        var tables = new LookupTable[3];
        for (var colour = 0; colour < 3; colour++)
        {
            var table = dataSet.TryGet(Segments[colour], out _)
                ? LookupTable.FromSegments(dataSet, Descriptors[colour], Segments[colour], out problem)
                : LookupTable.From(dataSet, Descriptors[colour], Tables[colour], out problem);
            if (table is null)
                return null;
            tables[colour] = table;
        }
        problem = null;
        return new Palette(tables[0], tables[1], tables[2]);
    }
}
