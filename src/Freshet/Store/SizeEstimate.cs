using System.Collections;
using System.Runtime.CompilerServices;

namespace Freshet;

/// <summary>What an entry is taken to cost in memory. An estimate, so that a limit in bytes means something: it walks no object graph and never takes longer for a larger value.</summary>
internal static class SizeEstimate
{
    /// <summary>The entry, its place in the table and its list of tags, measured on 64 bits.</summary>
    internal const int Overhead = 160;

    /// <summary>A key that takes no more stands in the entry, and is in <see cref="Overhead"/> already.</summary>
    private const int KeyInEntry = 8;

    /// <summary>A tag's place in the entry. The mark itself is shared by all entries that carry the tag.</summary>
    internal const int PerTag = 8;

    /// <summary>An object whose inside is unknown.</summary>
    internal const int PerObject = 256;

    /// <summary>An element of a collection whose inside is unknown.</summary>
    internal const int PerElement = 64;

    private const int Header = 24; // object header, type and length

    public static int OfEntry<TArgs, TValue>(TArgs args, TValue value, int tags, Func<TValue, long>? sizeOfValue)
    {
        var ofValue = sizeOfValue is null ? Of(value) : Math.Max(0, sizeOfValue(value));
        var ofKey = args is string text ? Text(text) : typeof(TArgs).IsValueType ? Math.Max(0, Unsafe.SizeOf<TArgs>() - KeyInEntry) : Header;
        return (int)Math.Min(int.MaxValue, Overhead + PerTag * tags + ofKey + Math.Min(int.MaxValue, ofValue));
    }

    /// <summary>The default estimate of a value.</summary>
    public static long Of<TValue>(TValue value)
    {
        if (value is null) return 0;
        if (value.GetType() == Opaque<TValue>.Last) return PerObject;
        if (OfKnown(value) is { } size) return size;
        Opaque<TValue>.Last = value.GetType();
        return PerObject;
    }

    // Null for an object whose inside is unknown: which is so, or not, for all objects of its type.
    private static long? OfKnown<TValue>(TValue value) => value switch
    {
        string text => Text(text),
        byte[] bytes => Header + bytes.LongLength,
        ReadOnlyMemory<byte> bytes => Header + (long)bytes.Length,
        Array { Rank: 1 } array when array.GetType().GetElementType()!.IsPrimitive => Header + Buffer.ByteLength(array),
        ICollection collection => Header + (long)PerElement * collection.Count,
        IReadOnlyCollection<object> collection => Header + (long)PerElement * collection.Count,
        _ => null,
    };

    // Asking a type whether it is this collection or that takes as long as a lock, and a query's values are mostly of one type.
    private static class Opaque<TValue>
    {
        public static Type? Last;
    }

    private static long Text(string text) => Header + sizeof(char) * (long)text.Length;
}
