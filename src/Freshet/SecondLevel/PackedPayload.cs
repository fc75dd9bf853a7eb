using System.Diagnostics.CodeAnalysis;
using System.IO.Compression;

namespace Freshet;

/// <summary>A serialized value as it travels: compressed where that makes it smaller.</summary>
/// <param name="Bytes">What is stored.</param>
/// <param name="RawLength">Bytes before compression.</param>
/// <param name="IsCompressed">Whether the bytes are Brotli.</param>
internal readonly record struct PackedPayload(ReadOnlyMemory<byte> Bytes, int RawLength, bool IsCompressed)
{
    // The fastest: a store within reach takes less time for a kilobyte than the better qualities take to save it.
    private const int Quality = 1;
    private const int Window = 22;

    /// <summary>Compresses a payload of at least so many bytes, unless it would not become smaller.</summary>
    public static PackedPayload Pack(ReadOnlyMemory<byte> raw, int compressFrom)
    {
        if (raw.Length >= compressFrom && raw.Length > 1)
        {
            var smaller = new byte[raw.Length - 1]; // what does not fit is not smaller
            if (BrotliEncoder.TryCompress(raw.Span, smaller, out var written, Quality, Window))
                return new PackedPayload(smaller.AsMemory(0, written), raw.Length, IsCompressed: true);
        }
        return new PackedPayload(raw, raw.Length, IsCompressed: false);
    }

    /// <summary>The bytes before compression. False when they cannot be had, or are more than a limit.</summary>
    public bool TryUnpack(int maxBytes, [NotNullWhen(true)] out ReadOnlyMemory<byte>? raw)
    {
        raw = null;
        if (RawLength > maxBytes) return false;
        if (!IsCompressed)
        {
            if (Bytes.Length != RawLength) return false;
            raw = Bytes;
            return true;
        }
        var unpacked = new byte[RawLength];
        if (!BrotliDecoder.TryDecompress(Bytes.Span, unpacked, out var written) || written != RawLength) return false;
        raw = unpacked;
        return true;
    }
}
