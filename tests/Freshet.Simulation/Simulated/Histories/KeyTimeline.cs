namespace Freshet.Simulation;

/// <summary>What was written under one key, arranged so that each read is checked against it in a few steps.</summary>
internal sealed class KeyTimeline
{
    private readonly List<WriteFact> _committed = []; // by version: version 1 is at 0
    private readonly List<(AppendFact Append, long Version, long Highest)> _appends = []; // in the order of the log, which is that of time
    private readonly List<(long At, long Highest)> _finished = [];
    private readonly List<(long At, long Version)> _held = []; // in the order of their commits, which is that of their versions

    /// <summary>The version committed last.</summary>
    public long Last => _committed.Count;

    /// <summary>The write that committed a version; null for none, or for one that nobody committed.</summary>
    public WriteFact? WriteOf(long version) => version > 0 && version <= _committed.Count ? _committed[(int)version - 1] : null;

    public void AddCommitted(WriteFact write) => _committed.Add(write);

    public void Add(AppendFact append, long version) => _appends.Add((append, version, Math.Max(version, _appends.Count == 0 ? 0 : _appends[^1].Highest)));

    public void AddFinished(WriteFact write) => _finished.Add((write.FinishedAt, Math.Max(write.Version, _finished.Count == 0 ? 0 : _finished[^1].Highest)));

    public void AddHeld(WriteFact write) => _held.Add((write.CommittedAt, write.Version));

    /// <summary>The highest version that had been committed before a moment while a hold of it stood.</summary>
    public long HeldBefore(long moment)
    {
        var count = CountWhere(_held, each => each.At < moment);
        return count == 0 ? 0 : _held[count - 1].Version;
    }

    /// <summary>The highest version whose write had finished at a moment.</summary>
    public long FinishedBy(long moment)
    {
        var count = CountWhere(_finished, each => each.At <= moment);
        return count == 0 ? 0 : _finished[count - 1].Highest;
    }

    /// <summary>The first append, up to a place in the log, that a version does not include and that a condition holds for.</summary>
    public AppendFact? MissedUpTo(Place place, long version, Func<AppendFact, bool> counts) =>
        Missed(CountWhere(_appends, each => each.Append.Place.Epoch < place.Epoch || (each.Append.Place.Epoch == place.Epoch && each.Append.Place.Position <= place.Position)), version, counts);

    /// <summary>The same for those up to a moment.</summary>
    public AppendFact? MissedBy(long moment, long version, Func<AppendFact, bool> counts) => Missed(CountWhere(_appends, each => each.Append.At <= moment), version, counts);

    /// <summary>Appends of versions around a gap, to be told.</summary>
    public IEnumerable<AppendFact> AppendsFrom(long version) => _appends.Where(each => each.Version >= version).Select(each => each.Append);

    private AppendFact? Missed(int count, long version, Func<AppendFact, bool> counts)
    {
        // Back to where nothing newer than the version had been appended: a few steps, as versions are appended almost in order.
        for (var i = count - 1; i >= 0 && _appends[i].Highest > version; i--)
        {
            if (_appends[i].Version > version && counts(_appends[i].Append)) return _appends[i].Append;
        }
        return null;
    }

    private static int CountWhere<T>(List<T> list, Func<T, bool> holds)
    {
        var (low, high) = (0, list.Count);
        while (low < high)
        {
            var middle = (low + high) / 2;
            if (holds(list[middle])) low = middle + 1;
            else high = middle;
        }
        return low;
    }
}
