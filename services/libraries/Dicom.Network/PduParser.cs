using System.Buffers.Binary;
using System.Text;

namespace MedCloud.Dicom.Network;

/// <summary>Reads the PDUs of PS3.8 9.3 that have a body. Each takes the body, without the six bytes of header; whatever the bytes are, the outcome is a value or a <see cref="PduFormatException"/>.</summary>
internal static class PduParser
{
    /// <summary>Protocol version, reserved bytes, titles and the 32 reserved bytes before the variable items.</summary>
    private const int FixedLength = 68;

    private const int EchoOffset = 4;
    private const int EchoLength = 64;

    /// <summary>A-ASSOCIATE-RQ, PS3.8 Table 9-11.</summary>
    public static AssociateRequest ReadAssociateRequest(ReadOnlySpan<byte> body)
    {
        RequireFixedPart(body);
        var applicationContext = string.Empty;
        var contexts = new List<RequestedContext>();
        UserInformation? information = null;
        var items = new ItemReader(body[FixedLength..]);
        while (items.Next(out var type, out var content))
        {
            switch (type)
            {
                case ItemType.ApplicationContext:
                    applicationContext = ReadUid(content);
                    break;
                case ItemType.RequestedContext:
                    contexts.Add(ReadRequestedContext(content));
                    break;
                case ItemType.UserInformation:
                    information = ReadUserInformation(content);
                    break;
                default:
                    break; // PS3.8 9.3.1: unknown items are not tested
            }
        }
        RequireUniqueIds(contexts.Select(context => context.Id));
        return new AssociateRequest(
            BinaryPrimitives.ReadUInt16BigEndian(body),
            ReadTitle(body.Slice(4, AeTitle.MaxLength)),
            ReadTitle(body.Slice(20, AeTitle.MaxLength)),
            applicationContext,
            contexts,
            information ?? new UserInformation(0, string.Empty),
            body.Slice(EchoOffset, EchoLength).ToArray());
    }

    /// <summary>A-ASSOCIATE-AC, PS3.8 Table 9-17.</summary>
    public static AssociateAccept ReadAssociateAccept(ReadOnlySpan<byte> body)
    {
        RequireFixedPart(body);
        var contexts = new List<AnsweredContext>();
        UserInformation? information = null;
        var items = new ItemReader(body[FixedLength..]);
        while (items.Next(out var type, out var content))
        {
            if (type == ItemType.AnsweredContext)
                contexts.Add(ReadAnsweredContext(content));
            else if (type == ItemType.UserInformation)
                information = ReadUserInformation(content);
        }
        RequireUniqueIds(contexts.Select(context => context.Id));
        return new AssociateAccept(contexts, information ?? new UserInformation(0, string.Empty), body.Slice(EchoOffset, EchoLength).ToArray());
    }

    /// <summary>A-ASSOCIATE-RJ, PS3.8 Table 9-21.</summary>
    public static Rejection ReadAssociateReject(ReadOnlySpan<byte> body)
    {
        RequireShort(body);
        return new Rejection((RejectResult)body[1], (RejectSource)body[2], body[3]);
    }

    /// <summary>A-ABORT, PS3.8 Table 9-26.</summary>
    public static Abort ReadAbort(ReadOnlySpan<byte> body)
    {
        RequireShort(body);
        return new Abort((AbortSource)body[2], (AbortReason)body[3]);
    }

    private static RequestedContext ReadRequestedContext(ReadOnlySpan<byte> content)
    {
        RequireContextHeader(content);
        var abstractSyntax = string.Empty;
        var transferSyntaxes = new List<string>();
        var items = new ItemReader(content[4..]);
        while (items.Next(out var type, out var syntax))
        {
            if (type == ItemType.AbstractSyntax)
                abstractSyntax = ReadUid(syntax);
            else if (type == ItemType.TransferSyntax)
                transferSyntaxes.Add(ReadUid(syntax));
        }
        return new RequestedContext(content[0], abstractSyntax, transferSyntaxes);
    }

    private static AnsweredContext ReadAnsweredContext(ReadOnlySpan<byte> content)
    {
        RequireContextHeader(content);
        var transferSyntax = string.Empty;
        var items = new ItemReader(content[4..]);
        while (items.Next(out var type, out var syntax))
        {
            if (type == ItemType.TransferSyntax)
                transferSyntax = ReadUid(syntax);
        }
        return new AnsweredContext(content[0], (ContextResult)content[2], transferSyntax);
    }

