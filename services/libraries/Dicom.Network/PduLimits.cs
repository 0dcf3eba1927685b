namespace MedCloud.Dicom.Network;

/// <summary>The bounds that every length read from the wire is held to before anything is allocated for it, in bytes.</summary>
internal static class PduLimits
{
    /// <summary>PDU type, reserved byte and length (PS3.8 9.3.1).</summary>
    public const int HeaderLength = 6;

    /// <summary>PDV length, presentation context ID and message control header (PS3.8 9.3.5.1).</summary>
    public const int PdvHeaderLength = 6;

    /// <summary>The P-DATA-TF length that we announce and use: the largest that DCMTK takes too.</summary>
    public const int MaxDataLength = 128 * 1024;

    /// <summary>The smallest maximum that a peer may announce: below it no fragment of even length fits.</summary>
    public const int MinDataLength = PdvHeaderLength + 2;

    /// <summary>The longest A-ASSOCIATE-RQ or -AC: 128 presentation contexts with 50 transfer syntaxes each need half of it.</summary>
    public const int MaxAssociateLength = 512 * 1024;

    /// <summary>The length of the PDUs that have no variable part: A-ASSOCIATE-RJ, A-RELEASE-RQ and -RP, A-ABORT.</summary>
    public const int ShortLength = 4;

    /// <summary>The longest command set. The ones of C-ECHO and C-STORE stay under 500 bytes.</summary>
    public const int MaxCommandLength = 16 * 1024;
}
