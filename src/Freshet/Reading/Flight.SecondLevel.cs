namespace Freshet;

/// <remarks>Before the loader: what another node has loaded already.</remarks>
internal sealed partial class Flight<TArgs, TValue>
{
    private LoadLock? _loadLock; // of the load that is running; handed on to the store when it ends well

    /// <summary>Whether the value came from the second level, and no loader was called.</summary>
    public bool IsPromoted { get; private set; }

    /// <summary>Where the readers' answer comes from.</summary>
    public AnswerSource SourceOr(AnswerSource source) => IsPromoted ? AnswerSource.SecondLevel : source;

    // A load in the background replaces what is served meanwhile, and the second level holds mostly just that; one past the cache
    // goes past this one too. A reader that wants the source, because nobody knows how old this node's knowledge is, cannot be told by
    // that knowledge whether an entry is fresh (PROTOCOL 7).
    private bool AsksSecondLevel => _runtime.SecondLevel is not null && IsShared && _replaces is null && !_context.FromSource;

    /// <summary>Looks in the second level, and calls the loader when there is nothing. Keeps its turn at the source meanwhile: it is not known yet whether it needs one.</summary>
    private async Task AskSecondLevelAsync()
    {
        var second = _runtime.SecondLevel!;
        var looked = default(QuerySecondLevel<TArgs, TValue>.Outcome);
        var loadTimeout = (long)_runtime.Policy.LoadTimeout.TotalMilliseconds;
        Deadline = _runtime.Clock.Now + second.LongestAsking + loadTimeout; // a slow store must not use up the loader's time
        try
        {
            looked = await second.FindOrLockAsync(_args, _tags, Context.Captured, () => Need.Higher(Context.MinimumVersion, _runtime.FloorOf(_args, Context.Marks.Select(mark => mark.Tag))), _cancellation.Token).ConfigureAwait(false);
        }
        catch (OperationCanceledException) when (_cancellation.IsCancellationRequested)
        {
            // Everybody has left: the loader is not called either.
        }
#pragma warning disable CA1031 // A read does not fail because a cache does.
        catch (Exception error)
#pragma warning restore CA1031
        {
            second.NoteBroken(error);
        }

        if (looked.Found is { } found)
        {
            Promote(found);
            return;
        }
        if (looked.HasWaited) CaptureAgain();
        _loadLock = looked.Lock;
        Deadline = _runtime.Clock.Now + loadTimeout;
        LoadFlow.Begin(this);
    }

    /// <summary>Ends with a value of the second level, as if its load had been this one: what it inherits takes the place of what was captured (PROTOCOL 4).</summary>
    private void Promote(Found<TValue> found)
    {
        bool isTaken;
        lock (_runtime.Gate)
        {
            isTaken = !_ended && Context.TryTakeOver(found.Captured, found.Marks, found.CapturedAt);
            if (isTaken) (_expiresAt, IsPromoted) = (found.ExpiresAt, true);
            ReturnTurnLocked();
        }
        _runtime.Turns.Advance();
        _cancellation.Dispose();
        if (isTaken) Succeed(found.Value, found.LoadTook, isCounted: true);
        else found.Captured.Marks.Release(found.Marks);
    }

    // Another node's load was waited for, and this node has moved on. Loading as of before would be right, but the value would be
    // outdated by all that was invalidated meanwhile. No loader has been called yet, so the position may still be captured (PROTOCOL 1).
    private void CaptureAgain()
    {
        lock (_runtime.Gate)
        {
            Context.CaptureAgain(_runtime.Node.Applied);
            CapturedPosition = Context.Captured.Position.Position;
        }
    }

    // Before the readers go on, who may take their time: it only queues.
    private void Share(Entry<TArgs, TValue> entry, TimeSpan took)
    {
        if (IsPromoted || _runtime.SecondLevel is not { } second) return;
        second.Offer(entry, took, _loadLock);
        _loadLock = null;
    }
}
