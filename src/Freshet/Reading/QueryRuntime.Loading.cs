namespace Freshet;

internal sealed partial class QueryRuntime<TArgs, TValue>
{
    private readonly Dictionary<TArgs, Flight<TArgs, TValue>> _flights = []; // the newest shared load of each key; guarded by Gate

    /// <summary>Guards the running loads and what is put into the store. Held for dictionary work only: of the user's code, just Equals and GetHashCode of the arguments run under it.</summary>
    public Lock Gate { get; } = new();

    private async ValueTask<Reading<TValue>> LoadAsync(TArgs args, Need need, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        _ = Query.KeyOf(args); // an argument that cannot be a key throws here; what is stored already has passed
        var tags = Query.TagsOf(args);
        var again = false;
        while (true)
        {
            var (flight, joinedAt, present) = JoinOrStart(args, tags, need);
            if (present is { } hit) return hit;

            if (joinedAt is null) flight!.Start();
            Landed<TValue> landed;
            try
            {
                landed = await flight!.WaitAsync(cancellationToken).ConfigureAwait(false);
            }
            catch (Exception error) when (!cancellationToken.IsCancellationRequested && TryGetLastGood(args, need, out var lastGood))
            {
                Counters.NoteLastGood();
                _logger.ServedLastGood(Name, error.GetType().Name);
                return new Reading<TValue>(lastGood, AnswerSource.LastGood, lastGood.Loaded.Position, Satisfied: true);
            }

            if (joinedAt is not { } at) return Answer(landed, AnswerSource.Load, need);
            if (again || IsAsGoodAsOwn(landed.Entry, at))
            {
                Counters.NoteJoin();
                return Answer(landed, AnswerSource.JoinedLoad, need);
            }

            // The joined load learnt at its end a tag that was invalidated before this read began. So this read needs a load begun
            // since then, its own or another reader's, and accepts that one whatever happens: nobody circles (PROTOCOL 6).
            need = need with { RequiredPosition = Math.Max(need.RequiredPosition, at.Position) };
            again = true;
        }
    }

    private static bool IsAsGoodAsOwn(Entry entry, LogPosition joinedAt) =>
        (entry.Loaded.Epoch == joinedAt.Epoch && entry.Loaded.Position >= joinedAt.Position) || !entry.WasInvalidated;

    private static Reading<TValue> Answer(Landed<TValue> landed, AnswerSource source, Need need) =>
        new(landed.Entry, source, landed.ValidAt, need.AcceptsVersion(landed.Entry.Version));

    /// <summary>Finds a load to join, or makes one. The entry is looked up once more under the gate: a load may have landed since the miss.</summary>
    private (Flight<TArgs, TValue>? Flight, LogPosition? JoinedAt, Reading<TValue>? Present) JoinOrStart(
        TArgs args, IReadOnlyList<Tag> tags, Need need, bool inBackground = false)
    {
        lock (Gate)
        {
            var applied = Node.Applied;
            if (_store.TryGet(args, out var entry) && entry.ExpiresAt > Clock.Now && need.AcceptsVersion(entry.Version)
                && entry.Judge(applied, Clock.Now) == Verdict.Fresh)
            {
                if (!inBackground) Counters.Hit();
                return (null, null, new Reading<TValue>(entry, AnswerSource.Cache, applied.Position.Position, Satisfied: true));
            }

            if (_flights.TryGetValue(args, out var running) && running.CanBeJoinedLocked(applied.Position, need))
            {
                if (!inBackground) running.JoinLocked();
                return (running, applied.Position, null);
            }

            if (!inBackground) Counters.NoteMiss(); // a background load answers nobody: its reader was counted as stale
            var flight = new Flight<TArgs, TValue>(this, args, tags, need, isShared: true, inBackground);
            _flights[args] = flight;
            return (flight, null, null);
        }
    }

    /// <summary>Starts a load that will replace a stale entry, unless one that is new enough runs already.</summary>
    private void RefreshInBackground(TArgs args)
    {
        lock (Gate)
        {
            if (_flights.TryGetValue(args, out var running) && running.CanBeJoinedLocked(Node.Applied.Position, default)) return;
        }
        // Somebody may be faster in between: then there is nothing left to do.
        var (flight, joinedAt, _) = JoinOrStart(args, Query.TagsOf(args), default, inBackground: true);
        if (joinedAt is null) flight?.Start();
    }

    /// <summary>Takes in the result of a load: stores it unless it may not be stored or something newer is there.</summary>
    internal Landed<TValue> Land(Flight<TArgs, TValue> flight, TArgs args, Entry<TValue> entry)
    {
        var stored = false;
        // While the marks are held: valid now if nothing outdated it, else known valid only where it began.
        var applied = Node.Applied;
        var verdict = entry.Judge(applied, Clock.Now);
        var validAt = verdict == Verdict.Fresh ? applied.Position.Position : entry.Loaded.Position;
        var bytes = _store.Estimate(args, entry); // runs the query's own code, so before the gate
        lock (Gate)
        {
            ForgetLocked(flight, args);
            entry.ExpireBy(entry.CapturedAt + LongestTimeToLive()); // the policy may have been tightened during the load
            if (flight.IsShared && entry.IsCacheable && entry.ExpiresAt > Clock.Now
                && Need.Meets(entry.Version, flight.Context.MinimumVersion)
                && verdict != Verdict.Expired)
                stored = _store.PutLocked(args, entry, bytes);
        }
        if (stored) MakeRoom(entry);
        else flight.Context.ReleaseMarks();
        return new Landed<TValue>(entry, validAt);
    }

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

    internal void LandFailed(Flight<TArgs, TValue> flight, TArgs args, Exception error)
    {
        bool unheard;
        lock (Gate)
        {
            ForgetLocked(flight, args);
            unheard = flight.IsUnheardLocked;
        }
        flight.Context.ReleaseMarks();
        if (unheard && error is not OperationCanceledException) _logger.LoadFailedUnheard(error, Name, error.GetType().Name);
    }

    internal void CancellationFailed(Exception error) => _logger.CancellationFailed(error, Name);

    internal void ForgetLocked(Flight<TArgs, TValue> flight, TArgs args)
    {
        if (_flights.TryGetValue(args, out var running) && ReferenceEquals(running, flight)) _flights.Remove(args);
    }
}
