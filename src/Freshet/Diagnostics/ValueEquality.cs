using System.Collections;
using System.Runtime.CompilerServices;

namespace Freshet;

/// <summary>Whether two values of a cached query say the same, as far as their types can tell.</summary>
/// <remarks>
/// A type that knows only whether two references are one would call every reloaded value a change. Such values are not judged at
/// all: counted as changed they would hide waste, counted as same they would invent it. The same holds within: a record compares
/// a list member by reference, so a record's members are compared here one by one.
/// </remarks>
internal static class ValueEquality
{
    /// <summary>Most parts compared. It runs where a load ends, so a huge value is not judged rather than held up.</summary>
    internal const int MostParts = 10_000;

    // Deeper than that a value most likely holds itself.
    private const int MostDepth = 32;

    /// <summary>Whether they are the same; null when their types cannot tell.</summary>
    public static bool? Compare(object? before, object? after)
    {
        var parts = MostParts;
        return Judge(before, after, MostDepth, ref parts);
    }

    private static bool? Judge(object? before, object? after, int depth, ref int parts)
    {
        if (before is null && after is null) return true;
        if (depth == 0 || --parts < 0) return null;
        if (before is null || after is null) return Differ(before ?? after, null, depth, ref parts);
        return (before, after) switch
        {
            (byte[] first, byte[] second) => first.AsSpan().SequenceEqual(second),
            (ReadOnlyMemory<byte> first, ReadOnlyMemory<byte> second) => first.Span.SequenceEqual(second.Span),
            (Memory<byte> first, Memory<byte> second) => first.Span.SequenceEqual(second.Span),
            (Array { Rank: > 1 }, _) or (_, Array { Rank: > 1 }) => null,
            (IDictionary first, IDictionary second) => Entries(first, second, depth, ref parts),
            (IList first, IList second) => Elements(first, second, depth, ref parts),
            (ITuple first, ITuple second) => Items(first, second, depth, ref parts),
            _ => Values(before, after, depth, ref parts),
        };
    }

    /// <summary>Two values that differ in kind, number or presence: changed, if each could have been judged at all.</summary>
    private static bool? Differ(object? before, object? after, int depth, ref int parts) =>
        Judge(before, before, depth - 1, ref parts) is null || Judge(after, after, depth - 1, ref parts) is null ? null : false;

    private static bool? Values(object before, object after, int depth, ref int parts)
    {
        var type = before.GetType();
        if (type != after.GetType()) return Differ(before, after, depth, ref parts);
        var rule = EqualityRule.Of(type);
        if (rule.Fields is not { } fields) return rule.HasOwn ? before.Equals(after) : null;

        bool? verdict = true;
        foreach (var field in fields)
        {
            // To the last: a member that cannot be judged makes the whole so, whichever member differs first.
            if (Judge(field.GetValue(before), field.GetValue(after), depth - 1, ref parts) is not { } same) return null;
            verdict &= same;
        }
        return verdict;
    }

    private static bool? Elements(IList before, IList after, int depth, ref int parts)
    {
        var shared = Math.Min(before.Count, after.Count);
        for (var i = 0; i < shared; i++)
        {
            if (Judge(before[i], after[i], depth - 1, ref parts) is not true and var verdict) return verdict;
        }
        if (before.Count == after.Count) return true;
        var longer = before.Count > after.Count ? before : after;
        return Differ(longer[shared], null, depth, ref parts);
    }

    private static bool? Items(ITuple before, ITuple after, int depth, ref int parts)
    {
        if (before.Length != after.Length) return Differ(before, after, depth, ref parts);
        bool? verdict = true;
        for (var i = 0; i < before.Length; i++)
        {
            if (Judge(before[i], after[i], depth - 1, ref parts) is not { } same) return null;
            verdict &= same;
        }
        return verdict;
    }

    private static bool? Entries(IDictionary before, IDictionary after, int depth, ref int parts)
    {
        foreach (DictionaryEntry entry in before)
        {
            if (!after.Contains(entry.Key)) return Differ(entry.Value, null, depth, ref parts);
            if (Judge(entry.Value, after[entry.Key], depth - 1, ref parts) is not true and var verdict) return verdict;
        }
        if (before.Count == after.Count) return true;
        foreach (DictionaryEntry entry in after)
        {
            if (!before.Contains(entry.Key)) return Differ(entry.Value, null, depth, ref parts);
        }
        return false;
    }
}
