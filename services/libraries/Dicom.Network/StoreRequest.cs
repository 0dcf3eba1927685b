using System.Net;

namespace MedCloud.Dicom.Network;

/// <summary>Who is at the other end of an association.</summary>
/// <param name="Remote">The peer's address; null if the socket did not tell.</param>
/// <param name="Calling">The calling AE title; null until a request has come that names a valid one.</param>
public sealed record AssociationInfo(EndPoint? Remote, AeTitle? Calling);

/// <summary>One C-STORE (PS3.7 9.1.1) on its way in.</summary>
/// <param name="Association">Who sends it.</param>
/// <param name="SopClassUid">(0000,0002) of the command.</param>
/// <param name="SopInstanceUid">(0000,1000) of the command.</param>
/// <param name="TransferSyntax">That of the presentation context.</param>
/// <param name="DataSet">
/// The data set's bytes as they arrive: not reading holds back the sender. Asynchronous reading only. It throws <see cref="AssociationEndedException"/> when the
/// association ends before the data set does. Usable until the handler returns.
/// </param>
public sealed record StoreRequest(AssociationInfo Association, Uid SopClassUid, Uid SopInstanceUid, TransferSyntax TransferSyntax, Stream DataSet);

/// <summary>The answer to a C-STORE (PS3.4 B.2.3).</summary>
/// <param name="Status">One of <see cref="DimseStatus"/> or another of the standard.</param>
/// <param name="ErrorComment">(0000,0902): at most 64 printable ASCII characters, without identifiers; null for none.</param>
public readonly record struct StoreResponse(ushort Status, string? ErrorComment = null)
{
    /// <summary>Whether the receiver has kept the instance: success, or a warning such as coerced attributes.</summary>
    public bool IsStored => Status is DimseStatus.Success or 0x0001 or 0x0107 or 0x0116 || Status >> 12 == 0xB;
}

/// <summary>Takes one instance and says what became of it. A handler that returns without reading the data set refuses it; the rest is drained before its answer goes out.</summary>
/// <param name="request">The instance.</param>
/// <param name="cancellationToken">Cancelled when the server ends the association.</param>
public delegate ValueTask<StoreResponse> StoreHandler(StoreRequest request, CancellationToken cancellationToken);

/// <summary>Statuses of DIMSE responses that the library itself gives or looks at (PS3.7 annex C).</summary>
public static class DimseStatus
{
    /// <summary>Success.</summary>
    public const ushort Success = 0x0000;

    /// <summary>Processing failure.</summary>
    public const ushort ProcessingFailure = 0x0110;

    /// <summary>The SOP Instance UID is missing or none.</summary>
    public const ushort InvalidSopInstance = 0x0117;

    /// <summary>The SOP class is not that of the presentation context, or not one of storage.</summary>
    public const ushort SopClassNotSupported = 0x0122;

    /// <summary>The operation is none of those of the SOP class.</summary>
    public const ushort UnrecognizedOperation = 0x0211;

    /// <summary>C-STORE: the data set cannot be understood.</summary>
    public const ushort CannotUnderstand = 0xC000;
}
