using System.Buffers.Binary;
using System.Numerics;

namespace Freshet;

/// <summary>CRC-32C of an entry and of the key it stands under: bytes that were cut, changed or copied to another key do not pass.</summary>
internal static class EntryChecksum
{
    public static uint Begin(string key)
    {
        var crc = uint.MaxValue;
        foreach (var c in key) crc = BitOperations.Crc32C(crc, c);
        return crc;
    }

    public static uint Add(uint crc, ReadOnlySpan<byte> bytes)
    {
        for (; bytes.Length >= sizeof(ulong); bytes = bytes[sizeof(ulong)..]) crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
        foreach (var b in bytes) crc = BitOperations.Crc32C(crc, b);
        return crc;
    }
}
