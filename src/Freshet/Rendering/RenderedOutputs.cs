namespace Freshet;

/// <summary>The rendered outputs of one node, and the renders that are running. Entries like any other: same marks, same limits, same eviction.</summary>
internal sealed partial class RenderedOutputs(Node node, NodeStore store, FreshetOptions options)
{
    /// <summary>How long others may join a render, and wait for it. One that hangs must not hold up everyone who comes after.</summary>
    internal static readonly TimeSpan MostWait = TimeSpan.FromSeconds(10);

    private readonly EntryStore<string, RenderedOutput> _store = new(store, RenderedOutput.SizeOf);
    private readonly long _maxTimeToLive = (long)options.MaxTimeToLive.TotalMilliseconds;
    private readonly Dictionary<string, Rendering> _running = []; // the newest shared render of each key; guarded by Gate
    private readonly LoadList _underWay = node.Running.Open(new Lock());
    private readonly OutputTagEvictions _evictions = new(); // guarded by Gate
    private bool _anyOutputTags; // whether a page ever carried one; guarded by Gate

    public EntryStore Store => _store;

    private Lock Gate => _store.Gate; // the running renders, and what is put into the store

    public Node Node => node;

    public Clock Clock => node.Clock;

    /// <summary>Looks an output up, and begins a render when there is nothing to serve or to join.</summary>
    /// <param name="order">What is wanted.</param>
    /// <param name="required">Position it must include: the reader's token, or where an earlier attempt of the same request stood; 0 for none.</param>
    public RenderLookup Find(RenderOrder order, long required)
    {
        // Before the entry: one that is removed in between gives its marks back, and says nothing of what comes after.
        var applied = node.Applied;
        var found = _store.TryGet(order.Key, out var entry);
        if (found && StepFor(entry!, applied, required) is { } step) return new(step, entry, null, applied, false);
        lock (Gate)
        {
            applied = node.Applied;
            // Once more under the gate: a render may have landed since the miss.
            found = _store.TryGet(order.Key, out entry);
            if (found && StepFor(entry!, applied, required) is { } late) return new(late, entry, null, applied, false);
            if (_running.TryGetValue(order.Key, out var running) && CanBeJoinedLocked(running, applied, required))
                return new(RenderStep.Join, null, running, applied, found);
            return new(RenderStep.Render, null, BeginLocked(order, isShared: true), applied, found);
        }
    }

    /// <summary>How current this node must be to answer from what it has of a key, stored or being rendered.</summary>
    public RenderBound BoundOf(string key) =>
        node.Confirmation is not null && IsRendering(key) ? RenderBound.Strictest : _store.TryGet(key, out var entry) ? entry.Value.Bound : RenderBound.Loosest;

    /// <summary>Begins a render without looking what is there.</summary>
    /// <param name="order">What is wanted.</param>
    /// <param name="isShared">Whether others may join it.</param>
    public Rendering Begin(RenderOrder order, bool isShared)
    {
        lock (Gate) return BeginLocked(order, isShared);
    }

    /// <summary>Whether this output, and no other of its key, is what is stored.</summary>
    public bool IsStored(Entry<RenderedOutput> output) => _store.TryGet(((Entry<string, RenderedOutput>)output).Key, out var present) && ReferenceEquals(present, output);

    /// <summary>Whether a render is running that whoever comes now could join.</summary>
    public bool IsRendering(string key)
    {
        lock (Gate) return _running.TryGetValue(key, out var running) && CanBeJoinedLocked(running, node.Applied, 0);
    }

    /// <summary>Whether a stored output may be served, and how.</summary>
    private RenderStep? StepFor(Entry<RenderedOutput> entry, AppliedPosition applied, long required)
    {
        var now = Clock.Now;
        if (entry.ExpiresAt <= now) return null;
        return Judge(entry, applied, now) switch
        {
            Verdict.Fresh when entry.RefreshAt > now => RenderStep.Serve,
            // A reader whose own write is newer than the page gets no leniency of any kind (PROTOCOL 11).
            Verdict.Fresh when entry.Loaded.Position >= required => RenderStep.ServeAged,
            Verdict.Stale when entry.Loaded.Position >= required => RenderStep.ServeStale,
            _ => null,
        };
    }

    /// <summary>The marks' verdict, and where a part accepts nothing stale, stricter.</summary>
    private static Verdict Judge(Entry<RenderedOutput> entry, AppliedPosition applied, long now)
    {
        var verdict = entry.Judge(applied, now, HoldsAt(entry, applied));
        return verdict == Verdict.Stale && entry.Value.IsStrictlyOutdated(entry.Loaded.Position) ? Verdict.Expired : verdict;
    }

    /// <summary>Whether an output may show what is older than the last commit, to whoever came at a position: a write was on its way then that a high part of it waits for (R8).</summary>
    /// <remarks>
    /// Asked by those who waited for a render, when its parts are known:
    ///   a hold is placed -> a render begins and reads a high part -> the write is committed -> a request comes and joins the render.
    /// </remarks>
    public static bool WasHeld(Entry<RenderedOutput> entry, AppliedPosition at) => HoldsAt(entry, at)?.Touch(entry.Marks) == true;

    // Whichever part carries the tag: a page with a high part is judged as a whole.
    private static StandingHolds? HoldsAt(Entry<RenderedOutput> entry, AppliedPosition applied) => entry.Value.Bound.MaxStaleness == 0 ? applied.Holds : null;

    /// <summary>A render may be joined while it is not outdated now for the tags known so far, and began late enough (R2).</summary>
    private bool CanBeJoinedLocked(Rendering running, AppliedPosition now, long required)
    {
        // One that has ended is here until it is stored or given up, and tells those who join it then: else whoever comes in between renders again.
        if (running.CapturedAt + (long)MostWait.TotalMilliseconds <= Clock.Now) return false;
        var loaded = running.Interval.Loaded;
        return running.IsOf(now.Marks)
            && loaded.Position >= required
            && running.Refusal == RenderRefusal.None
            && running.EvictionsAtStart == _evictions.Count
            && !Entry.InvalidatedAfterLoad(loaded.Position, running.Marks);
    }

    private Rendering BeginLocked(RenderOrder order, bool isShared)
    {
        var applied = node.Applied; // before anything of the page is read (PROTOCOL 1)
        var rendering = new Rendering(order, applied, Clock.Now, isShared, _evictions.Count);
        _underWay.Enter(rendering);
        if (isShared) _running[order.Key] = rendering;
        return rendering;
    }

    private void ForgetLocked(Rendering rendering)
    {
        if (_running.TryGetValue(rendering.Order.Key, out var running) && ReferenceEquals(running, rendering)) _running.Remove(rendering.Order.Key);
    }
}
