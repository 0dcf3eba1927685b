using System.Buffers.Binary;
using System.Buffers.Text;

namespace MedCloud.Results.Reading;

/// <summary>The place after which a page begins: the sort key of the last study of the page before.</summary>
internal readonly record struct PageToken(DateTime LastReceivedAt, long StudyId)
{
    private const byte Version = 1;
    private const int Length = 17;

    /// <summary>Reads a token back; false for what no page has given.</summary>
    public static bool TryParse(string text, out PageToken token)
    {
        token = default;
        Span<byte> bytes = stackalloc byte[Length];
        if (text.Length > Length * 2 || !Base64Url.IsValid(text, out var length) || length != Length || !Base64Url.TryDecodeFromChars(text, bytes, out _))
            return false;
        var ticks = BinaryPrimitives.ReadInt64BigEndian(bytes[1..]);
        if (bytes[0] != Version || ticks < 0 || ticks > DateTime.MaxValue.Ticks)
            return false;
        token = new PageToken(new DateTime(ticks, DateTimeKind.Utc), BinaryPrimitives.ReadInt64BigEndian(bytes[9..]));
        return true;
    }

    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[Length];
        bytes[0] = Version;
        BinaryPrimitives.WriteInt64BigEndian(bytes[1..], LastReceivedAt.Ticks);
        BinaryPrimitives.WriteInt64BigEndian(bytes[9..], StudyId);
        return Base64Url.EncodeToString(bytes);
    }
}
