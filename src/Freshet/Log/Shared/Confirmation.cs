namespace Freshet;

/// <summary>How far a node's knowledge of a shared log may be trusted: when it last was at the head, and whether it holds a read lease (R4, R7).</summary>
/// <param name="clock">The node's clock.</param>
/// <param name="margin">How far the two clocks of this machine may differ before neither is believed.</param>
internal sealed class Confirmation(Clock clock, TimeSpan margin)
{
    private readonly long _margin = (long)margin.TotalMilliseconds;
    private Proof? _proof; // replaced, never changed; null: nothing is known

    /// <summary>An exchange that found this node at the head.</summary>
    /// <param name="At">When its request was sent, by the node's clock: what it proves was true then or later.</param>
    /// <param name="WallAt">The same by the machine's wall clock, in milliseconds.</param>
    /// <param name="LeaseUntil">When the lease it granted runs out, by the node's clock; its own beginning when it granted none.</param>
    private sealed record Proof(long At, long WallAt, long LeaseUntil);

    /// <summary>When the node last was known to be at the head, by its own clock; null before the first time.</summary>
    public long? ConfirmedAt => Volatile.Read(ref _proof)?.At;

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
    public void Confirm(long at, long wallAt, TimeSpan? lease) =>
        Volatile.Write(ref _proof, new Proof(at, wallAt, at + (long)(lease ?? TimeSpan.Zero).TotalMilliseconds));

    /// <summary>Nothing is known any more: before another epoch is adopted, and when the node stops.</summary>
    public void Forget() => Volatile.Write(ref _proof, null);
}
