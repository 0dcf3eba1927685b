using System.Buffers.Binary;
using System.Text;

namespace MedCloud.Dicom.Network;

/// <summary>Writes the PDUs of PS3.8 9.3, header included.</summary>
internal static class PduWriter
{
    /// <summary>A-RELEASE-RQ, PS3.8 Table 9-24.</summary>
    public static ReadOnlyMemory<byte> ReleaseRequest { get; } = Pdu(PduType.ReleaseRequest, [0, 0, 0, 0]);

    /// <summary>A-RELEASE-RP, PS3.8 Table 9-25.</summary>
    public static ReadOnlyMemory<byte> ReleaseResponse { get; } = Pdu(PduType.ReleaseResponse, [0, 0, 0, 0]);

    /// <summary>A-ASSOCIATE-RQ, PS3.8 Table 9-11.</summary>
    public static byte[] Write(AssociateRequest request) => Pdu(PduType.AssociateRequest,
    [
        .. BigEndian(request.ProtocolVersion), 0, 0,
        .. request.Echo.Span,
        .. Item(ItemType.ApplicationContext, Ascii(request.ApplicationContext)),
        .. request.Contexts.SelectMany(context => Item(ItemType.RequestedContext,
        [
            context.Id, 0, 0, 0,
            .. Item(ItemType.AbstractSyntax, Ascii(context.AbstractSyntax)),
            .. context.TransferSyntaxes.SelectMany(syntax => Item(ItemType.TransferSyntax, Ascii(syntax))),
        ])),
        .. Write(request.UserInformation),
    ]);

    /// <summary>A-ASSOCIATE-AC, PS3.8 Table 9-17.</summary>
    public static byte[] Write(AssociateAccept accept) => Pdu(PduType.AssociateAccept,
    [
        0, 1, 0, 0,
        .. accept.Echo.Span,
        .. Item(ItemType.ApplicationContext, Ascii(Negotiation.DicomApplicationContext)),
        .. accept.Contexts.SelectMany(context => Item(ItemType.AnsweredContext,
        [
            context.Id, 0, (byte)context.Result, 0,
            .. Item(ItemType.TransferSyntax, Ascii(context.TransferSyntax)),
        ])),
        .. Write(accept.UserInformation),
    ]);

    /// <summary>A-ASSOCIATE-RJ, PS3.8 Table 9-21.</summary>
    public static byte[] Write(Rejection rejection) =>
        Pdu(PduType.AssociateReject, [0, (byte)rejection.Result, (byte)rejection.Source, rejection.Reason]);

    /// <summary>A-ABORT, PS3.8 Table 9-26.</summary>
    public static byte[] Write(Abort abort) => Pdu(PduType.Abort, [0, 0, (byte)abort.Source, (byte)abort.Reason]);

    /// <summary>The 64 bytes of a request that its answer repeats: both titles, padded with spaces, and 32 reserved bytes.</summary>
    public static byte[] Echo(AeTitle called, AeTitle calling) =>
        [.. Ascii(called.Value.PadRight(AeTitle.MaxLength)), .. Ascii(calling.Value.PadRight(AeTitle.MaxLength)), .. new byte[32]];

    /// <summary>The header of a P-DATA-TF with one fragment, PS3.8 Tables 9-22 and 9-23: 12 bytes before the fragment itself.</summary>
    /// <returns>The number of bytes written.</returns>
    public static int WriteDataHeader(Span<byte> destination, byte contextId, bool command, bool last, int fragmentLength)
    {
        destination[0] = (byte)PduType.Data;
        destination[1] = 0;
        BinaryPrimitives.WriteInt32BigEndian(destination[2..], PduLimits.PdvHeaderLength + fragmentLength);
        BinaryPrimitives.WriteInt32BigEndian(destination[6..], 2 + fragmentLength);
        destination[10] = contextId;
        destination[11] = (byte)((command ? 1 : 0) | (last ? 2 : 0)); // PS3.8 E.2
        return PduLimits.HeaderLength + PduLimits.PdvHeaderLength;
    }

    private static byte[] Write(UserInformation information) => Item(ItemType.UserInformation,
    [
        .. Item(ItemType.MaximumLength, BigEndian(information.MaximumLength)),
        .. Item(ItemType.ImplementationClassUid, Ascii(information.ImplementationClassUid)),
        .. information.AsynchronousOperations is { } window
            ? Item(ItemType.AsynchronousOperations, [.. BigEndian(window.Invoked), .. BigEndian(window.Performed)])
            : [],
        .. information.Roles.SelectMany(role => Item(ItemType.RoleSelection,
        [
            .. BigEndian((ushort)role.SopClassUid.Length), .. Ascii(role.SopClassUid), (byte)(role.Scu ? 1 : 0), (byte)(role.Scp ? 1 : 0),
        ])),
        .. information.ImplementationVersionName is { } name ? Item(ItemType.ImplementationVersionName, Ascii(name)) : [],
    ]);

    private static byte[] Pdu(PduType type, byte[] body) => [(byte)type, 0, .. BigEndian((uint)body.Length), .. body];

    private static byte[] Item(ItemType type, byte[] content) => [(byte)type, 0, .. BigEndian(checked((ushort)content.Length)), .. content];

    private static byte[] Ascii(string text) => Encoding.Latin1.GetBytes(text);

    private static byte[] BigEndian(ushort value) => [(byte)(value >> 8), (byte)value];

    private static byte[] BigEndian(uint value) => [(byte)(value >> 24), (byte)(value >> 16), (byte)(value >> 8), (byte)value];
}
