namespace Freshet;

/// <summary>Cached queries do not read each other in a circle: loading one would wait for itself.</summary>
internal static class CircleRules
{
    public static IEnumerable<CatalogFault> Find(CatalogDraft draft)
    {
        // Every read that lies on a circle is named in some fault, so that mending what is listed mends them all;
        // a read already named is not named again.
        var named = new HashSet<(CachedQuery Reader, CachedQuery Read)>();
        foreach (var entry in draft.Queries)
        {
            foreach (var read in entry.Declaration.QueriesRead)
            {
                if (named.Contains((entry.Declaration, read)) || PathBack(read, entry.Declaration) is not { } circle) continue;
                named.UnionWith(circle.Zip(circle.Skip(1)));
                yield return entry.Fault(CatalogFaultKind.Circle, $"it reads itself: {string.Join(" -> ", circle.Select(query => query.Name))}",
                    "Take one .Reads(...) out of the circle; let that loader go to the source.");
            }
        }
    }

    /// <summary>The shortest way from a query that <paramref name="start"/> reads back to it, with <paramref name="start"/> at both ends; null when there is none.</summary>
    private static List<CachedQuery>? PathBack(CachedQuery first, CachedQuery start)
    {
        var cameFrom = new Dictionary<CachedQuery, CachedQuery?> { [first] = null };
        var open = new Queue<CachedQuery>([first]);
        while (open.TryDequeue(out var query))
        {
            if (query == start)
            {
                var path = new List<CachedQuery>();
                for (var step = query; step is not null; step = cameFrom[step]) path.Insert(0, step);
                return [start, .. path];
            }
            foreach (var next in query.QueriesRead)
            {
                if (cameFrom.TryAdd(next, query)) open.Enqueue(next);
            }
        }
        return null;
    }
}
