namespace Freshet;

/// <remarks>The end of a load: stored, failed or too late.</remarks>
internal sealed partial class QueryRuntime<TArgs, TValue>
{
    /// <summary>Takes in the result of a load: stores it unless it may not be stored or something newer is there. Null when the load has ended already.</summary>
    internal Landed<TValue>? Land(Flight<TArgs, TValue> flight, Entry<TValue> entry)
    {
        var args = flight.Args;
        var stored = false;
        // While the marks are held: valid now if nothing outdated it, else known valid only where it began.
        var applied = Node.Applied;
        var verdict = entry.Judge(applied, Clock.Now);
        var validAt = verdict == Verdict.Fresh ? applied.Position.Position : entry.Loaded.Position;
        var bytes = _store.Estimate(args, entry); // runs the query's own code, so before the gate
        lock (Gate)
        {
            if (!flight.TryEndLocked()) return null;
            ForgetLocked(flight);
            entry.ExpireBy(entry.CapturedAt + LongestTimeToLive()); // the policy may have been tightened during the load
            if (flight.IsShared && entry.IsCacheable && entry.ExpiresAt > Clock.Now
                && Need.Meets(entry.Version, flight.MinimumVersionLocked)
                && verdict != Verdict.Expired)
            {
                if (_store.TryGet(args, out var present) && QueryCounters.WasOutdatedByTag(present, entry)) flight.Outdated = present;
                stored = _store.PutLocked(args, entry, bytes);
            }
        }
        if (stored)
        {
            _failing.Forget(args);
            MakeRoom(entry);
        }
        else
        {
            flight.Context.ReleaseMarks();
        }
        return new Landed<TValue>(entry, validAt);
    }

    internal TArgs Kept(TArgs args) => Query.KeptArgs is { } keep ? keep(args) : args;

    /// <summary>Ends a load that failed. False when it has ended already.</summary>
    /// <param name="flight">The load.</param>
    /// <param name="error">Why it failed.</param>
    /// <param name="unheard">Whether it is to be logged, because it reaches nobody.</param>
    internal bool LandFailed(Flight<TArgs, TValue> flight, Exception error, out bool unheard)
    {
        unheard = false;
        lock (Gate)
        {
            if (!flight.TryEndLocked()) return false;
            ForgetLocked(flight);
            unheard = flight.IsUnheardLocked;
        }
        if (flight.HasBegunLocked) // it has ended, so this does not change any more
        {
            flight.Context.End();
            flight.Context.ReleaseMarks();
        }
        unheard &= error is not OperationCanceledException;
        if (!unheard) return true;

        // The value it was to replace serves on: the source is asked again after a pause, not by the very next read.
        if (flight.IsShared && _store.TryGet(flight.Args, out var present))
        {
            _failing.Note(Kept(flight.Args), Clock.Now, pause: true);
            present.RefreshAt = Clock.Now + FailingLoads<TArgs>.PauseMilliseconds;
        }
        return true;
    }

    internal void TellUnheard(Exception error) => _logger.LoadFailedUnheard(error, Name, error.GetType().Name);

    /// <summary>A loader returned after its load had been given up.</summary>
    internal void NoteLate(TimeSpan took, Exception? error)
    {
        Counters.NoteLate(took);
        _logger.LoadedTooLate(Name, took, error?.GetType().Name ?? "a value");
    }

    internal void CancellationFailed(Exception error) => _logger.CancellationFailed(error, Name);

    private void MakeRoom(Entry<TValue> newcomer)
    {
        try
        {
            _store.MakeRoom(newcomer);
        }
#pragma warning disable CA1031 // Whatever the Equals of some other query's arguments throws: this load has landed, and must not fail for it.
        catch (Exception error)
#pragma warning restore CA1031
        {
            _logger.EvictionFailed(error, Name);
        }
    }
}
