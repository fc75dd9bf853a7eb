using System.Buffers;
using System.Buffers.Binary;
using Microsoft.Extensions.Caching.Hybrid;

namespace Freshet.Simulation;

/// <summary>What the simulated source holds under a key, and which call of a loader read it.</summary>
/// <param name="Key">Its key.</param>
/// <param name="Version">Counts the writes of the key, from 1; 0 before the first.</param>
/// <param name="Load">Number of the loader's call, so that the history knows how old a value is.</param>
internal sealed record Row(int Key, long Version, long Load);

/// <summary>Writes rows for the second level.</summary>
internal sealed class RowSerializer : IHybridCacheSerializer<Row>
{
    public Row Deserialize(ReadOnlySequence<byte> source)
    {
        Span<byte> bytes = stackalloc byte[20];
        source.CopyTo(bytes);
        return new Row(BinaryPrimitives.ReadInt32BigEndian(bytes), BinaryPrimitives.ReadInt64BigEndian(bytes[4..]), BinaryPrimitives.ReadInt64BigEndian(bytes[12..]));
    }

    public void Serialize(Row value, IBufferWriter<byte> target)
    {
        var bytes = target.GetSpan(20);
        BinaryPrimitives.WriteInt32BigEndian(bytes, value.Key);
        BinaryPrimitives.WriteInt64BigEndian(bytes[4..], value.Version);
        BinaryPrimitives.WriteInt64BigEndian(bytes[12..], value.Load);
        target.Advance(20);
    }
}
