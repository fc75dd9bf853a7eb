using System.Diagnostics.CodeAnalysis;
using System.Runtime.CompilerServices;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Freshet;

/// <summary>Reads of one cached query: the hit, and the way to a load.</summary>
internal sealed partial class QueryRuntime<TArgs, TValue> : QueryRuntime where TArgs : notnull
{
    private readonly EntryStore<TArgs, TValue> _store;
    private readonly long _maxTimeToLive;
    private readonly ILogger _logger;
    private readonly Confirmation? _confirmation;

    public QueryRuntime(CachedQuery<TArgs, TValue> query, DeclaredQuery declared, RuntimeParts parts) : base(declared, parts.Node)
    {
        Query = query;
        Owner = parts.Owner;
        Services = parts.Services;
        Loader = query.Loader!;
        _logger = parts.Logger;
        _confirmation = parts.Node.Confirmation;
        NeedsServices = query.LoaderNeedsServices || parts.HasScopeInitializer;
        LoadsBatches = query.BatchLoader is not null && !parts.HasScopeInitializer;
        _store = new EntryStore<TArgs, TValue>(parts.Store, query.SizeOfValue);
        Turns = new LoadGate(Gate, () => Policy.MaxConcurrentLoads);
        UnderWay = parts.Node.Running.Open(Gate);
        _maxTimeToLive = (long)parts.Options.MaxTimeToLive.TotalMilliseconds;
        SecondLevel = QuerySecondLevel<TArgs, TValue>.For(this, parts.SecondLevel);
    }

    public CachedQuery<TArgs, TValue> Query { get; }

    public override IFreshet Owner { get; }

    public IServiceScopeFactory Services { get; }

    public Loader<TArgs, TValue> Loader { get; }

    /// <summary>Whether a load needs a service scope at all.</summary>
    public bool NeedsServices { get; }

    /// <summary>Whether one loader call may serve several keys. Not where scopes are prepared from the arguments: each key's own scope is its tenant's.</summary>
    public bool LoadsBatches { get; }

    /// <summary>Who may ask the source.</summary>
    public LoadGate Turns { get; }

    public override EntryStore Store => _store;

    /// <summary>Its loads that have been asked for and have not ended.</summary>
    public LoadList UnderWay { get; }

    /// <summary>The hit: entry present, not outdated since it was last checked, alive, and this node as current as the query asks for. Takes no lock and allocates nothing.</summary>
    /// <param name="args">The key.</param>
    /// <param name="entry">What is stored, whether it will do or not; null for nothing.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool TryGetFresh(TArgs args, [NotNullWhen(true)] out Entry<TValue>? entry)
    {
        if (!_store.TryGet(args, out entry)) return false;
        // The lease before the position. The other way round:
        //   the lease has run out, so a writer waits for this node no longer -> a read sees position 5 -> the node hears of the write at
        //   6 and has a lease again -> the read finds the lease, and the entry unchanged at 5: it serves what was over before it began.
        var now = Clock.Now;
        if (entry.RefreshAt <= now || (_confirmation is not null && !_confirmation.Covers(MaxStaleness, now))) return false;
        // The position is read before the marks: a record applied in between is noticed by the next read (PROTOCOL 3).
        var applied = Node.Applied;
        return Volatile.Read(ref entry.CheckedSequence) == applied.Sequence || entry.Judge(applied, 0, HoldsAt(applied)) == Verdict.Fresh;
    }

    /// <summary>Reads with everything a surrounding may ask for.</summary>
    public ValueTask<Reading<TValue>> ReadAsync(TArgs args, in Need need, CancellationToken cancellationToken) =>
        TryAnswer(args, need) is { } present ? new(present) : LoadAsync(args, need, cancellationToken);