    private static UserInformation ReadUserInformation(ReadOnlySpan<byte> content)
    {
        var roles = new List<RoleSelection>();
        var extended = new List<string>();
        var information = new UserInformation(0, string.Empty) { Roles = roles, ExtendedNegotiations = extended };
        var items = new ItemReader(content);
        while (items.Next(out var type, out var value))
        {
            switch (type)
            {
                case ItemType.MaximumLength:
                    Require(value.Length == 4, "maximum length item of another length");
                    information = information with { MaximumLength = BinaryPrimitives.ReadUInt32BigEndian(value) };
                    Require(information.MaximumLength is 0 or >= PduLimits.MinDataLength, "maximum length below one fragment");
                    break;
                case ItemType.ImplementationClassUid:
                    information = information with { ImplementationClassUid = ReadUid(value) };
                    break;
                case ItemType.ImplementationVersionName:
                    information = information with { ImplementationVersionName = ReadTitle(value) };
                    break;
                case ItemType.AsynchronousOperations:
                    Require(value.Length == 4, "asynchronous operations item of another length");
                    information = information with
                    {
                        AsynchronousOperations = new(BinaryPrimitives.ReadUInt16BigEndian(value), BinaryPrimitives.ReadUInt16BigEndian(value[2..])),
                    };
                    break;
                case ItemType.RoleSelection:
                    var role = ReadCountedUid(value, out var flags);
                    Require(flags.Length == 2, "role selection item of another length");
                    roles.Add(new RoleSelection(role, flags[0] == 1, flags[1] == 1));
                    break;
                case ItemType.ExtendedNegotiation:
                    extended.Add(ReadCountedUid(value, out _));
                    break;
                case ItemType.UserIdentity:
                    information = information with { UserIdentitySent = true };
                    break;
                default:
                    break;
            }
        }
        return information;
    }

    private static string ReadCountedUid(ReadOnlySpan<byte> value, out ReadOnlySpan<byte> rest)
    {
        Require(value.Length >= 2, "item too short for its UID length");
        var length = BinaryPrimitives.ReadUInt16BigEndian(value);
        Require(length <= value.Length - 2, "UID length beyond its item");
        rest = value[(2 + length)..];
        return ReadUid(value.Slice(2, length));
    }

    /// <summary>UIDs on the wire have no padding (PS3.8 F), but some senders pad them.</summary>
    private static string ReadUid(ReadOnlySpan<byte> bytes) => Encoding.Latin1.GetString(bytes.TrimEnd("\0 "u8));

    private static string ReadTitle(ReadOnlySpan<byte> bytes) => Encoding.Latin1.GetString(bytes.Trim("\0 "u8));

    private static void RequireFixedPart(ReadOnlySpan<byte> body) => Require(body.Length >= FixedLength, "A-ASSOCIATE without its fixed part");

    private static void RequireShort(ReadOnlySpan<byte> body) => Require(body.Length == PduLimits.ShortLength, "PDU of another length than four");

    private static void RequireContextHeader(ReadOnlySpan<byte> content)
    {
        Require(content.Length >= 4, "presentation context too short");
        Require((content[0] & 1) == 1, "even presentation context ID");
    }

    private static void RequireUniqueIds(IEnumerable<byte> ids)
    {
        var seen = new HashSet<byte>();
        foreach (var id in ids)
            Require(seen.Add(id), "presentation context ID used twice");
    }

    private static void Require(bool condition, string problem)
    {
        if (!condition)
            throw new PduFormatException(AbortReason.InvalidParameterValue, problem);
    }

    /// <summary>Steps over items of the form type, reserved byte, 16-bit length, value.</summary>
    private ref struct ItemReader(ReadOnlySpan<byte> bytes)
    {
        private ReadOnlySpan<byte> rest = bytes;

        public bool Next(out ItemType type, out ReadOnlySpan<byte> content)
        {
            type = default;
            content = default;
            if (rest.IsEmpty)
                return false;
            Require(rest.Length >= 4, "item header cut off");
            var length = BinaryPrimitives.ReadUInt16BigEndian(rest[2..]);
            Require(length <= rest.Length - 4, "item longer than what holds it");
            type = (ItemType)rest[0];
            content = rest.Slice(4, length);
            rest = rest[(4 + length)..];
            return true;
        }
    }
}
