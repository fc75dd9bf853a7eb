namespace Freshet;

/// <summary>Tags that stand for many things at once: every value of one cached query, or every tag of one kind. Only a flush invalidates them.</summary>
/// <remarks>
/// No entry in memory carries one, so a hit never looks at them. When a record with one is applied, it is spread over what it stands
/// for: a kind over its marks (<see cref="MarkTable"/>), a query over its entries and running loads (<see cref="QueryRuntime.Flush"/>).
/// In the log they are tags like any other, so they reach every node, and their marks last as long as anything stored before them.
/// </remarks>
internal static class FlushTags
{
    /// <summary>Kind of the tags that stand for a cached query: <c>all-of-query:account-summary</c>.</summary>
    public const string QueryKind = "all-of-query";

    /// <summary>Kind of the tags that stand for a kind of tag: <c>all-of-kind:account</c>.</summary>
    public const string TagKind = "all-of-kind";

    public static Tag OfQuery(string query) => new(QueryKind, $"{QueryKind}:{query}");

    public static Tag OfKind(string tagKind) => new(TagKind, $"{TagKind}:{tagKind}");

    /// <summary>Whether a tag stands for many.</summary>
    public static bool IsOne(Tag tag) => tag.Kind is QueryKind or TagKind;

    /// <summary>Whether a record flushes a whole query or kind.</summary>
    public static bool AreIn(LogRecord record) => record.Invalidations.Any(static each => IsOne(each.Tag));

    /// <summary>The query or kind that a tag stands for.</summary>
    public static string NameIn(Tag tag) => tag.Text[(tag.Kind.Length + 1)..];

    /// <summary>Whether invalidating one tag outdates what carries another.</summary>
    public static bool Covers(Tag invalidated, Tag carried) =>
        invalidated == carried || (invalidated.Kind == TagKind && NameIn(invalidated) == carried.Kind);
}
