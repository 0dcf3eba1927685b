using System.Security.Cryptography;
using System.Text;

namespace MedCloud.Contracts;

/// <summary>Name-based identifiers, version 5 (RFC 9562 section 5.5): the same name gives the same identifier everywhere.</summary>
internal static class NameUuid
{
    public static Guid Create(Guid nameSpace, string name)
    {
        var bytes = new byte[16 + Encoding.UTF8.GetByteCount(name)];
        nameSpace.TryWriteBytes(bytes, bigEndian: true, out _);
        Encoding.UTF8.GetBytes(name, bytes.AsSpan(16));
        Span<byte> hash = stackalloc byte[SHA1.HashSizeInBytes];
#pragma warning disable CA5350 // version 5 is defined over SHA-1; nothing here depends on its strength
        SHA1.HashData(bytes, hash);
#pragma warning restore CA5350
        hash[6] = (byte)((hash[6] & 0x0F) | 0x50);
        hash[8] = (byte)((hash[8] & 0x3F) | 0x80);
        return new Guid(hash[..16], bigEndian: true);
    }
}
