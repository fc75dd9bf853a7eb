namespace Freshet;

/// <summary>What waits for its turn at the source: one load, or one for many keys.</summary>
internal interface ISourceLoad
{
    /// <summary>Its turn has come: begins, on a thread of its own. False when nobody wants it any more; then the turn is the next one's.</summary>
    bool TryBegin();

    /// <summary>Whether anybody still waits for it.</summary>
    bool IsWanted { get; }

    /// <summary>Ends it with an error, because it could not begin.</summary>
    void Abort(Exception error);
}

/// <summary>Bounds how many loads of one query ask the source at the same time; the others wait in the order they came (S32).</summary>
/// <remarks>
/// A turn ends when the loader has returned, not when its readers have stopped waiting: a source that hangs is not relieved by
/// asking it again, and again, from loads whose readers have given up.
/// </remarks>
/// <param name="gate">The query's gate, which is held anyway when a load takes its turn and when it has landed.</param>
/// <param name="limit">How many may ask at the same time.</param>
internal sealed class LoadGate(Lock gate, Func<int> limit)
{
    /// <summary>Most loads in the queue, for each one that may run. Past it a load is refused at once: it would only wait to be refused later.</summary>
    internal const int QueuedPerTurn = 16;

    private readonly Queue<ISourceLoad> _waiting = new(); // both guarded by the gate
    private int _running;

    /// <summary>Loads that have their turn.</summary>
    public int Running => Volatile.Read(ref _running);

    /// <summary>Loads that wait for it.</summary>
    public int Waiting
    {
        get
        {
            lock (gate) return _waiting.Count;
        }
    }

    /// <summary>Takes a turn, if one is free and nobody came before.</summary>
    public bool TryEnterLocked()
    {
        if (_waiting.Count > 0 || _running >= limit()) return false;
        _running++;
        return true;
    }

    /// <summary>Takes a turn beyond the limit, for a load that another one of the same query waits for.</summary>
    public void EnterNestedLocked() => _running++;

    /// <summary>Queues a load. False when the queue is full.</summary>
    public bool TryQueue(ISourceLoad load)
    {
        lock (gate)
        {
            var most = (long)limit() * QueuedPerTurn;
            if (_waiting.Count >= most) ForgetUnwantedLocked();
            if (_waiting.Count >= most) return false;
            _waiting.Enqueue(load);
            return true;
        }
    }

    /// <summary>Begins a load that was given a turn; the turn is the next one's when nobody wants it, or it cannot begin.</summary>
    public void Begin(ISourceLoad load)
    {
        if (!TryBegin(load)) Leave();
    }

    /// <summary>Ends a turn, and hands it to whoever has waited longest.</summary>
    public void Leave()
    {
        lock (gate) LeaveLocked();
        Advance();
    }

    /// <summary>Ends a turn. Call <see cref="Advance"/> once the gate is free.</summary>
    public void LeaveLocked() => _running--;

    /// <summary>Hands out free turns. Called when one has ended, and when something was queued while the last one ended.</summary>
    public void Advance()
    {
        // Seen without the gate: who was queued before the turn ended is seen here, and who is queued later looks for free turns then.
        while (_waiting.Count > 0)
        {
            ISourceLoad? next;
            lock (gate)
            {
                if (_running >= limit() || !_waiting.TryDequeue(out next)) return;
                _running++;
            }
            if (TryBegin(next)) continue; // the limit may have been raised: perhaps there is a turn for another
            lock (gate) _running--;
        }
    }

    // Beginning asks for the key's hash and equality, which are the user's code. Whoever ends a turn here is another load, and must
    // not fail for this one's key.
    private static bool TryBegin(ISourceLoad load)
    {
        try
        {
            return load.TryBegin();
        }
#pragma warning disable CA1031 // It is the load's own failure, and is handed to those who wait for it.
        catch (Exception error)
#pragma warning restore CA1031
        {
            load.Abort(error);
            return false;
        }
    }

    // Those whose readers have left stand in the queue until somebody looks: then readers who left cannot keep others out.
    private void ForgetUnwantedLocked()
    {
        for (var i = _waiting.Count; i > 0; i--)
        {
            var load = _waiting.Dequeue();
            if (load.IsWanted) _waiting.Enqueue(load);
        }
    }
}
