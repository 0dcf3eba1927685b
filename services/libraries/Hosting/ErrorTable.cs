using Grpc.Core;

namespace MedCloud.Hosting;

/// <summary>Every expected error that a door can answer with.</summary>
public enum ErrorCode
{
    /// <summary>A request's field has a value that is not allowed.</summary>
    InvalidArgument,

    /// <summary>The resource that the request names does not exist.</summary>
    NotFound,

    /// <summary>The data set's study is not the one that the URL names, or its identifiers differ from those of the command.</summary>
    DataSetMismatch,

    /// <summary>The bytes are not a DICOM data set that can be read to its end.</summary>
    CannotUnderstand,

    /// <summary>The SOP class is not one of storage.</summary>
    SopClassNotSupported,

    /// <summary>Other bytes are stored under this SOP Instance UID, and revisions are switched off.</summary>
    DuplicateSopInstance,

    /// <summary>The image of the analysis cannot be decoded to be drawn.</summary>
    NotDrawable,

    /// <summary>The analysis has no explanation.</summary>
    NotExplained,

    /// <summary>The store or the database cannot take or give the instance now; the caller may try again.</summary>
    OutOfResources,

    /// <summary>The request's content is of a type that is not taken.</summary>
    UnsupportedMediaType,

    /// <summary>The resource cannot be had in any form that the request accepts.</summary>
    NotAcceptable,

    /// <summary>The request is larger than the limit.</summary>
    TooLarge,

    /// <summary>The sender was silent for too long.</summary>
    TimedOut,

    /// <summary>The request has no valid access token.</summary>
    Unauthenticated,

    /// <summary>The access token has no role that may do this.</summary>
    PermissionDenied,
}

/// <summary>What one error is called at each door.</summary>
/// <param name="Http">The status when the error is the whole answer (RFC 9110).</param>
/// <param name="Grpc">The gRPC status.</param>
/// <param name="Dimse">The C-STORE status (PS3.4 B.2.3, PS3.7 C); also the failure reason (0008,1197) of a STOW response (PS3.18 I.2.2). 0 where the error cannot occur there.</param>
public sealed record ErrorRow(int Http, StatusCode Grpc, ushort Dimse);

/// <summary>The one table that maps errors to HTTP, gRPC and DIMSE.</summary>
public static class ErrorTable
{
    /// <summary>The row of <paramref name="code"/>.</summary>
    public static ErrorRow Row(ErrorCode code) => code switch
    {
        ErrorCode.InvalidArgument => new(400, StatusCode.InvalidArgument, 0),
        ErrorCode.NotFound => new(404, StatusCode.NotFound, 0),
        ErrorCode.DataSetMismatch => new(409, StatusCode.FailedPrecondition, 0xA900),
        ErrorCode.CannotUnderstand => new(409, StatusCode.InvalidArgument, 0xC000),
        ErrorCode.SopClassNotSupported => new(409, StatusCode.FailedPrecondition, 0x0122),
        ErrorCode.DuplicateSopInstance => new(409, StatusCode.AlreadyExists, 0x0111),
        ErrorCode.NotDrawable => new(400, StatusCode.FailedPrecondition, 0),
        ErrorCode.NotExplained => new(400, StatusCode.FailedPrecondition, 0),
        ErrorCode.OutOfResources => new(503, StatusCode.Unavailable, 0xA700),
        ErrorCode.UnsupportedMediaType => new(415, StatusCode.InvalidArgument, 0),
        ErrorCode.NotAcceptable => new(406, StatusCode.InvalidArgument, 0),
        ErrorCode.TooLarge => new(413, StatusCode.ResourceExhausted, 0),
        ErrorCode.TimedOut => new(408, StatusCode.DeadlineExceeded, 0),
        ErrorCode.Unauthenticated => new(401, StatusCode.Unauthenticated, 0),
        ErrorCode.PermissionDenied => new(403, StatusCode.PermissionDenied, 0),
    };
}
