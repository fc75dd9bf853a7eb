namespace Freshet;

/// <summary>The tags of values in one hybrid cache: one for the key, one for all of them, and the caller's own.</summary>
/// <param name="name">Name of the cache, when the application has several; null for the only one.</param>
/// <param name="isDeclared">Whether a catalog declares a tag kind.</param>
internal sealed class HybridTags(string? name, Func<string, bool> isDeclared)
{
    public const string KeyKind = "hybrid-key";
    public const string TagKind = "hybrid-tag";
    public const string AllKind = "hybrid-all";

    /// <summary>What <c>RemoveByTagAsync</c> takes for everything.</summary>
    private const string Wildcard = "*";

    private readonly string _prefix = name is null ? "" : KeyText.Format(name, "hybrid cache", "its name") + ",";

    /// <summary>Carried by every value of this cache.</summary>
    public Tag All { get; } = new(AllKind, $"{AllKind}:{(name is null ? "default" : KeyText.Format(name, "hybrid cache", "its name"))}");

    /// <summary>The tag of one key.</summary>
    /// <exception cref="InvalidKeyException">The key is null, empty, a wildcard, too long or has control characters.</exception>
    public Tag OfKey(string key)
    {
        if (key == Wildcard) throw new InvalidKeyException("hybrid cache", "the key", KeyFault.Wildcard);
        return new Tag(KeyKind, $"{KeyKind}:{_prefix}{KeyText.Format(key, "hybrid cache", "the key")}");
    }

    /// <summary>A caller's tag. The text of a declared tag, such as <c>account:acc_88</c>, is that tag, so events reach what carries it.</summary>
    /// <exception cref="InvalidKeyException">The tag is null, empty, a wildcard, too long or has control characters.</exception>
    public Tag Of(string tag)
    {
        if (tag == Wildcard) throw new InvalidKeyException("hybrid cache", "a tag", KeyFault.Wildcard);
        var text = KeyText.Format(tag, "hybrid cache", "a tag");
        var end = tag.IndexOf(':', StringComparison.Ordinal);
        return end > 0 && isDeclared(tag[..end]) ? new Tag(tag[..end], tag) : new Tag(TagKind, $"{TagKind}:{_prefix}{text}");
    }

    /// <summary>What removing by a tag invalidates; <c>*</c> is everything in this cache.</summary>
    /// <exception cref="InvalidKeyException">The tag is null, empty, too long or has control characters.</exception>
    public Tag OfRemoval(string tag) => tag == Wildcard ? All : Of(tag);

    /// <summary>Every tag of a value: its key's, the cache's, and the caller's, each once.</summary>
    public IReadOnlyList<Tag> OfValue(string key, IEnumerable<string>? tags)
    {
        var all = new List<Tag> { OfKey(key), All };
        foreach (var tag in tags ?? []) all.Add(Of(tag));
        return all.Count == 2 ? all : [.. all.Distinct()];
    }
}
