namespace Freshet;

/// <summary>A cached query at work in one application: its policy, counters, store and running loads.</summary>
internal abstract class QueryRuntime(DeclaredQuery declared, Node node)
{
    private readonly HashSet<string> _foundKinds = [.. FoundKindsOf(declared.Declaration)];
    private QueryPolicy _policy = declared.Policy;
    private long _maxStaleness = (long)declared.Policy.MaxStaleness.TotalMilliseconds;

    public DeclaredQuery Declared => declared;

    /// <summary>The application it belongs to.</summary>
    public abstract IFreshet Owner { get; }

    public Node Node => node;

    public Clock Clock => node.Clock;

    public string Name => declared.Declaration.Name;

    public QueryCounters Counters { get; } = new();

    public QueryPolicy Policy => Volatile.Read(ref _policy);

    /// <summary>The policy's bound in milliseconds: a hit compares with it.</summary>
    public long MaxStaleness => Volatile.Read(ref _maxStaleness);

    /// <summary>Kinds of the tags that are known only once the value is loaded.</summary>
    public IReadOnlyCollection<string> FoundKinds => _foundKinds;

    /// <summary>What it has done with the second level; null when it has none.</summary>
    public abstract SecondLevelCounters? SecondLevelCounters { get; }

    /// <summary>The holds that concern it: those that stand, for a query that accepts no staleness; null for any other (R8).</summary>
    public StandingHolds? HoldsAt(AppliedPosition applied) => MaxStaleness == 0 ? applied.Holds : null;

    /// <summary>Whether this node knows, once it reads its position after this, of every hold whose write may be in what was read from the source before (R8). Of no interest to a query that no hold concerns.</summary>
    /// <remarks>
    /// A writer commits when each node that has a lease knows of its hold. So a lease that is held after the source was read says that it
    /// was held at the commit, or that it was granted since, at a position behind the hold.
    /// </remarks>
    /// <param name="now">The node's clock, read after the source was.</param>
    public bool KnowsHolds(long now) => MaxStaleness > 0 || Node.Confirmation is not { } confirmation || confirmation.Covers(0, now);

    /// <summary>Whether it may be served though this node could not confirm that it is current, for as long as it has not (R4).</summary>
    public bool MayServeUnconfirmed(TimeSpan since) => Policy.OutageGrace > TimeSpan.Zero && since <= Policy.MaxStaleness + Policy.OutageGrace;

    /// <summary>What it keeps in memory.</summary>
    public abstract EntryStore Store { get; }

    public int EntryCount => Store.Count;

    /// <summary>Changes the policy while running; what is stored lives no longer than the new one allows.</summary>
    public void Adopt(QueryPolicy policy)
    {
        var before = Policy;
        var isTightened = policy.MaxStaleness == TimeSpan.Zero && before.MaxStaleness > TimeSpan.Zero;
        // The lease that is held was not asked for on behalf of this query's tags.
        if (isTightened && Node.Confirmation is { } confirmation) confirmation.Revoke(Put);
        else Put();
        if (policy.TimeToLive < before.TimeToLive) LimitTimeToLive(policy.TimeToLive);
        if (policy.MaxConcurrentLoads > before.MaxConcurrentLoads) AdvanceTurns();

        void Put()
        {
            Volatile.Write(ref _policy, policy);
            Volatile.Write(ref _maxStaleness, (long)policy.MaxStaleness.TotalMilliseconds);
            if (isTightened) Node.Recheck(); // what was checked while no hold concerned it
        }
    }

    /// <summary>Stands for all its values, in records that flush them.</summary>
    public Tag AllOf { get; } = FlushTags.OfQuery(declared.Declaration.Name);

    /// <summary>Outdates everything that was loaded before a position: what is stored, and what is loading (R1, R2).</summary>
    /// <param name="epoch">The marks of the position's epoch.</param>
    /// <param name="position">The position.</param>
    public abstract void Flush(MarkTable epoch, long position);

    /// <summary>How the query stands with a key on this node.</summary>
    /// <param name="arguments">The arguments as key text.</param>
    /// <param name="minimumVersion">The lowest version that will do; null for any.</param>
    /// <param name="log">What this node knows of the log.</param>
    /// <exception cref="OperatorInputException">The text cannot be a key of this query.</exception>
    public abstract Explanation Explain(string arguments, long? minimumVersion, LogStanding log);

    /// <summary>Removes what has died.</summary>
    public abstract int Sweep(long now);

    /// <summary>Lets go of the declaration, when the application ends.</summary>
    public abstract void Detach();

    protected abstract void LimitTimeToLive(TimeSpan timeToLive);

    /// <summary>How many of its loads have their turn at the source now.</summary>
    public abstract int LoadsRunning { get; }

    /// <summary>Begins loads that wait for a turn, now that there are more.</summary>
    protected abstract void AdvanceTurns();

    /// <summary>Kinds of every tag its values may carry.</summary>
    internal static IEnumerable<string> KindsOf(CachedQuery query) =>
        query.Tags.Select(tag => tag.Tag).Concat(FoundKindsOf(query));

    private static IEnumerable<string> FoundKindsOf(CachedQuery query) =>
        query.TagsFound.Select(kind => kind.Name).Concat(query.QueriesRead.SelectMany(KindsOf));
}
