namespace Freshet;

/// <summary>One running render of an output that is to be stored: what it was captured at, what it is made of so far, and those who wait for it.</summary>
/// <remarks>
/// To pages what a flight is to loads. It differs in who runs it: a request, or a renewal in the background, renders on its own time
/// and through the application's whole pipeline, so this object only keeps the book. Whoever opened it ends it, by
/// <see cref="RenderedOutputs.Land"/> or <see cref="RenderedOutputs.Abandon"/>, whatever happens.
/// </remarks>
internal sealed class Rendering : RunningLoad
{
    private readonly Lock _gate = new();
    private readonly TaskCompletionSource<RenderEnd> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly AppliedPosition _captured;
    private TagMark[] _marks; // copied on write under _gate, read by joiners without it
    private RenderBound _bound = RenderBound.Loosest; // guarded by _gate
    private HashSet<Tag>? _strict; // the rest is guarded by _gate
    private long _validAt = long.MaxValue;
    private long _livesUntil = long.MaxValue;
    private TimeSpan _browserTime = TimeSpan.MaxValue;
    private RenderRefusal _refusal;
    private volatile bool _ended;

    public Rendering(RenderOrder order, AppliedPosition captured, long capturedAt, bool isShared, long evictions)
    {
        Order = order;
        _captured = captured;
        CapturedPosition = captured.Position.Position;
        CapturedAt = capturedAt;
        IsShared = isShared;
        EvictionsAtStart = evictions;
        _marks = captured.Marks.Acquire(order.PathTags());
    }

    public RenderOrder Order { get; }

    public long CapturedAt { get; }

    /// <summary>Whether others may join.</summary>
    public bool IsShared { get; }

    /// <summary>How many evictions by output caching's own tags there had been before it began.</summary>
    public long EvictionsAtStart { get; }

    /// <summary>Epoch and position fully applied before it began (PROTOCOL 1).</summary>
    public LogPosition Captured => _captured.Position;

    public TagMark[] Marks => Volatile.Read(ref _marks);

    /// <summary>Whether its marks are of a table: of one that has been left they are told nothing any more.</summary>
    public bool IsOf(MarkTable table) => ReferenceEquals(_captured.Marks, table);

    /// <summary>Whether nothing more becomes part of it.</summary>
    public bool HasEnded => _ended;

    public Task<RenderEnd> Completion => _completion.Task;

    /// <summary>What the output is worth so far: loadedAt of the whole, and the highest position at which all of it is known valid.</summary>
    public (LogPosition Loaded, long ValidAt) Interval
    {
        get
        {
            lock (_gate) return (LoadedLocked, _validAt == long.MaxValue ? Captured.Position : _validAt);
        }
    }

    /// <summary>How long a browser may show it without asking, as far as its parts say.</summary>
    public TimeSpan BrowserTime
    {
        get
        {
            lock (_gate) return _browserTime;
        }
    }

    /// <summary>Whether a part accepts nothing that is outdated, however it was invalidated.</summary>
    public bool HasStrictPart
    {
        get
        {
            lock (_gate) return _strict is not null;
        }
    }

    /// <summary>Why it will not be stored, as far as is known.</summary>
    public RenderRefusal Refusal
    {
        get
        {
            lock (_gate) return _refusal;
        }
    }

    /// <summary>Takes in a read: its tags outdate the whole, and the whole lives no longer than it.</summary>
    public void Include(ScreenReads.Read read)
    {
        var entry = read.Entry;
        lock (_gate)
        {
            if (_ended) return; // read after the output was complete, so it is no part of it
            if (entry.Loaded.Epoch != Captured.Epoch) RefuseLocked(RenderRefusal.LogChanged);
            if (!entry.IsCacheable) RefuseLocked(RenderRefusal.PartNotCacheable);
            if (!read.Satisfied) RefuseLocked(RenderRefusal.PartUnsatisfied);
            if (read.Source == AnswerSource.Bypass) RefuseLocked(RenderRefusal.PartBypassed);

            foreach (var mark in entry.Marks)
            {
                AddMarkLocked(mark.Tag);
                if (!read.Policy.ServeStale) (_strict ??= []).Add(mark.Tag);
            }
            AddMarkLocked(read.AllOfQuery); // a page is flushed with any query it shows
            // A part that was valid only at an earlier position, such as one read before the render began, makes the whole that old.
            _validAt = Math.Min(_validAt, Math.Max(read.ValidAt, entry.Loaded.Position));
            _livesUntil = Math.Min(_livesUntil, entry.ExpiresAt);
            if (read.Policy.StaleTime < _browserTime) _browserTime = read.Policy.StaleTime;
            _bound = _bound.And(RenderBound.Of(read.Policy));
        }
    }

