using MedCloud.Dicom;

namespace MedCloud.Medctl.Sending;

/// <summary>What a PNG or JPEG is wrapped as.</summary>
/// <param name="Modality">(0008,0060)</param>
/// <param name="SopClass">(0008,0016)</param>
/// <param name="Colour">Red, green and blue; else grey.</param>
internal sealed record ImageKind(string Modality, Uid SopClass, bool Colour)
{
    /// <summary>Digital X-Ray Image Storage - For Presentation.</summary>
    public static ImageKind Chest { get; } = new("DX", Uid.Parse("1.2.840.10008.5.1.4.1.1.1.1"), false);

    /// <summary>VL Microscopic Image Storage.</summary>
    public static ImageKind Microscopy { get; } = new("GM", Uid.Parse("1.2.840.10008.5.1.4.1.1.77.1.2"), true);

    /// <summary>Every kind; beside the two, VL Slide-Coordinates Microscopic and VL Photographic Image Storage.</summary>
    public static IReadOnlyList<ImageKind> All { get; } =
        [Chest, Microscopy, new("SM", Uid.Parse("1.2.840.10008.5.1.4.1.1.77.1.3"), true), new("XC", Uid.Parse("1.2.840.10008.5.1.4.1.1.77.1.4"), true)];
}
