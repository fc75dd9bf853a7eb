namespace Freshet;

/// <summary>Positions that running loads have captured. Marks younger than the lowest are not forgotten (PROTOCOL 12): a load may yet find their tags.</summary>
internal sealed class RunningLoads
{
    private readonly Lock _gate = new();
    private readonly SortedDictionary<long, int> _captured = []; // position, number of loads

    /// <summary>The lowest captured position; <see cref="long.MaxValue"/> when nothing loads.</summary>
    public long Lowest
    {
        get
        {
            lock (_gate)
            {
                foreach (var (position, _) in _captured) return position;
                return long.MaxValue;
            }
        }
    }

    public void Enter(long position)
    {
        lock (_gate) _captured[position] = _captured.GetValueOrDefault(position) + 1;
    }

    public void Leave(long position)
    {
        lock (_gate)
        {
            if (--_captured[position] == 0) _captured.Remove(position);
        }
    }
}
