namespace Freshet;

/// <summary>The loads of one owner that are under way, listed under the owner's own gate: it holds that anyway when a load begins and when it ends.</summary>
/// <param name="all">Who watches over them.</param>
/// <param name="gate">The owner's gate.</param>
internal sealed class LoadList(RunningLoads all, Lock gate)
{
    private RunningLoad? _newest; // guarded by the gate, like the links of what is in the list

    public void Enter(RunningLoad load)
    {
        lock (gate) EnterLocked(load);
    }

    public void EnterLocked(RunningLoad load)
    {
        load.IsListed = true;
        load.Older = _newest;
        if (_newest is not null) _newest.Newer = load;
        _newest = load;
        all.Watch(); // once it can be seen: see there
    }

    /// <summary>Takes a load out; leaving twice is leaving once.</summary>
    public void Leave(RunningLoad load)
    {
        lock (gate) LeaveLocked(load);
    }

    /// <summary>The same, for an owner that holds its gate.</summary>
    public void LeaveLocked(RunningLoad load)
    {
        if (!load.IsListed) return;
        load.IsListed = false;
        if (load.Newer is null) _newest = load.Older;
        else load.Newer.Older = load.Older;
        if (load.Older is not null) load.Older.Newer = load.Newer;
        load.Newer = load.Older = null;
    }

    /// <summary>The lowest captured position; <see cref="long.MaxValue"/> when nothing loads.</summary>
    public long Lowest
    {
        get
        {
            lock (gate)
            {
                var lowest = long.MaxValue;
                for (var load = _newest; load is not null; load = load.Older) lowest = Math.Min(lowest, load.CapturedPosition);
                return lowest;
            }
        }
    }

    /// <summary>Finds what has outstayed its deadline.</summary>
    /// <param name="now">The node's clock.</param>
    /// <param name="overdue">Takes them up.</param>
    /// <returns>Whether anything is under way.</returns>
    public bool FindOverdue(long now, List<RunningLoad> overdue)
    {
        lock (gate)
        {
            for (var load = _newest; load is not null; load = load.Older)
            {
                if (load.Deadline <= now) overdue.Add(load);
            }
            return _newest is not null;
        }
    }
}
