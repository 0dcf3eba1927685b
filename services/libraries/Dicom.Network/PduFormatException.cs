namespace MedCloud.Dicom.Network;

/// <summary>A PDU that cannot be read: Evt19 of PS3.8 Table 9-10. It never leaves the library.</summary>
internal sealed class PduFormatException(AbortReason reason, string message) : Exception(message)
{
    public AbortReason Reason { get; } = reason;
}