    /// <summary>The answer that is in memory, if it will do.</summary>
    internal Reading<TValue>? TryAnswer(TArgs args, in Need need)
    {
        if (need.FromSource) return null;
        // Before the entry: one that is removed in between gives its marks back, and says nothing of what comes after.
        var applied = Node.Applied;
        if (!_store.TryGet(args, out var entry)) return null;
        var now = Clock.Now;
        if (entry.ExpiresAt <= now || !need.AcceptsVersion(entry.Version)) return null;
        switch (entry.Judge(applied, now, HoldsAt(applied)))
        {
            case Verdict.Fresh:
                if (entry.RefreshAt <= now) RefreshEarly(args, entry);
                Counters.Hit();
                return new Reading<TValue>(entry, AnswerSource.Cache, applied.Position.Position, Satisfied: true);
            case Verdict.Stale when Policy.ServeStale && need.AcceptsStale(entry):
                RefreshInBackground(args, entry);
                Counters.NoteStale();
                return new Reading<TValue>(entry, AnswerSource.StaleCache, entry.Loaded.Position, Satisfied: true);
            default:
                return null;
        }
    }

    /// <summary>Reads the source and leaves the cache alone.</summary>
    [MethodImpl(MethodImplOptions.NoInlining)]
    public async ValueTask<Reading<TValue>> BypassAsync(TArgs args, Need need, bool satisfied, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        _ = Query.KeyOf(args);
        Counters.NoteBypass();
        var flight = new Flight<TArgs, TValue>(this, args, Query.TagsOf(args), need, isShared: false);
        lock (Gate)
        {
            if (TakeTurnLocked(need)) BeginLocked(flight);
        }
        flight.Start();
        var (entry, _) = await flight.WaitAsync(isStarter: true, cancellationToken).ConfigureAwait(false); // its own load: no link to it
        // Not settled, whatever it met on its way: it is read from the source because what is committed there is not in the log yet.
        return new Reading<TValue>(entry, AnswerSource.Bypass, entry.ValidNowhere, satisfied && need.AcceptsVersion(entry.Version));
    }

    private void RefreshEarly(TArgs args, Entry<TValue> entry)
    {
        entry.RefreshAt = entry.ExpiresAt; // the next hits are plain hits again; a load that fails sets it anew
        Counters.NoteEarlyRefresh();
        RefreshInBackground(args, entry);
    }

    public override int Sweep(long now)
    {
        var removed = _store.RemoveExpired(now - KeptPastTimeToLive);
        _failing.ForgetUnless(entry => entry.IsLinked);
        ForgetOtherMarks();
        return removed;
    }

    /// <summary>Prepares the services of a load from its arguments.</summary>
    public async ValueTask InitializeAsync(IServiceProvider services, TArgs args, CancellationToken cancellationToken)
    {
        foreach (var initializer in services.GetServices<IScopeInitializer>())
            await initializer.InitializeAsync(new LoadScope(services, Query, args), cancellationToken).ConfigureAwait(false);
    }

    /// <summary>The time to live in milliseconds, varied by 10 % so that entries written together do not die together, then clamped (PROTOCOL 4).</summary>
    internal long JitteredTimeToLive()
    {
        var timeToLive = Milliseconds(Policy.TimeToLive);
        return Math.Min(timeToLive - timeToLive / 10 + Random.Shared.NextInt64(2 * (timeToLive / 10) + 1), _maxTimeToLive);
    }

    /// <summary>The longest that its policy ever gives.</summary>
    internal long LongestTimeToLive()
    {
        var timeToLive = Milliseconds(Policy.TimeToLive);
        return Math.Min(timeToLive + timeToLive / 10, _maxTimeToLive);
    }

    // Without the division that TotalMilliseconds makes of it.
    internal static long Milliseconds(TimeSpan time) => time.Ticks / TimeSpan.TicksPerMillisecond;

    public override void Detach() => Interlocked.CompareExchange(ref Query.LastRuntime, null, this);

    public override int LoadsRunning => Turns.Running;

    protected override void AdvanceTurns() => Turns.Advance();

    // Under the gate, so that a load landing now either is stored before, and seen here, or reads the new policy (see Land).
    protected override void LimitTimeToLive(TimeSpan timeToLive)
    {
        lock (Gate) _store.LimitTimeToLive((long)timeToLive.TotalMilliseconds);
    }
}
