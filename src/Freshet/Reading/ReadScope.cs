namespace Freshet;

/// <summary>Gathers what the reads of one request depend on, and hands them the request's requirement. Opened by <see cref="IFreshet.BeginReadScope"/>.</summary>
public sealed class ReadScope : IDisposable
{
    private readonly Lock _gate = new();
    private readonly Ambient _ambient;
    private readonly HashSet<Tag> _tags = [];
    private long _loadedAt = long.MinValue; // the highest; nothing was read while it is this
    private long _knownAt = long.MaxValue;  // the lowest position up to which nothing is known against a part
    private bool _isSettled = true;
    private Epoch _epoch;
    private bool _satisfied = true;
    private readonly ScreenReads? _held;
    private readonly List<ScreenReads.Read>? _before; // guarded by _gate: what was read before a render may begin
    private Rendering? _rendering;

    internal ReadScope(IFreshet owner, ReadRequirement requirement, ScreenReads? held = null, bool mayRender = false)
    {
        Requirement = requirement;
        _held = held;
        if (mayRender) _before = [];
        _ambient = Ambient.Enter(owner, this);
    }

    /// <summary>What every read in the scope must meet.</summary>
    public ReadRequirement Requirement { get; }

    /// <summary>The render of an output that is to be stored and that what is read now becomes part of; null when there is none, or it has ended.</summary>
    internal Rendering? Rendering => Volatile.Read(ref _rendering) is { HasEnded: false } rendering ? rendering : null;

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

    /// <summary>The interval of positions at which everything read so far is known valid: highest loadedAt, lowest validAt. Null when nothing was read.</summary>
    /// <remarks>
    /// Where there is no such position, validAt is one below loadedAt: the parts do not agree, or one of them <see cref="Answer{TValue}.IsSettled">is not settled</see>.
    /// Then nothing that was invalidated up to loadedAt outdates any of them.
    /// </remarks>
    public (Epoch Epoch, long LoadedAt, long ValidAt)? Interval
    {
        get
        {
            lock (_gate)
            {
                if (_loadedAt == long.MinValue) return null;
                return _isSettled && _loadedAt <= _knownAt ? (_epoch, _loadedAt, _knownAt) : (_epoch, _knownAt, _knownAt - 1);
            }
        }
    }

    /// <summary>Ends the scope. What it gathered can still be read.</summary>
    public void Dispose() => _ambient.Leave();

    /// <summary>Makes what the scope reads part of an output, from what it has read already on: something in front of the page may have read for it.</summary>
    /// <remarks>The scope is open around the whole request, but whether it renders is known only when the output was not found.</remarks>
    internal void BeginRendering(Rendering rendering)
    {
        lock (_gate)
        {
            foreach (var read in _before ?? []) rendering.Include(read);
            Volatile.Write(ref _rendering, rendering);
        }
    }

    /// <summary>Notes a read; false when the scopes around this one are not to know of it yet.</summary>
    internal bool Note(ScreenReads.Read read)
    {
        lock (_gate)
        {
            _held?.Add(read);
            if (_rendering is not null) _rendering.Include(read);
            else _before?.Add(read);
            NoteLocked(read.Entry, read.ValidAt, read.Satisfied);
            return _held is null;
        }
    }

    /// <summary>Notes that the answer is a stored output.</summary>
    internal void Note(Entry<RenderedOutput> output, long validAt)
    {
        lock (_gate) NoteLocked(output, validAt, satisfied: true);
    }

    private void NoteLocked(Entry entry, long validAt, bool satisfied)
    {
        var loaded = entry.Loaded;
        if (loaded.Epoch != _epoch && _loadedAt != long.MinValue)
        {
            // Parts of two logs: their positions cannot be compared, so promise nothing beyond the beginning.
            (_loadedAt, _knownAt, _isSettled) = (0, 0, false);
        }
        else
        {
            // Not the lowest loadedAt. Parts that are valid from 5 to 9 and from 7 to 9 show nothing that was so at 6.
            _loadedAt = Math.Max(_loadedAt, loaded.Position);
            _knownAt = Math.Min(_knownAt, Math.Max(loaded.Position, validAt));
            _isSettled &= validAt >= loaded.Position;
        }
        _epoch = loaded.Epoch;
        _satisfied &= satisfied;
        foreach (var mark in entry.Marks)
        {
            if (!FlushTags.IsOne(mark.Tag)) _tags.Add(mark.Tag); // a page's own bookkeeping, and no tag that anything is invalidated by but a flush
        }
    }
}
