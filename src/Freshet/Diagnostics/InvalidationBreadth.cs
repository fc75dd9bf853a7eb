namespace Freshet;

/// <summary>An invalidation that outdated a large part of the store at once.</summary>
/// <param name="Tag">The tag.</param>
/// <param name="Holders">Entries and running loads that carried it.</param>
/// <param name="Entries">Entries in memory at that time.</param>
internal readonly record struct BroadInvalidation(Tag Tag, int Holders, int Entries);

/// <summary>Notes invalidations that outdate too much at once, until the next sweep asks for them.</summary>
internal sealed class InvalidationBreadth
{
    private readonly Lock _gate = new();
    private readonly Dictionary<string, BroadInvalidation> _broad = []; // by tag kind; guarded by _gate
    private Watch? _watch;

    private sealed record Watch(double Share, int LeastEntries, double LeastHolders, Func<int> Entries);

    /// <summary>From now on, notes what outdates more than a share of a store of some size.</summary>
    /// <param name="share">The share, 0 to 1.</param>
    /// <param name="leastEntries">How many entries there must be for the share to mean anything.</param>
    /// <param name="entries">How many there are; must take no lock.</param>
    public void Begin(double share, int leastEntries, Func<int> entries) =>
        Volatile.Write(ref _watch, new Watch(share, leastEntries, share * leastEntries, entries));

    /// <summary>Called for each invalidation as it is applied, so the usual one costs a comparison.</summary>
    public void Note(Tag tag, int holders)
    {
        if (Volatile.Read(ref _watch) is not { } watch || holders <= watch.LeastHolders) return;
        var entries = watch.Entries();
        if (entries < watch.LeastEntries || holders <= watch.Share * entries) return;
        lock (_gate) _broad[tag.Kind] = new BroadInvalidation(tag, holders, entries);
    }

    /// <summary>The last one of each kind of tag since the last time.</summary>
    public List<BroadInvalidation> Take()
    {
        lock (_gate)
        {
            List<BroadInvalidation> taken = [.. _broad.Values];
            _broad.Clear();
            return taken;
        }
    }
}
