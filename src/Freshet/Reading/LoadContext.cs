namespace Freshet;

/// <summary>What a loader may say about the value it loads.</summary>
public sealed class LoadContext
{
    private readonly Lock _gate = new();
    private readonly QueryRuntime _runtime;
    private readonly AppliedPosition _captured;
    private readonly LoadContext? _outer;
    private readonly long _capturedAt;
    private TagMark[] _marks; // copied on write under _gate, read by joiners without it
    private bool _ended;

    internal LoadContext(QueryRuntime runtime, object arguments, AppliedPosition captured, IReadOnlyList<Tag> tags, long? minimumVersion, LoadContext? outer, bool isBypass, long capturedAt)
    {
        _runtime = runtime;
        _captured = captured;
        _outer = outer;
        IsBypass = isBypass;
        _capturedAt = capturedAt;
        _marks = captured.Marks.Acquire(tags);
        Arguments = arguments;
        MinimumVersion = minimumVersion;
    }

    /// <summary>The cached query that is loading.</summary>
    public CachedQuery Query => _runtime.Declared.Declaration;

    /// <summary>The lowest version that will do, because a reader asks for it or because it was served before; null when any will. A loader with a choice of replicas asks one that has it.</summary>
    public long? MinimumVersion { get; internal set; }

    /// <summary>Whether the value will be offered to the store.</summary>
    public bool IsCacheable { get; private set; } = true;

    /// <summary>Whether the loader has said "not found" of a row that was served before.</summary>
    internal bool WasNotFound { get; set; }

    /// <summary>Whether this load reads past the cache, or for somebody who trusts nothing that is cached here; then what it reads in turn goes to the source too, or cached data would come in by the back door.</summary>
    internal bool IsBypass { get; }

    internal object Arguments { get; }

    internal TagMark[] Marks => Volatile.Read(ref _marks);

    internal AppliedPosition Captured => _captured;

    /// <summary>Latest moment the value may live to, by the node's clock; <see cref="long.MaxValue"/> when nothing limits it.</summary>
    internal long LivesUntil { get; private set; } = long.MaxValue;

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
        lock (_gate)
        {
            ThrowIfEndedLocked();
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
    internal void Include(Entry entry)
    {
        if (Batch is { } batch)
        {
            batch.Include(entry);
            return;
        }
        foreach (var mark in entry.Marks) AddMark(mark.Tag);
        LimitTo(entry.ExpiresAt);
        if (!entry.IsCacheable) DoNotCache();
    }

    /// <summary>Takes over what its batch has found. Nothing when it was given up meanwhile.</summary>
    internal void TakeOver(IReadOnlySet<Tag> tags, long livesUntil, bool isCacheable)
    {
        lock (_gate)
        {
            if (_ended) return;
            LivesUntil = Math.Min(LivesUntil, livesUntil);
            IsCacheable &= isCacheable;
            if (tags.Count == 0) return;
            var known = _marks.Select(mark => mark.Tag).ToHashSet();
            Volatile.Write(ref _marks, [.. _marks, .. _captured.Marks.Acquire([.. tags.Where(tag => !known.Contains(tag))])]);
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

    internal void End()
    {
        lock (_gate) _ended = true;
    }

    internal void ReleaseMarks() => _captured.Marks.Release(Marks);

    private void LimitTo(long livesUntil)
    {
        lock (_gate)
        {
            ThrowIfEndedLocked();
            LivesUntil = Math.Min(LivesUntil, livesUntil);
        }
    }

    private void AddMark(Tag tag)
    {
        lock (_gate)
        {
            ThrowIfEndedLocked();
            if (Array.Exists(_marks, mark => mark.Tag == tag)) return;
            // From the marks captured with the position: marks of a later epoch would know nothing of this one's.
            Volatile.Write(ref _marks, [.. _marks, _captured.Marks.Acquire(tag)]);
        }
    }

    private void ThrowIfEndedLocked()
    {
        if (_ended) throw new InvalidOperationException($"The load of '{Query.Name}' was told something after it had ended, or had been given up at its LoadTimeout. Await everything the loader starts.");
    }
}