    /// <summary>Keeps the output out of the store. The first reason counts.</summary>
    public void Refuse(RenderRefusal why)
    {
        lock (_gate) RefuseLocked(why);
    }

    /// <summary>Ends the collecting. False when it had ended already.</summary>
    /// <param name="content">What was rendered.</param>
    /// <param name="outputTags">Output caching's own tags.</param>
    /// <param name="longest">Longest life, in milliseconds from the capture.</param>
    /// <param name="entry">The entry, whose marks are this rendering's; null when it was refused.</param>
    public bool TryFinish(byte[] content, IReadOnlyList<string> outputTags, long longest, out Entry<RenderedOutput>? entry)
    {
        entry = null;
        lock (_gate)
        {
            if (_ended) return false;
            _ended = true;
            if (_refusal != RenderRefusal.None) return true;
            var loaded = LoadedLocked;
            var captured = loaded == _captured.Position ? _captured : new AppliedPosition(loaded, _captured.Marks, _captured.Sequence);
            var expiresAt = Math.Min(CapturedAt + longest, _livesUntil);
            entry = new Entry<string, RenderedOutput>(
                Order.Key, new RenderedOutput(content, outputTags, [.. _marks.Where(mark => _strict?.Contains(mark.Tag) == true)], _browserTime, _bound, Order.Page),
                captured, _marks, CapturedAt, expiresAt, version: null, isCacheable: true)
            {
                RefreshAt = CapturedAt + Order.RenewAfter,
            };
            return true;
        }
    }

    /// <summary>Ends the collecting of a render that gives nothing to store. False when it had ended already.</summary>
    public bool TryEnd()
    {
        lock (_gate)
        {
            if (_ended) return false;
            return _ended = true;
        }
    }

    /// <summary>Never: the request that renders ends it, however long it takes, and nobody waits for it longer than <see cref="RenderedOutputs.MostWait"/>.</summary>
    public override void TimeOut()
    {
    }

    public void ReleaseMarks() => _captured.Marks.Release(Marks);

    public void Complete(RenderEnd end) => _completion.TrySetResult(end);

    private LogPosition LoadedLocked => Captured with { Position = Math.Min(Captured.Position, _validAt) };

    private void RefuseLocked(RenderRefusal why)
    {
        if (_refusal == RenderRefusal.None) _refusal = why;
    }

    private void AddMarkLocked(Tag tag)
    {
        if (Array.Exists(_marks, mark => mark.Tag == tag)) return;
        // From the marks captured with the position: marks of a later epoch would know nothing of this one's.
        Volatile.Write(ref _marks, [.. _marks, _captured.Marks.Acquire(tag)]);
    }
}

/// <summary>How a render ended, for those who waited for it.</summary>
/// <param name="Entry">The output; null when it may not be shared, or there is none.</param>
/// <param name="ValidAt">Highest position at which it is known valid: found while its marks were still held.</param>
/// <param name="HasFailed">Whether it broke off: an exception, a server error, a client that left. Then a waiter takes over.</param>
internal readonly record struct RenderEnd(Entry<RenderedOutput>? Entry, long ValidAt, bool HasFailed);

/// <summary>What is to be rendered.</summary>
/// <param name="Key">What tells it from other outputs: method, address, and what else it varies by.</param>
/// <param name="Page">Its route pattern: for metrics and messages, never the concrete path.</param>
/// <param name="PathTags">The tags of where it is. Asked when a render begins.</param>
/// <param name="Life">Longest life, in milliseconds.</param>
/// <param name="RenewAfter">Age in milliseconds from which it is renewed in the background.</param>
internal sealed record RenderOrder(string Key, string Page, Func<IReadOnlyList<Tag>> PathTags, long Life, long RenewAfter);
