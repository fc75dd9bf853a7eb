using System.Security.Cryptography;
using System.Text;

namespace Freshet.AspNetCore;

/// <summary>A signing key, split by purpose: what proves a token says nothing about tag names, and the other way round.</summary>
internal sealed class SigningKey
{
    /// <summary>Bytes of a key's id on the wire.</summary>
    public const int IdLength = 4;

    public SigningKey(ReadOnlySpan<byte> secret)
    {
        TokenKey = Derive(secret, "freshet/token/v1");
        TagKey = Derive(secret, "freshet/tag/v1");
        Id = Derive(secret, "freshet/key-id/v1")[..IdLength];
    }

    /// <summary>Tells a token which key signed it. Derived, so it gives nothing of the key away.</summary>
    public byte[] Id { get; }

    public byte[] TokenKey { get; }

    public byte[] TagKey { get; }

    public static SigningKey CreateRandom() => new(RandomNumberGenerator.GetBytes(FreshetHttpOptions.MinimumKeyBytes));

    /// <summary>The bytes of a base64 text; null when it is none.</summary>
    public static byte[]? TryReadBase64(string text)
    {
        var bytes = new byte[text.Length];
        return Convert.TryFromBase64String(text, bytes, out var length) && length > 0 ? bytes[..length] : null;
    }

    private static byte[] Derive(ReadOnlySpan<byte> secret, string purpose) => HMACSHA256.HashData(secret, Encoding.ASCII.GetBytes(purpose));
}

/// <summary>The keys in use: the first signs and hashes, all verify.</summary>
internal sealed class KeyRing(IReadOnlyList<SigningKey> keys)
{
    public SigningKey Current => keys[0];

    /// <summary>The key a token names; null when it is not, or no longer, ours.</summary>
    public SigningKey? Find(ReadOnlySpan<byte> id)
    {
        foreach (var key in keys)
        {
            if (id.SequenceEqual(key.Id)) return key;
        }
        return null;
    }

    public static KeyRing From(FreshetHttpOptions options) => new(options.SigningKeys.Count == 0
        ? [SigningKey.CreateRandom()]
        : [.. options.SigningKeys.Select(text => new SigningKey(SigningKey.TryReadBase64(text)))]);
}
