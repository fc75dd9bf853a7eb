namespace Freshet.Simulation;

/// <summary>Which writes were committed while a hold of theirs stood (R8), as far as the log could know.</summary>
internal sealed class HeldWrites(History history)
{
    private readonly ILookup<int, HoldFact> _holds = history.Holds.ToLookup(hold => hold.Write);

    /// <summary>Whether no high query may be older than this write, from its commit on.</summary>
    /// <remarks>
    /// Its process was told that the hold is placed, nobody has ended it as overdue before the commit, and the log that had it is not
    /// gone; or the log that came after it has it again, from before anybody could trust that it has all, or is that young still.
    /// </remarks>
    public bool Contains(WriteFact write)
    {
        if (write.CommittedAt < 0 || write.HeldAt < 0 || _holds[write.Number].Any(hold => hold.IsEnd && hold.At <= write.CommittedAt)) return false;
        var last = history.EpochAt(write.CommittedAt);
        for (var epoch = history.EpochAt(write.HoldAskedAt) + 1; epoch <= last; epoch++)
        {
            var trustedAt = Math.Min(history.Matured[epoch], write.CommittedAt);
            if (history.Matured[epoch] < write.CommittedAt && !_holds[write.Number].Any(hold => !hold.IsEnd && hold.Place.Epoch == epoch && hold.At < trustedAt)) return false;
        }
        return true;
    }

    /// <summary>Whether somebody ended its hold after its commit, with an expiry of its tags.</summary>
    public bool WasExpired(WriteFact write) => _holds[write.Number].Any(hold => hold.IsEnd && hold.At >= write.CommittedAt);

    /// <summary>What was placed and ended for a write, to be told.</summary>
    public IEnumerable<HoldFact> Of(WriteFact write) => _holds[write.Number];
}
