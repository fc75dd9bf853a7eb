namespace Freshet;

/// <summary>What a declaration says about one tag before any keys are known: its kind, and the whole tag when that is constant.</summary>
internal readonly record struct TagSlot(string Kind, string? Constant)
{
    /// <summary>Whether both may name one tag: the same kind, and not two different constants of it.</summary>
    public bool Meets(TagSlot other) => Kind == other.Kind && (Constant is null || other.Constant is null || Constant == other.Constant);

    /// <summary>What an event touches.</summary>
    public static IReadOnlyCollection<TagSlot> Of(Event raised) => [.. raised.Tags.Select(Of)];

    /// <summary>What a cached query's values carry: its own tags, the kinds its loader may find, and those of the queries it reads, in turn.</summary>
    public static IReadOnlyCollection<TagSlot> Of(CachedQuery query)
    {
        var slots = new HashSet<TagSlot>();
        var seen = new HashSet<CachedQuery>();
        var open = new Stack<CachedQuery>([query]);
        while (open.TryPop(out var next))
        {
            if (!seen.Add(next)) continue; // a circle is reported as a fault of its own
            slots.UnionWith(OwnOf(next));
            foreach (var read in next.QueriesRead) open.Push(read);
        }
        return slots;
    }

    /// <summary>What a cached query's values carry apart from what it reads.</summary>
    public static IEnumerable<TagSlot> OwnOf(CachedQuery query) =>
        query.Tags.Select(Of).Concat(query.TagsFound.Select(kind => new TagSlot(kind.Name, null)));

    /// <summary>The kind, or the constant tag.</summary>
    public override string ToString() => Constant ?? Kind;

    private static TagSlot Of(TagReference reference) => new(reference.Tag, reference.Constant);
}
