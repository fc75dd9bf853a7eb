namespace Freshet;

/// <summary>What a loader may say about the value it loads.</summary>
public sealed class LoadContext
{
    // Silent until its loader says something for the first time; most never do, and end without the lock.
    private const int Silent = 0;
    private const int Told = 1;
    private const int Ended = 2;

    private readonly QueryRuntime _runtime;
    private readonly LoadContext? _outer;
    private AppliedPosition? _captured; // null until the load begins
    private long _capturedAt;
    private TagMark[] _marks = []; // copied on write under the lock, read by joiners without it
    private int _stage; // Silent, Told or Ended
    private Ambient? _surrounding;
    private volatile bool _leftFlow;
    private LeastVersion _minimumVersion;

    internal LoadContext(QueryRuntime runtime, object arguments, LoadContext? outer, bool isBypass)
    {
        _runtime = runtime;
        _outer = outer;
        IsBypass = isBypass;
        Arguments = arguments;
    }

    /// <summary>The cached query that is loading.</summary>
    public CachedQuery Query => _runtime.Declared.Declaration;

    /// <summary>The lowest version that will do, because a reader asks for it or because it was served before; null when any will. A loader with a choice of replicas asks one that has it.</summary>
    public long? MinimumVersion
    {
        get => _minimumVersion.Value;
        internal set => _minimumVersion = new(value);
    }

    /// <summary>Whether the value will be offered to the store.</summary>
    public bool IsCacheable { get; private set; } = true;

    /// <summary>Whether the loader has said "not found" of a row that was served before.</summary>
    internal bool WasNotFound { get; set; }

    /// <summary>Whether this load reads past the cache, or for somebody who trusts nothing that is cached here; then what it reads in turn goes to the source too, or cached data would come in by the back door.</summary>
    internal bool IsBypass { get; }

    /// <summary>Whether a reader trusts nothing that this node has (PROTOCOL 7). Then what the load reads in turn comes from the source as well: it is no better known.</summary>
    internal bool FromSource { get; set; }

    internal object Arguments { get; }

    /// <summary>What surrounds its loader's calls, for those that ask.</summary>
    internal Ambient Surrounding =>
        Volatile.Read(ref _surrounding) ?? Interlocked.CompareExchange(ref _surrounding, Ambient.Of(this, _runtime.Owner), null) ?? _surrounding;

    /// <summary>Whether its loader has returned.</summary>
    internal bool HasLeftFlow => _leftFlow;

    internal TagMark[] Marks => Volatile.Read(ref _marks);

    /// <summary>Whether the load has begun: before that nothing is captured.</summary>
    internal bool HasBegun => _captured is not null;

    internal AppliedPosition Captured => _captured!;

    /// <summary>When that was, by the node's clock.</summary>
    internal long CapturedAt => _capturedAt;

    /// <summary>Latest moment the value may live to, by the node's clock; <see cref="long.MaxValue"/> when nothing limits it.</summary>
    internal long LivesUntil { get; private set; } = long.MaxValue;

    /// <summary>The load begins with what is captured now.</summary>
    /// <param name="captured">What the node has applied.</param>
    /// <param name="marks">The marks of its declared tags, of that position's table, acquired for it. Others may have the same array: it is copied when a tag is added.</param>
    /// <param name="minimumVersion">The lowest version that will do.</param>
    /// <param name="capturedAt">The node's clock.</param>
    internal void Begin(AppliedPosition captured, TagMark[] marks, long? minimumVersion, long capturedAt)
    {
        MinimumVersion = minimumVersion;
        _capturedAt = capturedAt;
        _marks = marks;
        _captured = captured;
    }

    /// <summary>Adds a tag found in the data, such as the account of an invoice read by its own id.</summary>
    /// <exception cref="UnknownDeclarationException">The query does not declare the tag's kind with <c>FindsTags</c>.</exception>
    /// <exception cref="InvalidOperationException">The load has ended.</exception>
    public void AddTag(Tag tag)
    {
        if (!Query.TagsFound.Any(kind => kind.Name == tag.Kind))
            throw new UnknownDeclarationException("tag kind", tag.Kind, $"The loader of '{Query.Name}' added it: declare it on the query with .FindsTags(...), so that the events that reach the query are known.");
        AddMark(tag);
    }

