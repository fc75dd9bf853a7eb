namespace Freshet;

/// <summary>Everything one event makes outdated, computed from declarations: event, tags, cached queries, screens.</summary>
/// <param name="Event">The event.</param>
/// <param name="Owner">The team that owns it.</param>
/// <param name="Tags">The tags it touches, as declared.</param>
/// <param name="Queries">The cached queries it reaches, ordered by name.</param>
/// <param name="Screens">Names of the screens those are shown on, ordered.</param>
public sealed record BlastRadius(
    Event Event, string Owner, IReadOnlyList<TagReference> Tags, IReadOnlyList<ReachedQuery> Queries, IReadOnlyList<string> Screens)
{
    /// <summary>Whether it reaches a high query. Then a browser may not show its expected result before the answer.</summary>
    public bool ReachesHigh => Queries.Any(reached => reached.Query.Declaration.Level is RiskLevel.High);

    /// <summary>What a browser may do before the answer to a mutation that raises the event: the strictest of the declared policies it reaches.</summary>
    /// <remarks><see cref="OptimisticUpdates.Allowed"/> when it reaches none.</remarks>
    public OptimisticUpdates Optimistic =>
        Queries.Count == 0 ? OptimisticUpdates.Allowed : Queries.Min(reached => reached.Query.Policy.Optimistic);
}

/// <summary>A cached query that an event reaches.</summary>
/// <param name="Query">The query, with owner, level and screens.</param>
/// <param name="Tags">What it is reached through, ordered: names of tag kinds, or whole tags where the query names a constant one.</param>
/// <param name="Via">Names of the cached queries it reads whose tags are touched, ordered; empty when its own are.</param>
public sealed record ReachedQuery(DeclaredQuery Query, IReadOnlyList<string> Tags, IReadOnlyList<string> Via);

public sealed partial class CatalogModel
{
    /// <summary>What an event makes outdated. Generous where keys are not known yet: two declarations meet when they name one kind of tag.</summary>
    /// <exception cref="UnknownDeclarationException">No composed catalog declares the event.</exception>
    public BlastRadius BlastRadiusOf(Event raised)
    {
        ArgumentNullException.ThrowIfNull(raised);
        var declared = Events.FirstOrDefault(candidate => candidate.Declaration == raised)
            ?? throw new UnknownDeclarationException("event", raised.Name, "Add the catalog that declares it with AddFreshet().Add<TCatalog>().");
        var touched = TagSlot.Of(raised);
        var queries = Queries.Select(query => Reach(query, touched)).OfType<ReachedQuery>().ToList();
        return new BlastRadius(raised, declared.Owner, raised.Tags, queries,
            [.. queries.SelectMany(reached => reached.Query.Screens).Distinct().Order(StringComparer.Ordinal)]);
    }

    private static ReachedQuery? Reach(DeclaredQuery query, IReadOnlyCollection<TagSlot> touched)
    {
        var tags = Met(TagSlot.Of(query.Declaration), touched);
        if (tags.Count == 0) return null;
        var own = Met(TagSlot.OwnOf(query.Declaration), touched);
        var via = query.Declaration.QueriesRead.Distinct()
            .Where(read => own.Count == 0 && Met(TagSlot.Of(read), touched).Count > 0)
            .Select(read => read.Name)
            .Order(StringComparer.Ordinal);
        return new ReachedQuery(query, tags, [.. via]);
    }

    private static List<string> Met(IEnumerable<TagSlot> carried, IReadOnlyCollection<TagSlot> touched) =>
        [.. carried.Where(slot => touched.Any(slot.Meets)).Select(slot => slot.ToString()).Distinct().Order(StringComparer.Ordinal)];
}
