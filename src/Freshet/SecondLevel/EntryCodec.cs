using System.Buffers.Binary;
using System.Text;
using System.Text.Unicode;

namespace Freshet;

/// <summary>The bytes of a second-level entry: a header, the tags, the payload.</summary>
/// <remarks>
/// Numbers are big-endian, and up to <see cref="FixedLength"/> everything has its place, so that a script in the store can compare
/// epoch and position without knowing the rest:
/// <code>
///  0  4  magic "FrsE"            40  4  schema
///  4  1  format, 1               44  4  age, ms
///  5  1  flags                   48  4  lives for, ms
///  6  2  number of tags          52  4  load took, ms
///  8 16  epoch                   56  4  bytes of the tags
/// 24  8  loadedAt                60  4  bytes of the payload
/// 32  8  version                 64  4  bytes of the payload before compression
///                                68  4  CRC-32C of the key and of all bytes but these four
/// </code>
/// Then each tag, two bytes of length before its UTF-8 text; then the payload.
/// </remarks>
internal static class EntryCodec
{
    /// <summary>Bytes before the tags.</summary>
    public const int FixedLength = 72;

    /// <summary>Where the epoch stands, 16 bytes, and after it the position, 8 bytes.</summary>
    public const int EpochAt = 8;

    internal const uint Magic = 0x46727345;
    internal const byte Format = 1;

    private const int ChecksumAt = 68;

    [Flags]
    private enum Flags : byte
    {
        None = 0,
        Compressed = 1,
        Null = 2,
        Versioned = 4,
        All = Compressed | Null | Versioned,
    }

    public static byte[] Write(string key, EntryHeader header, in PackedPayload payload)
    {
        var tags = 0;
        foreach (var tag in header.Tags) tags += sizeof(ushort) + Encoding.UTF8.GetByteCount(tag.Text);
        var bytes = new byte[FixedLength + tags + payload.Bytes.Length];
        WriteFixed(bytes, header, payload, tags);

        var at = FixedLength;
        foreach (var tag in header.Tags)
        {
            var length = Encoding.UTF8.GetBytes(tag.Text, bytes.AsSpan(at + sizeof(ushort)));
            BinaryPrimitives.WriteUInt16BigEndian(bytes.AsSpan(at), checked((ushort)length));
            at += sizeof(ushort) + length;
        }
        payload.Bytes.Span.CopyTo(bytes.AsSpan(at));
        BinaryPrimitives.WriteUInt32BigEndian(bytes.AsSpan(ChecksumAt), ChecksumOf(key, bytes));
        return bytes;
    }

    /// <summary>Reads an entry. False, and never an exception, for bytes that are cut, changed, of a later format or not an entry at all.</summary>
    public static bool TryRead(string key, ReadOnlyMemory<byte> bytes, out EntryHeader header, out PackedPayload payload)
    {
        header = null!;
        payload = default;
        var span = bytes.Span;
        if (span.Length < FixedLength || BinaryPrimitives.ReadUInt32BigEndian(span) != Magic || span[4] != Format) return false;
        var flags = (Flags)span[5];
        if ((flags & ~Flags.All) != 0) return false;
        var (tagBytes, payloadBytes) = (Number(span[56..]), Number(span[60..]));
        if (FixedLength + tagBytes + payloadBytes != span.Length) return false;
        if (BinaryPrimitives.ReadUInt32BigEndian(span[ChecksumAt..]) != ChecksumOf(key, span)) return false;
        if (ReadTags(span.Slice(FixedLength, (int)tagBytes), BinaryPrimitives.ReadUInt16BigEndian(span[6..])) is not { } tags) return false;

        var loadedAt = BinaryPrimitives.ReadInt64BigEndian(span[24..]);
        var rawLength = Number(span[64..]);
        if (loadedAt < 0 || rawLength > int.MaxValue || (flags.HasFlag(Flags.Null) && payloadBytes > 0)) return false;
        header = new EntryHeader(
            new LogPosition(new Epoch(new Guid(span.Slice(EpochAt, 16), bigEndian: true)), loadedAt),
            flags.HasFlag(Flags.Versioned) ? BinaryPrimitives.ReadInt64BigEndian(span[32..]) : null,
            BinaryPrimitives.ReadInt32BigEndian(span[40..]), Number(span[44..]), Number(span[48..]), Number(span[52..]), flags.HasFlag(Flags.Null), tags);
        payload = new PackedPayload(bytes[(FixedLength + (int)tagBytes)..], (int)rawLength, flags.HasFlag(Flags.Compressed));
        return true;
    }

    private static void WriteFixed(Span<byte> bytes, EntryHeader header, in PackedPayload payload, int tagBytes)
    {
        var flags = (payload.IsCompressed ? Flags.Compressed : Flags.None) | (header.IsNull ? Flags.Null : Flags.None)
            | (header.Version is null ? Flags.None : Flags.Versioned);
        BinaryPrimitives.WriteUInt32BigEndian(bytes, Magic);
        bytes[4] = Format;
        bytes[5] = (byte)flags;
        BinaryPrimitives.WriteUInt16BigEndian(bytes[6..], checked((ushort)header.Tags.Count));
        header.Loaded.Epoch.Value.TryWriteBytes(bytes[EpochAt..], bigEndian: true, out _);
        BinaryPrimitives.WriteInt64BigEndian(bytes[24..], header.Loaded.Position);
        BinaryPrimitives.WriteInt64BigEndian(bytes[32..], header.Version.GetValueOrDefault());
        BinaryPrimitives.WriteInt32BigEndian(bytes[40..], header.Schema);
        WriteNumber(bytes[44..], header.Age);
        WriteNumber(bytes[48..], header.LivesFor);
        WriteNumber(bytes[52..], header.LoadTook);
        WriteNumber(bytes[56..], tagBytes);
        WriteNumber(bytes[60..], payload.Bytes.Length);
        WriteNumber(bytes[64..], payload.RawLength);
    }

    private static List<Tag>? ReadTags(ReadOnlySpan<byte> bytes, int count)
    {
        var tags = new List<Tag>(Math.Min(count, bytes.Length / (sizeof(ushort) + 1)));
        for (var i = 0; i < count; i++)
        {
            if (bytes.Length < sizeof(ushort)) return null;
            var length = BinaryPrimitives.ReadUInt16BigEndian(bytes);
            bytes = bytes[sizeof(ushort)..];
            if (length > bytes.Length || !Utf8.IsValid(bytes[..length])) return null;
            var text = Encoding.UTF8.GetString(bytes[..length]);
            var colon = text.IndexOf(':', StringComparison.Ordinal);
            if (colon <= 0) return null;
            tags.Add(new Tag(text[..colon], text));
            bytes = bytes[length..];
        }
        return bytes.IsEmpty ? tags : null;
    }

    private static uint ChecksumOf(string key, ReadOnlySpan<byte> bytes) =>
        EntryChecksum.Add(EntryChecksum.Add(EntryChecksum.Begin(key), bytes[..ChecksumAt]), bytes[FixedLength..]);

    private static long Number(ReadOnlySpan<byte> bytes) => BinaryPrimitives.ReadUInt32BigEndian(bytes);

    private static void WriteNumber(Span<byte> bytes, long value) => BinaryPrimitives.WriteUInt32BigEndian(bytes, (uint)Math.Clamp(value, 0, uint.MaxValue));
}
