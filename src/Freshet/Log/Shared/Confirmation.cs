namespace Freshet;

/// <summary>How far a node's knowledge of a shared log may be trusted: when it last was at the head, and whether it holds a read lease (R4, R7).</summary>
/// <param name="clock">The node's clock.</param>
/// <param name="margin">How far the two clocks of this machine may differ before neither is believed.</param>
internal sealed class Confirmation(Clock clock, TimeSpan margin)
{
    private readonly long _margin = (long)margin.TotalMilliseconds;
    private readonly Lock _gate = new();
    private Proof? _proof; // replaced under _gate, never changed; null: nothing is known
    private long _terms;   // written under _gate
    private int _changing; // guarded by _gate: how many changes of what a lease must speak for are under way

    /// <summary>An exchange that found this node at the head.</summary>
    /// <param name="At">When its request was sent, by the node's clock: what it proves was true then or later.</param>
    /// <param name="WallAt">The same by the machine's wall clock, in milliseconds.</param>
    /// <param name="LeaseUntil">When the lease it granted runs out, by the node's clock; its own beginning when it granted none.</param>
    private sealed record Proof(long At, long WallAt, long LeaseUntil);

    /// <summary>When the node last was known to be at the head, by its own clock; null before the first time.</summary>
    public long? ConfirmedAt => Volatile.Read(ref _proof)?.At;

    /// <summary>How long ago that was, by whichever clock of the machine says more: the node's own may have stood still (PROTOCOL 20). Null before the first time.</summary>
    public TimeSpan? Unconfirmed => Volatile.Read(ref _proof) is { } proof ? TimeSpan.FromMilliseconds(Math.Max(clock.Now - proof.At, clock.WallNow - proof.WallAt)) : null;

    /// <summary>Grows when what exchanges under way have asked for no longer holds. Read it before asking.</summary>
    public long Terms => Volatile.Read(ref _terms);

    /// <summary>Whether a lease is held now.</summary>
    public bool HoldsLease => Covers(0, clock.Now);

    /// <summary>Whether a query may be served from memory.</summary>
    /// <param name="maxStaleness">Its bound in milliseconds; 0 asks for a lease.</param>
    /// <param name="now">The node's clock, read after the read began (PROTOCOL 9).</param>
    public bool Covers(long maxStaleness, long now)
    {
        if (Volatile.Read(ref _proof) is not { } proof) return false;
        if (maxStaleness > 0 ? now - proof.At > maxStaleness : now >= proof.LeaseUntil) return false;
        // The clock of a machine that was suspended may not have moved meanwhile (PROTOCOL 20): a laptop sleeps for an hour -> by its
        // own clock the lease has another second -> everything written in that hour would go unseen. The wall clock has moved.
        return Math.Abs(clock.WallNow - proof.WallAt - (now - proof.At)) <= _margin;
    }

    /// <summary>Takes in an exchange, once everything up to its head is applied and the node still is in its epoch.</summary>
    /// <param name="terms">The terms before it was asked for.</param>
    /// <param name="at">When its request was sent, by the node's clock.</param>
    /// <param name="wallAt">The same by the wall clock.</param>
    /// <param name="lease">The lease it granted; null for none.</param>
    /// <returns>False when the terms have changed since: it says nothing.</returns>
    public bool TryConfirm(long terms, long at, long wallAt, TimeSpan? lease)
    {
        lock (_gate)
        {
            if (terms != _terms || _changing > 0) return false;
            Volatile.Write(ref _proof, new Proof(at, wallAt, at + (long)(lease ?? TimeSpan.Zero).TotalMilliseconds));
            return true;
        }
    }

    /// <summary>Nothing is known any more: before another epoch is adopted.</summary>
    public void Forget()
    {
        lock (_gate) Volatile.Write(ref _proof, null);
    }

    /// <summary>Gives the lease up, and refuses the one that an exchange under way may bring: the node stops, or a lease must speak for more than was asked for.</summary>
    /// <remarks>
    /// Forgetting alone would not do:
    ///   an exchange renews the lease and its reply is on the way -> the node stops, forgets, and has its row removed -> the reply
    ///   comes -> reads that are still running are served under a lease that no writer knows of.
    /// </remarks>
    /// <param name="change">Changes what a lease must speak for; nothing confirms meanwhile.</param>
    public void Revoke(Action? change = null)
    {
        lock (_gate)
        {
            _changing++;
            Volatile.Write(ref _proof, null);
        }
        // Neither before the change alone nor after it:
        //   revoked first: an exchange is asked for, for the old kinds -> the change -> its lease serves what it does not speak for;
        //   changed first: the lease that is held serves what it does not speak for, until it is revoked.
        try
        {
            change?.Invoke();
        }
        finally
        {
            lock (_gate)
            {
                _changing--;
                _terms++;
            }
        }
    }
}
