namespace Freshet;

/// <remarks>Ends with its value, its failure, or because its time is up: whoever waits is told, once.</remarks>
internal sealed partial class Flight<TArgs, TValue>
{
    private void End(TValue value, Exception? failure)
    {
        Context.LeaveFlow();
        var took = _timing.Elapsed(_runtime);
        _cancellation.Dispose();
        if (failure is null)
        {
            Succeed(value, took);
        }
        else
        {
            ReturnTurn(); // before anyone is told: who tries again at once finds it free
            Fail(failure, took);
        }
        _loadLock?.Release(); // nothing was stored: the next node may try at once
    }

    private void ReturnTurn()
    {
        lock (_runtime.Gate) ReturnTurnLocked();
        _runtime.Turns.Advance();
    }

    /// <summary>Takes the loader's value in, and answers everyone who waits.</summary>
    public void Succeed(TValue value, TimeSpan took, bool isCounted = false)
    {
        Context.End();
        Landed<TValue>? landed;
        Entry<TValue>? outdated;
        Entry<TArgs, TValue> entry;
        bool mayStore;
        try
        {
            landed = _runtime.Land(this, entry = MakeEntry(value, took), isCounted, out outdated, out mayStore);
        }
#pragma warning disable CA1031 // The query's own code read the value's version or size and threw: that fails the load.
        catch (Exception error)
#pragma warning restore CA1031
        {
            ReturnTurn();
            Fail(error, took, isCounted);
            return;
        }
        _runtime.Turns.Advance();
        if (landed is not { } result)
        {
            if (!IsPromoted) _runtime.NoteLate(took, error: null);
            return;
        }
        if (!isCounted) _runtime.Counters.ReportLoaded(took);
        LoadActivity.End(_activity, _runtime, IsPromoted ? LoadOutcome.SecondLevel : LoadOutcome.Loaded);
        _answers.Give(result);
        if (mayStore) Share(entry, took);
        if (outdated is null)
        {
            _answers.TellStarter();
            return;
        }
        TellStarterElsewhere();
        // Runs the value's own equality, so only now that everybody has an answer.
        _runtime.Counters.NoteReplaced(outdated.Value, value);
    }

    /// <summary>Hands a failure to everyone who waits.</summary>
    public void Fail(Exception error, TimeSpan took, bool isCounted = false)
    {
        if (!_runtime.TryEnd(this, out var isUnheard))
        {
            _runtime.NoteLate(took, error);
            return;
        }
        if (!isCounted) _runtime.Counters.NoteFailed(took);
        EndWith(error, LoadOutcome.Failed, isUnheard);
    }

    /// <summary>Its time is up, at the source or in the queue. What the loader returns later is dropped: it may return never, and marks must not be held that long.</summary>
    public override void TimeOut()
    {
        if (!_runtime.TryEnd(this, out var isUnheard)) return;
        if (!_context.HasBegun)
        {
            _runtime.Counters.NoteRejected();
            EndWith(new LoadRejectedException(_runtime.Name, _runtime.Turns.Running, _runtime.Policy.MaxConcurrentLoads), LoadOutcome.Rejected, isUnheard);
        }
        else
        {
            _runtime.Counters.NoteTimedOut(_runtime.Policy.LoadTimeout);
            EndWith(new LoadTimeoutException(_runtime.Name, _runtime.Policy.LoadTimeout), LoadOutcome.TimedOut, isUnheard);
        }
        Cancel();
    }

    /// <inheritdoc/>
    public void Abort(Exception error) => Fail(error, TimeSpan.Zero);

    /// <summary>Answers everyone who waits. What may throw comes last: it must keep nobody waiting.</summary>
    private void EndWith(Exception error, string outcome, bool isUnheard)
    {
        LoadActivity.End(_activity, _runtime, outcome, error);
        _answers.Give(error);
        TellStarterElsewhere();
        if (isUnheard) _runtime.NoteUnheard(_args, _replaces, error);
    }

    // What follows must not wait until the reader has used its answer: the value's equality, the next load whose time is up.
    private void TellStarterElsewhere()
    {
        if (_answers.StarterWaits) ThreadPool.UnsafeQueueUserWorkItem(static flight => flight._answers.TellStarter(), this, preferLocal: false);
    }

    private Entry<TArgs, TValue> MakeEntry(TValue value, TimeSpan took)
    {
        var expiresAt = Math.Min(_expiresAt, Context.LivesUntil);
        return new Entry<TArgs, TValue>(_runtime.Kept(_args), value, Context.Captured, Context.Marks, Context.CapturedAt, expiresAt, _runtime.Query.VersionOf(value), Context.IsCacheable)
        {
            RefreshAt = _runtime.Policy.EarlyRefresh && !EarlyRefresh.IsTooShort(took) ? EarlyRefresh.At(Context.CapturedAt, expiresAt, took, Random.Shared.NextDouble()) : expiresAt,
        };
    }

    private void Cancel()
    {
        if (_batch is { } batch) batch.NoteUnwanted();
        else _ = LoadCancellation.CancelAsync(_cancellation, _runtime.CancellationFailed);
    }
}