    /// <summary>Lets the value live shorter than its policy says, counted from before the load began. Longer is ignored.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The time is negative.</exception>
    /// <exception cref="InvalidOperationException">The load has ended.</exception>
    public void ExpireWithin(TimeSpan timeToLive)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(timeToLive, TimeSpan.Zero);
        LimitTo(_capturedAt + (long)timeToLive.TotalMilliseconds);
    }

    /// <summary>Answers this time without storing the value.</summary>
    /// <exception cref="InvalidOperationException">The load has ended.</exception>
    public void DoNotCache()
    {
        lock (this)
        {
            TellLocked();
            IsCacheable = false;
        }
    }

    /// <summary>Refuses a read that this load has not declared, or that would wait for itself.</summary>
    internal void RequireMayRead(QueryRuntime inner, object arguments)
    {
        if (IsWithin(inner, arguments))
            throw new InvalidOperationException($"The loader of '{Query.Name}' reads '{inner.Name}' with arguments that are being loaded for it: it would wait for itself. Read the source there.");
        if (Query.IsUndeclared || inner.Declared.Declaration.IsUndeclared) return; // a caller of a hybrid cache declares nothing
        if (!Query.QueriesRead.Contains(inner.Declared.Declaration))
            throw new UnknownDeclarationException("cached query", inner.Name, $"The loader of '{Query.Name}' read it: declare that with .Reads(...), so that the events that reach it are known.");
    }

    /// <summary>What the loader call reads, when it serves other loads as well; null when it serves this one alone.</summary>
    internal BatchFindings? Batch { get; set; }

    /// <summary>Takes over what a cached query read by this loader depends on: its tags outdate this value too, and it lives no longer.</summary>
    /// <param name="entry">What was read.</param>
    /// <param name="of">The query it was read from.</param>
    internal void Include(Entry entry, QueryRuntime of)
    {
        if (Batch is { } batch)
        {
            batch.Include(entry);
            return;
        }
        foreach (var mark in entry.Marks) AddMark(mark.Tag);
        if (Query.IsUndeclared) AddMark(of.AllOf); // a declared query says what it reads, and is flushed with it
        LimitTo(entry.ExpiresAt);
        if (!entry.IsCacheable) DoNotCache();
    }

    /// <summary>Takes over what its batch has found. Nothing when it was given up meanwhile.</summary>
    internal void TakeOver(IReadOnlySet<Tag> tags, long livesUntil, bool isCacheable)
    {
        lock (this)
        {
            if (!TryTellLocked()) return;
            LivesUntil = Math.Min(LivesUntil, livesUntil);
            IsCacheable &= isCacheable;
            if (tags.Count == 0) return;
            var known = _marks.Select(mark => mark.Tag).ToHashSet();
            Volatile.Write(ref _marks, [.. _marks, .. Captured.Marks.Acquire([.. tags.Where(tag => !known.Contains(tag))])]);
        }
    }

    /// <summary>Whether this load, or one that waits for it, is loading the same thing: then waiting would never end.</summary>
    private bool IsWithin(QueryRuntime runtime, object arguments)
    {
        for (var load = this; load is not null; load = load._outer)
        {
            if (ReferenceEquals(load._runtime, runtime) && load.Serves(arguments)) return true;
        }
        return false;
    }

    private bool Serves(object arguments) =>
        Batch is null ? Arguments.Equals(arguments) : Batch.Contexts.Any(context => context.Arguments.Equals(arguments));

    /// <summary>Whether this load, or one that waits for it, is of a query.</summary>
    internal bool IsWithin(QueryRuntime runtime)
    {
        for (var load = this; load is not null; load = load._outer)
        {
            if (ReferenceEquals(load._runtime, runtime)) return true;
        }
        return false;
    }

    /// <summary>Takes the place and the marks of a value that was loaded elsewhere, and gives its own marks back. False when the load has ended: the marks are still the caller's.</summary>
    /// <remarks>The caller holds the query's gate, where joiners look at both.</remarks>
    internal bool TryTakeOver(AppliedPosition captured, TagMark[] marks, long capturedAt)
    {
        TagMark[] own;
        lock (this)
        {
            if (!TryTellLocked()) return false;
            own = _marks;
            (_captured, _capturedAt) = (captured, capturedAt);
            Volatile.Write(ref _marks, marks);
        }
        captured.Marks.Release(own); // of the same table: a value of another epoch is not taken over
        return true;
    }

    /// <summary>Moves to what the node has applied by now, unless the log has changed meanwhile. Before the loader is called, under the query's gate.</summary>
    internal void CaptureAgain(AppliedPosition applied)
    {
        if (ReferenceEquals(applied.Marks, Captured.Marks)) _captured = applied;
    }

    /// <summary>Nothing more is said: what it is made of stands.</summary>
    internal void End()
    {
        if (Interlocked.CompareExchange(ref _stage, Ended, Silent) != Told) return;
        lock (this) _stage = Ended; // behind whatever is just being said
    }

    // Of the first word and the end one comes first: either the end waits for the word, or the word comes too late.
    private bool TryTellLocked() => Interlocked.CompareExchange(ref _stage, Told, Silent) != Ended;

    /// <summary>Its loader has returned: what it started and what outlives it is no longer part of a load, though the surrounding still flows there.</summary>
    internal void LeaveFlow() => _leftFlow = true;

    internal void ReleaseMarks() => Captured.Marks.Release(Marks);

    private void LimitTo(long livesUntil)
    {
        lock (this)
        {
            TellLocked();
            LivesUntil = Math.Min(LivesUntil, livesUntil);
        }
    }

    private void AddMark(Tag tag)
    {
        lock (this)
        {
            TellLocked();
            if (Array.Exists(_marks, mark => mark.Tag == tag)) return;
            // From the marks captured with the position: marks of a later epoch would know nothing of this one's.
            Volatile.Write(ref _marks, [.. _marks, Captured.Marks.Acquire(tag)]);
        }
    }

    private void TellLocked()
    {
        if (!TryTellLocked()) throw new InvalidOperationException($"The load of '{Query.Name}' was told something after it had ended, or had been given up at its LoadTimeout. Await everything the loader starts.");
    }
}
