namespace Freshet;

/// <summary>Gathers what the reads of one request depend on, and hands them the request's requirement. Opened by <see cref="IFreshet.BeginReadScope"/>.</summary>
public sealed class ReadScope : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Ambient _ambient;
    private readonly HashSet<Tag> _tags = [];
    private long _loadedAt = long.MaxValue;
    private long _validAt = long.MaxValue;
    private Epoch _epoch;
    private bool _satisfied = true;
    private readonly ScreenReads? _held;

    internal ReadScope(IFreshet owner, ReadRequirement requirement, ScreenReads? held = null, bool isRendering = false)
    {
        IsRendering = isRendering;
        Requirement = requirement;
        _held = held;
        _ambient = Ambient.Enter(owner, this);
    }

    /// <summary>What every read in the scope must meet.</summary>
    public ReadRequirement Requirement { get; }

    /// <summary>Whether what is read becomes part of an output that will be stored.</summary>
    internal bool IsRendering { get; }

    /// <summary>False when some read could not meet the requirement in time.</summary>
    public bool Satisfied
    {
        get
        {
            lock (_gate) return _satisfied;
        }
    }

    /// <summary>The tags of everything read so far.</summary>
    public IReadOnlyList<Tag> Tags
    {
        get
        {
            lock (_gate) return [.. _tags];
        }
    }

    /// <summary>The interval of positions at which everything read so far is known valid; null when nothing was read.</summary>
    /// <remarks>A result made of several reads is as old as its oldest part: lowest loadedAt, lowest validAt.</remarks>
    public (Epoch Epoch, long LoadedAt, long ValidAt)? Interval
    {
        get
        {
            lock (_gate) return _loadedAt == long.MaxValue ? null : (_epoch, _loadedAt, _validAt);
        }
    }

    /// <summary>Ends the scope. What it gathered can still be read.</summary>
    public void Dispose() => _ambient.Leave();

    /// <summary>Notes a read; false when the scopes around this one are not to know of it yet.</summary>
    internal bool Note(Entry entry, long validAt, bool satisfied, RiskLevel level)
    {
        lock (_gate)
        {
            _held?.Add(new ScreenReads.Read(entry, validAt, satisfied, level));
            var loaded = entry.Loaded;
            if (loaded.Epoch != _epoch && _loadedAt != long.MaxValue)
            {
                // Parts of two logs: their positions cannot be compared, so promise nothing beyond the beginning.
                (_loadedAt, _validAt) = (0, 0);
                _epoch = loaded.Epoch;
            }
            else
            {
                _epoch = loaded.Epoch;
                _loadedAt = Math.Min(_loadedAt, loaded.Position);
                _validAt = Math.Min(_validAt, validAt);
            }
            _satisfied &= satisfied;
            foreach (var mark in entry.Marks) _tags.Add(mark.Tag);
            return _held is null;
        }
    }
}
