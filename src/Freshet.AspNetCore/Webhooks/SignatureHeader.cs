using System.Globalization;
using System.Security.Cryptography;
using Microsoft.Extensions.Primitives;

namespace Freshet.AspNetCore;

/// <summary>Why a delivery's signature is refused. Told in metrics and the log, never to the caller: it would help who tries to forge one.</summary>
internal enum SignatureFault
{
    /// <summary>There is no signature header.</summary>
    Missing,

    /// <summary>It is not of the form <c>t=...,v1=...</c>.</summary>
    Malformed,

    /// <summary>There are two headers, or two times: nobody can say which of them was meant.</summary>
    DoublySigned,

    /// <summary>None of the signatures was made with one of our secrets over this body.</summary>
    Mismatched,

    /// <summary>It is genuine, but was made too long ago, or lies in the future.</summary>
    Expired,
}

/// <summary>A signature header, read: when it was signed, and the signatures it offers.</summary>
internal sealed record SignatureHeader(string Time, long Seconds, IReadOnlyList<byte[]> Signatures)
{
    /// <summary>Most characters of the header, and most signatures in it. While secrets are replaced there are two.</summary>
    private const int MostCharacters = 4096;
    private const int MostSignatures = 16;

    /// <summary>Reads the header; says what is wrong when it is none.</summary>
    public static SignatureFault? TryRead(StringValues header, out SignatureHeader read)
    {
        read = null!;
        if (StringValues.IsNullOrEmpty(header)) return SignatureFault.Missing;
        if (header.Count > 1) return SignatureFault.DoublySigned;
        if (header[0] is not { Length: <= MostCharacters } text) return SignatureFault.Malformed;

        string? time = null;
        var signatures = new List<byte[]>();
        foreach (var part in text.Split(',', StringSplitOptions.TrimEntries))
        {
            var equals = part.IndexOf('=', StringComparison.Ordinal);
            if (equals <= 0) return SignatureFault.Malformed;
            var value = part[(equals + 1)..];
            switch (part[..equals])
            {
                case "t" when time is not null:
                    return SignatureFault.DoublySigned;
                case "t":
                    time = value;
                    break;
                case WebhookSignature.Scheme:
                    if (signatures.Count == MostSignatures || Bytes(value) is not { } signature) return SignatureFault.Malformed;
                    signatures.Add(signature);
                    break;
                // Another scheme, such as a test's: it proves nothing here, and does not spoil what does.
            }
        }
        if (signatures.Count == 0 || !long.TryParse(time, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)) return SignatureFault.Malformed;
        read = new SignatureHeader(time, seconds, signatures);
        return null;
    }

    /// <summary>What is wrong with the signature of a body; null when it is genuine and young.</summary>
    /// <remarks>The time is looked at last, so that only what a provider really sent counts as expired. All pairs are compared, and each in a time that does not tell where they differ.</remarks>
    public SignatureFault? Check(ReadOnlySpan<byte> body, IReadOnlyList<byte[]> keys, TimeSpan tolerance, DateTimeOffset now)
    {
        var isGenuine = false;
        foreach (var key in keys)
        {
            var expected = WebhookSignature.Hash(key, Time, body);
            foreach (var signature in Signatures) isGenuine |= CryptographicOperations.FixedTimeEquals(expected, signature);
        }
        if (!isGenuine) return SignatureFault.Mismatched;
        return Math.Abs((decimal)now.ToUnixTimeMilliseconds() - Seconds * 1000m) > (decimal)tolerance.TotalMilliseconds ? SignatureFault.Expired : null;
    }

    private static byte[]? Bytes(string hexadecimal)
    {
        var bytes = new byte[HMACSHA256.HashSizeInBytes];
        return hexadecimal.Length == 2 * bytes.Length && Convert.FromHexString(hexadecimal, bytes, out _, out _) == System.Buffers.OperationStatus.Done ? bytes : null;
    }
}
