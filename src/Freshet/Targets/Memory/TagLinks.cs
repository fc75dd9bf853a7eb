using System.Collections.Concurrent;
using Microsoft.Extensions.Logging;

namespace Freshet;

/// <summary>The tags that entries of foreign memory caches carry, told of each record as part of its append: no write answers before its entries read as outdated.</summary>
/// <remarks>
/// A tag's signal is held by the tokens of the entries that carry it and only weakly from here, so a tag nobody carries any more goes
/// with its last entry, and so does a whole cache that was dropped without a word. Its row is pruned as rows are added.
/// </remarks>
internal sealed class TagLinks(Node node, RecordHistory history, bool observeOnly, TargetCounters counters, ILogger logger)
{
    private const int LeastRows = 256;

    private readonly Lock _gate = new(); // making and pruning rows; looking one up takes no lock
    private readonly ConcurrentDictionary<Tag, WeakReference<TagSignal>> _rows = new();
    private readonly ConcurrentDictionary<TagRegistration, bool> _rooted = new();
    private int _made;                         // guarded by _gate; the rows, whose own count takes every lock of the table
    private int _pruneAt = LeastRows;          // guarded by _gate
    private Epoch _epoch = node.Applied.Position.Epoch; // used under the log's gate
    private long _generation;

    /// <summary>Grows when everything captured before counts as outdated.</summary>
    public long Generation => Volatile.Read(ref _generation);

    /// <summary>Rows in the table, those of tags nobody carries any more included.</summary>
    public int Count => _rows.Count;

    /// <summary>Callbacks that are kept though nobody may hold their tokens.</summary>
    public int RootedCount => _rooted.Count;

    public CapturedPosition Capture() => new(this, node.Applied.Position, Generation);

    /// <summary>The caller holds the log's gate, and the record is in the history.</summary>
    public void Apply(LogRecord record)
    {
        if (observeOnly) return;
        if (record.Epoch != _epoch)
        {
            _epoch = record.Epoch;
            Reset();
        }
        foreach (var invalidation in record.Invalidations)
        {
            // No row, nobody carries the tag. Whoever is just about to makes the row first and looks into the history afterwards.
            if (!_rows.TryGetValue(invalidation.Tag, out var row) || !row.TryGetTarget(out var signal)) continue;
            signal.Invalidate(record.Position);
            if (signal.HasRegistrations) RunLater(signal);
        }
        counters.NoteApplied(record);
    }

    public TagChangeToken TokenFor(Tag tag, CapturedPosition captured, bool isRooted)
    {
        if (tag.IsDefault) throw new InvalidKeyException("tag", "the tag", KeyFault.Null);
        var token = new TagChangeToken(this, SignalOf(tag), captured.Position.Position, captured.Generation, isRooted);
        // The row before the look at the log. Else: this thread reads position 7, as captured -> 8 is applied and finds no row -> the
        // row appears, and nobody ever tells it of 8.
        Interlocked.MemoryBarrier();
        if (!observeOnly && history.IsInvalidatedSince(captured.Position, node.Applied.Position, each => each == tag)) token.MarkBornChanged();
        return token;
    }

    public IDisposable Register(TagChangeToken token, Action<object?> callback, object? state)
    {
        var registration = new TagRegistration(this, token, callback, state);
        if (token.IsRooted) _rooted[registration] = true;
        token.Signal.Add(registration);
        // An invalidation just before Add saw nobody to call.
        if (token.HasChanged) RunLater(token.Signal);
        return registration;
    }

    public void Forget(TagRegistration registration)
    {
        if (registration.Token.IsRooted) _rooted.TryRemove(registration, out _);
    }

    /// <summary>Outdates everything: the log starts over.</summary>
    public void StartOver(Epoch epoch)
    {
        if (observeOnly) return;
        _epoch = epoch;
        Reset();
    }

    private void Reset()
    {
        Interlocked.Increment(ref _generation);
        counters.NoteResetApplied();
        foreach (var (_, row) in _rows)
        {
            if (row.TryGetTarget(out var signal) && signal.HasRegistrations) RunLater(signal);
        }
    }

    private TagSignal SignalOf(Tag tag)
    {
        if (_rows.TryGetValue(tag, out var row) && row.TryGetTarget(out var signal)) return signal;
        lock (_gate)
        {
            if (_rows.TryGetValue(tag, out row) && row.TryGetTarget(out signal)) return signal;
            signal = new TagSignal(tag);
            if (row is null) _made++;
            _rows[tag] = new WeakReference<TagSignal>(signal);
            if (_made >= _pruneAt) PruneLocked();
            return signal;
        }
    }

    private void PruneLocked()
    {
        foreach (var (tag, row) in _rows)
        {
            if (!row.TryGetTarget(out _) && _rows.TryRemove(tag, out _)) _made--;
        }
        _pruneAt = Math.Max(LeastRows, _made * 2);
    }

    // Callbacks are foreign code, and may be a hundred thousand: not under the log's gate, and not on the write's time.
    private void RunLater(TagSignal signal) =>
        ThreadPool.UnsafeQueueUserWorkItem(static work => work.links.Run(work.signal), (links: this, signal), preferLocal: false);

    private void Run(TagSignal signal)
    {
        foreach (var registration in signal.TakeChanged())
        {
            Forget(registration);
            try
            {
                registration.Run();
            }
            catch (Exception failure)
            {
                Tell(failure, signal.Tag);
            }
        }
    }

    private void Tell(Exception failure, Tag tag)
    {
        try
        {
            logger.CallbackThrew(failure, tag);
        }
        catch (Exception)
        {
            // On a thread of the pool, so what a broken log provider throws would end the process.
        }
    }
}
