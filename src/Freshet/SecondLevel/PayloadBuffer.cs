using System.Buffers;

namespace Freshet;

/// <summary>Where a serializer writes a payload: it grows up to a limit, and no further.</summary>
internal sealed class PayloadBuffer(int maxBytes) : IBufferWriter<byte>, IDisposable
{
    private const int FirstSize = 1_024;

    private byte[] _bytes = ArrayPool<byte>.Shared.Rent(FirstSize);
    private int _written;

    public ReadOnlyMemory<byte> Written => _bytes.AsMemory(0, _written);

    public void Advance(int count)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(count);
        ArgumentOutOfRangeException.ThrowIfGreaterThan(count, _bytes.Length - _written);
        _written += count;
        if (_written > maxBytes) throw new PayloadTooLargeException();
    }

    public Memory<byte> GetMemory(int sizeHint = 0)
    {
        Grow(sizeHint);
        return _bytes.AsMemory(_written);
    }

    public Span<byte> GetSpan(int sizeHint = 0)
    {
        Grow(sizeHint);
        return _bytes.AsSpan(_written);
    }

    public void Dispose()
    {
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = [];
        _written = 0;
    }

    private void Grow(int sizeHint)
    {
        var needed = _written + (long)Math.Max(sizeHint, 1);
        if (needed <= _bytes.Length) return;
        // A serializer may ask for more than it writes (JSON asks for three bytes a character), so what it asks for may pass the limit.
        if (needed > 4L * maxBytes + FirstSize) throw new PayloadTooLargeException();
        var larger = ArrayPool<byte>.Shared.Rent((int)Math.Min(Math.Max(needed, 2L * _bytes.Length), Array.MaxLength));
        Written.CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_bytes);
        _bytes = larger;
    }
}

/// <summary>A payload is larger than <see cref="SecondLevelOptions.MaxPayloadBytes"/>. Caught where it was asked for.</summary>
#pragma warning disable CA1032, CA1064 // Never leaves the assembly, and is made in one place.
internal sealed class PayloadTooLargeException : Exception;
#pragma warning restore CA1032, CA1064
