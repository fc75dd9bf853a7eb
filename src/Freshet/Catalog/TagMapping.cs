namespace Freshet;

/// <summary>How a declaration names tags, as data: which kind, from which members.</summary>
/// <param name="Tag">Name of the tag kind.</param>
/// <param name="Members">Member path for each key, in order; an empty path is the source itself. Empty when <paramref name="Constant"/> is set.</param>
/// <param name="Each">True when the one member is a list that names a tag for each item.</param>
/// <param name="Constant">The whole tag when it does not depend on the source; else null.</param>
/// <param name="Version">Of an event: member path of the version that the write gave to what the tag names; null when it tells none.</param>
public sealed record TagReference(string Tag, IReadOnlyList<string> Members, bool Each = false, string? Constant = null, string? Version = null);

/// <summary>A <see cref="TagReference"/> with the code that makes the tags.</summary>
internal abstract class TagMapping<TSource>(TagKind? kind, TagReference reference)
{
    /// <summary>The kind, to check that a catalog declares it; null for a constant tag, which names its kind in the reference.</summary>
    public TagKind? Kind { get; } = kind;

    public TagReference Reference { get; } = reference;

    /// <summary>Whether the kind was null when the mapping was written; the declaration reports it at start-up.</summary>
    public bool IsMissing => Kind is null && Reference.Constant is null;

    /// <summary>Adds the tags that a source names.</summary>
    /// <exception cref="InvalidKeyException">A member cannot be a key.</exception>
    public abstract void AddTags(TSource source, string declaration, List<Tag> tags);

    /// <summary>The version that goes with them; null for none.</summary>
    /// <exception cref="InvalidKeyException">The way to it met a null.</exception>
    public virtual long? VersionIn(TSource source) => null;
}

/// <summary>A tag, with the version that the write gave to what it names.</summary>
internal sealed class VersionedTag<TSource>(TagMapping<TSource> mapping, MemberSelector<TSource, long> version)
    : TagMapping<TSource>(mapping.Kind, mapping.Reference with { Version = version.Path })
{
    private readonly TagMapping<TSource> _mapping = mapping;

    public override void AddTags(TSource source, string declaration, List<Tag> tags) => _mapping.AddTags(source, declaration, tags);

    public override long? VersionIn(TSource source) => version.Read(source);
}

internal sealed class ConstantTag<TSource>(Tag tag) : TagMapping<TSource>(null, new TagReference(tag.Kind, [], Constant: tag.Text))
{
    public override void AddTags(TSource source, string declaration, List<Tag> tags) => tags.Add(tag);
}

internal sealed class TagByOneKey<TSource, TKey>(Tag<TKey> kind, MemberSelector<TSource, TKey> key)
    : TagMapping<TSource>(kind, new TagReference(TagKeys.NameOf(kind), [key.Path]))
{
    public override void AddTags(TSource source, string declaration, List<Tag> tags) =>
        tags.Add(TagKeys.Attribute(declaration, key.Path, source, (Kind: kind, Key: key), static (s, m) => m.Kind.For(m.Key.Read(s))));
}

internal sealed class TagForEach<TSource, TKey>(Tag<TKey> kind, MemberSelector<TSource, IEnumerable<TKey>> keys)
    : TagMapping<TSource>(kind, new TagReference(TagKeys.NameOf(kind), [keys.Path], Each: true))
{
    public override void AddTags(TSource source, string declaration, List<Tag> tags)
    {
        var items = keys.Read(source) ?? throw new InvalidKeyException(declaration, keys.Path, KeyFault.Null);
        foreach (var item in items)
            tags.Add(TagKeys.Attribute(declaration, keys.Path, item, kind, static (key, k) => k.For(key)));
    }
}

internal sealed class TagByTwoKeys<TSource, TKey1, TKey2>(
    Tag<TKey1, TKey2> kind, MemberSelector<TSource, TKey1> key1, MemberSelector<TSource, TKey2> key2)
    : TagMapping<TSource>(kind, new TagReference(TagKeys.NameOf(kind), [key1.Path, key2.Path]))
{
    public override void AddTags(TSource source, string declaration, List<Tag> tags) =>
        tags.Add(TagKeys.Attribute(declaration, $"{key1.Path} and {key2.Path}", source, (Kind: kind, key1, key2),
            static (s, m) => m.Kind.For(m.key1.Read(s), m.key2.Read(s))));
}

internal sealed class TagByThreeKeys<TSource, TKey1, TKey2, TKey3>(
    Tag<TKey1, TKey2, TKey3> kind, MemberSelector<TSource, TKey1> key1, MemberSelector<TSource, TKey2> key2, MemberSelector<TSource, TKey3> key3)
    : TagMapping<TSource>(kind, new TagReference(TagKeys.NameOf(kind), [key1.Path, key2.Path, key3.Path]))
{
    public override void AddTags(TSource source, string declaration, List<Tag> tags) =>
        tags.Add(TagKeys.Attribute(declaration, $"{key1.Path}, {key2.Path} and {key3.Path}", source, (Kind: kind, key1, key2, key3),
            static (s, m) => m.Kind.For(m.key1.Read(s), m.key2.Read(s), m.key3.Read(s))));
}

internal static class TagKeys
{
    /// <summary>A kind's name; empty when a static field was read before it was set.</summary>
    public static string NameOf(TagKind? kind) => kind?.Name ?? "";

    /// <summary>The same tags, each once. A handful is compared in place: a set would cost each load more than the tags themselves.</summary>
    public static List<Tag> EachOnce(List<Tag> tags)
    {
        if (tags.Count > 8) return [.. tags.Distinct()];
        for (var i = tags.Count - 1; i > 0; i--)
        {
            if (tags.IndexOf(tags[i]) < i) tags.RemoveAt(i);
        }
        return tags;
    }

    /// <summary>Makes a tag, and says whose member was at fault rather than which tag kind noticed.</summary>
    public static Tag Attribute<TSource, TState>(string declaration, string member, TSource source, TState state, Func<TSource, TState, Tag> make)
    {
        try
        {
            return make(source, state);
        }
        catch (InvalidKeyException invalid)
        {
            throw new InvalidKeyException(declaration, member.Length == 0 ? "its argument" : member, invalid.Fault);
        }
    }
}
