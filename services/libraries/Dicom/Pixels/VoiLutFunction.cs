namespace MedCloud.Dicom;

/// <summary>How a window maps values to grey (PS3.3 section C.11.2.1.3).</summary>
public enum VoiLutFunction
{
    /// <summary>From centre - 0.5 - (width - 1) / 2 to centre - 0.5 + (width - 1) / 2; the default.</summary>
    Linear,

    /// <summary>From centre - width / 2 to centre + width / 2.</summary>
    LinearExact,

    /// <summary>1 / (1 + exp(-4 (value - centre) / width)).</summary>
    Sigmoid,
}
