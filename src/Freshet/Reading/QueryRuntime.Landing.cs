namespace Freshet;

/// <remarks>The end of a load: stored, failed or too late.</remarks>
internal sealed partial class QueryRuntime<TArgs, TValue>
{
    private int _toldOversized;

    /// <summary>Takes in the result of a load, and its turn back: stores it unless it may not be stored or something newer is there. Null when the load has ended already.</summary>
    /// <param name="flight">The load.</param>
    /// <param name="entry">What it loaded.</param>
    /// <param name="isCounted">Whether it was counted already.</param>
    /// <param name="outdated">The entry that a tag had outdated and that this one replaces; null when there was none.</param>
    /// <param name="mayStore">Whether it may be stored, here and elsewhere.</param>
    internal Landed<TValue>? Land(Flight<TArgs, TValue> flight, Entry<TValue> entry, bool isCounted, out Entry<TValue>? outdated, out bool mayStore)
    {
        (outdated, mayStore) = (null, false);
        var args = flight.Args;
        var stored = false;
        // While the marks are held.
        var now = Clock.Now;
        var knowsHolds = KnowsHolds(now); // before the position: see there
        var applied = Node.Applied;
        var verdict = WasFlushed(entry) ? Verdict.Expired : entry.Judge(applied, now, HoldsAt(applied));
        // Valid from where it began to now, if nothing outdated it and nothing that is on its way can be in it. Otherwise it was valid
        // at some moment between, and that is no position:
        //   a load begins at 5 -> a write is held at 6, committed -> the loader reads it -> its record comes, at 7. "Valid at 5" it was not.
        var validAt = verdict == Verdict.Fresh && knowsHolds ? applied.Position.Position : entry.ValidNowhere;
        var bytes = _store.Estimate(args, entry); // runs the query's own code, so before the gate
        lock (Gate)
        {
            flight.ReturnTurnLocked(); // first: whatever goes wrong here, the loader has returned
            if (flight.HasEnded) return null;
            // Ended last: the rest looks the key up, with the user's own equality, and a load that could not be ended must end as failed.
            entry.ExpireBy(entry.CapturedAt + LongestTimeToLive()); // the policy may have been tightened during the load
            mayStore = flight.IsShared && entry.IsCacheable && entry.ExpiresAt > now && verdict < Verdict.Expired && !WasFlushed(entry)
                && Need.Meets(entry.Version, flight.MinimumVersionLocked) && !IsBelowFloor(args, entry);
            if (mayStore)
            {
                if (_store.TryGetLocked(args, flight.Hash, out var present) && QueryCounters.WasOutdatedByTag(present, entry)) outdated = present;
                stored = _store.PutLocked(entry, flight.Hash, present, bytes);
            }
            TryEndLocked(flight);
            if (!isCounted) Counters.NoteLoadedLocked();
        }
        if (stored) _store.MakeRoom(entry);
        else flight.Context.ReleaseMarks();
        if (!_store.Node.Limits.Admit(bytes)) TellOversized(bytes);
        return new Landed<TValue>(entry, validAt);
    }

    internal TArgs Kept(TArgs args) => Query.KeptArgs is { } keep ? keep(args) : args;

    /// <summary>Ends a load without a value. False when it has ended already.</summary>
    /// <param name="flight">The load.</param>
    /// <param name="isUnheard">Whether its failure reaches nobody, and is to be logged.</param>
    internal bool TryEnd(Flight<TArgs, TValue> flight, out bool isUnheard)
    {
        lock (Gate)
        {
            isUnheard = flight.IsUnheardLocked;
            if (!TryEndLocked(flight)) return false;
        }
        flight.LetGo();
        return true;
    }

    /// <summary>A load in the background failed: its value serves on, and the source is asked again after a pause, not by the very next read.</summary>
    internal void NoteUnheard(TArgs args, Entry<TValue>? replaces, Exception error)
    {
        if (replaces is { IsLinked: true })
        {
            _failing.Note(Kept(args), replaces, Clock.Now, Node.Applied.Position.Position, pause: true);
            replaces.RefreshAt = Clock.Now + FailingLoads<TArgs>.PauseMilliseconds;
        }
        Tell(() => _logger.LoadFailedUnheard(error, Name, error.GetType().Name));
    }

    // Once: the metric counts the others.
    private void TellOversized(int bytes)
    {
        if (Interlocked.Exchange(ref _toldOversized, 1) == 0) Tell(() => _logger.Oversized(Name, bytes));
    }

    // A log provider that throws must not end a timer's thread, or keep anyone waiting: it is counted as a broken listener.
    private void Tell(Action write)
    {
        try
        {
            write();
        }
#pragma warning disable CA1031
        catch (Exception error)
#pragma warning restore CA1031
        {
            Counters.ListenerFailures?.Note(error);
        }
    }

    /// <summary>A loader returned after its load had been given up.</summary>
    internal void NoteLate(TimeSpan took, Exception? error)
    {
        Counters.NoteLate(took);
        Tell(() => _logger.LoadedTooLate(Name, took, error?.GetType().Name ?? "a value"));
    }

    internal void CancellationFailed(Exception error) => Tell(() => _logger.CancellationFailed(error, Name));
}
