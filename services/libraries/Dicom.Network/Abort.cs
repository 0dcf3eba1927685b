namespace MedCloud.Dicom.Network;

/// <summary>Who aborts (PS3.8 Table 9-26).</summary>
internal enum AbortSource : byte
{
    ServiceUser = 0,
    ServiceProvider = 2,
}

/// <summary>Why the service provider aborts (PS3.8 Table 9-26).</summary>
internal enum AbortReason : byte
{
    NotSpecified = 0,
    UnrecognizedPdu = 1,
    UnexpectedPdu = 2,
    UnrecognizedParameter = 4,
    UnexpectedParameter = 5,
    InvalidParameterValue = 6,
}

/// <summary>The content of A-ABORT (PS3.8 9.3.8).</summary>
internal readonly record struct Abort(AbortSource Source, AbortReason Reason)
{
    public override string ToString() => Source == AbortSource.ServiceUser ? "by its user" : Reason switch
    {
        AbortReason.NotSpecified => "by its provider",
        AbortReason.UnrecognizedPdu => "unrecognized PDU",
        AbortReason.UnexpectedPdu => "unexpected PDU",
        AbortReason.UnrecognizedParameter => "unrecognized PDU parameter",
        AbortReason.UnexpectedParameter => "unexpected PDU parameter",
        AbortReason.InvalidParameterValue => "invalid PDU parameter value",
        _ => "reserved reason",
    };
}
