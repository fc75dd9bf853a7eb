namespace Freshet;

/// <summary>What an operator flushes: checked names, and the tags that a record of it invalidates.</summary>
/// <param name="Target">The query, tag, kind or path, as it stands in messages.</param>
/// <param name="Tags">The tags.</param>
internal sealed record FlushScope(string Target, IReadOnlyList<Tag> Tags)
{
    /// <summary>Whether what carries a tag is in it.</summary>
    public bool Covers(Tag carried) => Tags.Any(tag => FlushTags.Covers(tag, carried));

    /// <summary>Whether caches that are not Freshet's must start over: they cannot tell what went into their values.</summary>
    public bool ResetsTargets => Tags.Any(FlushTags.IsOne);
}

/// <summary>What a flush would outdate on this node.</summary>
/// <param name="Entries">Entries by cached query, those without any left out.</param>
/// <param name="Pages">Stored pages.</param>
/// <param name="Targets">Caches that would be reset, by name.</param>
internal sealed record FlushPreview(IReadOnlyList<(string Query, int Entries)> Entries, int Pages, IReadOnlyList<string> Targets);
