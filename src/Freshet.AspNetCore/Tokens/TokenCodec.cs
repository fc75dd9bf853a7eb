using System.Buffers;
using System.Buffers.Binary;
using System.Buffers.Text;
using System.Security.Cryptography;

namespace Freshet.AspNetCore;

/// <summary>Consistency tokens as they travel: opaque text, signed so that nobody can invent a future position and turn every read into a miss.</summary>
/// <remarks>
/// Layout, 45 bytes, big endian, written as 60 characters of base64url: version (1), key id (4), epoch (16), position (8),
/// HMAC-SHA256 over all of these, truncated (16).
/// <para>
/// A token under a key we do not have (an earlier process with a random key, or a key that was removed) cannot be verified, yet an
/// open tab still carries it. Refusing it would break the tab on every restart; believing it would let anyone name a position in
/// the current epoch. So it becomes a token of an epoch that no log has: the read confirms that its node is at the head, which
/// satisfies the token (PROTOCOL 10). A forger gains one confirmation that other reads share, never a miss, never a wait.
/// </para>
/// </remarks>
internal sealed class TokenCodec(KeyRing keys)
{
    private const byte Version = 1;
    private const int IdAt = 1;
    private const int EpochAt = IdAt + SigningKey.IdLength;
    private const int PositionAt = EpochAt + 16;
    private const int TagAt = PositionAt + sizeof(long);
    private const int TagLength = 16;
    private const int Length = TagAt + TagLength;
    private const int TextLength = Length / 3 * 4;

    /// <summary>The epoch of tokens that cannot be verified: no log ever has it, since epochs are random.</summary>
    private static readonly Epoch _unknownEpoch = new(Guid.Empty);

    /// <summary>The token as text for a header, a cookie or the envelope.</summary>
    public string Write(ConsistencyToken token)
    {
        Span<byte> bytes = stackalloc byte[Length];
        bytes[0] = Version;
        keys.Current.Id.CopyTo(bytes[IdAt..]);
        token.Epoch.Value.TryWriteBytes(bytes[EpochAt..], bigEndian: true, out _);
        BinaryPrimitives.WriteInt64BigEndian(bytes[PositionAt..], token.Position);
        Sign(keys.Current, bytes[..TagAt], bytes[TagAt..]);
        return Base64Url.EncodeToString(bytes);
    }

    /// <summary>Reads a token; says what is wrong when it is none.</summary>
    /// <param name="text">The text, from outside.</param>
    /// <param name="token">The token; of an epoch that no log has when it cannot be verified.</param>
    /// <param name="isVerified">Whether one of our keys signed it.</param>
    /// <returns>Null when it can be used.</returns>
    public TokenFault? TryRead(string text, out ConsistencyToken token, out bool isVerified)
    {
        token = default;
        isVerified = false;
        Span<byte> bytes = stackalloc byte[Length];
        if (text.Length != TextLength
            || Base64Url.DecodeFromChars(text, bytes, out _, out var length) != OperationStatus.Done // the Try form throws on what is not base64
            || length != Length
            || bytes[0] != Version) return TokenFault.Malformed;

        var position = BinaryPrimitives.ReadInt64BigEndian(bytes[PositionAt..]);
        if (position < 0) return TokenFault.Malformed;

        if (keys.Find(bytes[IdAt..EpochAt]) is not { } key)
        {
            token = new ConsistencyToken(_unknownEpoch, 0);
            return null;
        }

        Span<byte> expected = stackalloc byte[TagLength];
        Sign(key, bytes[..TagAt], expected);
        if (!CryptographicOperations.FixedTimeEquals(expected, bytes[TagAt..])) return TokenFault.BadSignature;

        token = new ConsistencyToken(new Epoch(new Guid(bytes[EpochAt..PositionAt], bigEndian: true)), position);
        isVerified = true;
        return null;
    }

    private static void Sign(SigningKey key, ReadOnlySpan<byte> signed, Span<byte> tag)
    {
        Span<byte> whole = stackalloc byte[HMACSHA256.HashSizeInBytes];
        HMACSHA256.HashData(key.TokenKey, signed, whole);
        whole[..TagLength].CopyTo(tag);
    }
}
