using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Freshet.AspNetCore;

/// <summary>Signs deliveries as payment providers do, for those who send them: tests, simulated providers, services of one's own.</summary>
/// <remarks>The header reads <c>t=1745761222,v1=5257a8...</c>: the Unix time of signing, and the HMAC-SHA256 in lower-case hexadecimal, under the secret's UTF-8 bytes, of that time, a dot and the raw body.</remarks>
public static class WebhookSignature
{
    internal const string Scheme = "v1";

    /// <summary>The value of the signature header.</summary>
    /// <param name="body">The body exactly as it is sent.</param>
    /// <param name="at">When it is signed.</param>
    /// <param name="secrets">The secrets, at least one: while one replaces another a sender signs with both.</param>
    /// <exception cref="ArgumentException">There is no secret.</exception>
    public static string Sign(ReadOnlySpan<byte> body, DateTimeOffset at, params IReadOnlyList<string> secrets)
    {
        ArgumentNullException.ThrowIfNull(secrets);
        if (secrets.Count == 0) throw new ArgumentException("Sign with at least one secret.", nameof(secrets));
        var seconds = at.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        var header = new StringBuilder("t=").Append(seconds);
        foreach (var secret in secrets) header.Append(CultureInfo.InvariantCulture, $",{Scheme}={Convert.ToHexStringLower(Hash(Encoding.UTF8.GetBytes(secret), seconds, body))}");
        return header.ToString();
    }

    /// <summary>The HMAC of a time, a dot and a body.</summary>
    internal static byte[] Hash(ReadOnlySpan<byte> key, string seconds, ReadOnlySpan<byte> body)
    {
        using var hash = IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, key);
        hash.AppendData(Encoding.ASCII.GetBytes(seconds));
        hash.AppendData("."u8);
        hash.AppendData(body);
        return hash.GetHashAndReset();
    }
}
