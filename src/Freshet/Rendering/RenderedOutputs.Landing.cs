namespace Freshet;

internal sealed partial class RenderedOutputs
{
    /// <summary>Takes in what was rendered: stores it unless it may not be stored or something newer is there, and tells those who wait.</summary>
    /// <param name="rendering">The render.</param>
    /// <param name="content">What it gave.</param>
    /// <param name="outputTags">Output caching's own tags.</param>
    /// <param name="duration">How long output caching's own policies let it live.</param>
    /// <returns>Whether it was stored.</returns>
    public bool Land(Rendering rendering, byte[] content, IReadOnlyList<string> outputTags, TimeSpan duration)
    {
        if (!rendering.TryFinish(content, outputTags, LongestLife(rendering.Order, duration), out var entry)) return false;
        if (entry is null)
        {
            Leave(rendering, new RenderEnd(null, 0, HasFailed: false));
            return false;
        }

        // While the marks are held: valid now if nothing outdated it, else known valid only where it began.
        var applied = node.Applied;
        var verdict = Judge(entry, applied, Clock.Now);
        var validAt = verdict == Verdict.Fresh ? applied.Position.Position : entry.Loaded.Position;
        var bytes = _store.Estimate(rendering.Order.Key, entry);
        var stored = false;
        var isEvicted = false;
        lock (Gate)
        {
            ForgetLocked(rendering);
            _anyOutputTags |= outputTags.Count > 0;
            isEvicted = _evictions.HaveSince(rendering.EvictionsAtStart, outputTags);
            // Outdated already (R1), held (R8), dead already (PROTOCOL 4): those who came before may have it, nobody after.
            if (verdict < Verdict.Expired && entry.ExpiresAt > Clock.Now && !isEvicted && !IsLateLocked(entry, rendering.Order.Key))
                stored = _store.PutLocked(rendering.Order.Key, entry, bytes);
        }
        if (stored) _store.MakeRoom(entry);
        else rendering.ReleaseMarks();
        _underWay.Leave(rendering);
        rendering.Complete(isEvicted ? new RenderEnd(null, 0, HasFailed: true) : new RenderEnd(entry, validAt, HasFailed: false));
        return stored;
    }

    /// <summary>Ends a render that gave nothing to store.</summary>
    /// <param name="rendering">The render.</param>
    /// <param name="failed">Whether it broke off, so that a waiter takes over; otherwise its answer was not meant for others, and each renders alone.</param>
    public void Abandon(Rendering rendering, bool failed)
    {
        if (rendering.TryEnd()) Leave(rendering, new RenderEnd(null, 0, failed));
    }

    /// <summary>Lets nobody be served from an entry any more. The next sweep returns its memory.</summary>
    public static void Drop(Entry<RenderedOutput> entry) => entry.ExpireBy(entry.CapturedAt);

    /// <summary>Removes what carries one of output caching's own tags, and keeps renders that began before from being stored or joined.</summary>
    public void EvictTagged(string outputTag)
    {
        lock (Gate)
        {
            _evictions.Note(outputTag); // before the look around: what lands in between is either refused or found
            if (!_anyOutputTags) return;
        }
        foreach (var entry in _store.Snapshot())
        {
            if (((Entry<RenderedOutput>)entry).Value.OutputTags.Contains(outputTag)) Drop((Entry<RenderedOutput>)entry);
        }
    }

    /// <summary>Removes what has died.</summary>
    public int Sweep(long now) => _store.RemoveExpired(now);

    private void Leave(Rendering rendering, RenderEnd end)
    {
        lock (Gate) ForgetLocked(rendering);
        rendering.ReleaseMarks();
        _underWay.Leave(rendering);
        rendering.Complete(end);
    }

    /// <summary>Whether a render that began later has landed already. The store compares positions; of two at the same position, what no tag tells apart is told by when they began.</summary>
    private bool IsLateLocked(Entry<RenderedOutput> entry, string key) =>
        _store.TryGet(key, out var present) && present.Loaded == entry.Loaded && present.CapturedAt > entry.CapturedAt && present.ExpiresAt > Clock.Now;

    /// <summary>Up to a tenth shorter than the profile says, never longer, so that pages rendered together do not die together.</summary>
    private long LongestLife(RenderOrder order, TimeSpan duration)
    {
        var jittered = (long)(order.Life * (0.9 + 0.1 * Random.Shared.NextDouble()));
        return Math.Min(Math.Min(jittered, _maxTimeToLive), (long)duration.TotalMilliseconds);
    }
}
