using System.Runtime.CompilerServices;

namespace Freshet;

/// <remarks>From a miss to an answer: joining or starting a load, and waiting for it.</remarks>
internal sealed partial class QueryRuntime<TArgs, TValue>
{
    private readonly LinkTable _flights = new(); // the newest shared load of each key; guarded by Gate

    /// <summary>Guards the running loads and what is put into the store: the store's own gate. Held for dictionary work only: of the user's code, just Equals and GetHashCode of the arguments run under it.</summary>
    public Lock Gate => _store.Gate;

    /// <summary>A load to wait for, or an answer that came in between.</summary>
    /// <param name="Flight">The load; null when there is an answer.</param>
    /// <param name="At">What this node had applied when the load was joined or the answer found; null when this read starts the load.</param>
    /// <param name="Present">The answer.</param>
    private readonly record struct Way(Flight<TArgs, TValue>? Flight, AppliedPosition? At = null, Entry<TValue>? Present = null)
    {
        /// <summary>Whether this read is to start the load.</summary>
        public bool MustStart => Flight is not null && At is null;
    }

    private ValueTask<Reading<TValue>> LoadAsync(TArgs args, in Need need, CancellationToken cancellationToken) =>
        cancellationToken.IsCancellationRequested
            ? ValueTask.FromCanceled<Reading<TValue>>(cancellationToken)
            : LoadAsync(args, TagsOfValid(args), need, cancellationToken);

    /// <summary>The declared tags of arguments that can be a key; others throw here. What is stored already has passed.</summary>
    private IReadOnlyList<Tag> TagsOfValid(TArgs args)
    {
        _ = Query.KeyOf(args);
        return Query.TagsOf(args);
    }

    private ValueTask<Reading<TValue>> LoadAsync(TArgs args, IReadOnlyList<Tag> tags, in Need need, CancellationToken cancellationToken) =>
        TryLoad(args, tags, need, cancellationToken, out var way, out var reading) ? new(reading) : FinishAsync(args, need, way, cancellationToken);

    /// <summary>Reads the value alone, for a reader with nothing around it that takes part in the answer.</summary>
    /// <param name="args">The key.</param>
    /// <param name="need">What the read needs.</param>
    /// <param name="isMissing">Whether there was no entry a moment ago: it is looked for once more where the load begins, and that will do.</param>
    /// <param name="cancellationToken">Ends this read's wait.</param>
    public ValueTask<TValue> ReadValueAsync(TArgs args, in Need need, bool isMissing, CancellationToken cancellationToken)
    {
        if (!isMissing && TryAnswer(args, need) is { } present) return new(present.Entry.Value);
        if (cancellationToken.IsCancellationRequested) return ValueTask.FromCanceled<TValue>(cancellationToken);
        if (TryLoad(args, TagsOfValid(args), need, cancellationToken, out var way, out var reading)) return new(reading.Entry.Value);
        return way.MustStart && !cancellationToken.CanBeCanceled && Policy.SoftTimeout == TimeSpan.Zero && need is { RequiredPosition: 0, MinimumVersion: null, IsPart: false }
            ? way.Flight!.StayAsync()
            : ValueAsync(FinishAsync(args, need, way, cancellationToken));
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private static async ValueTask<TValue> ValueAsync(ValueTask<Reading<TValue>> reading) => (await reading.ConfigureAwait(false)).Entry.Value;

    /// <summary>Begins a load, or finds one to wait for. True when there is an answer at once.</summary>
    private bool TryLoad(TArgs args, IReadOnlyList<Tag> tags, in Need need, CancellationToken cancellationToken, out Way way, out Reading<TValue> reading)
    {
        way = default;
        // A source that failed a moment ago is left alone by those who can be answered without it.
        if (IsPaused(args) && TryGetLastGood(args, need, pause: false) is { } good)
        {
            reading = LastGood(good, error: null);
            return true;
        }

        way = JoinOrStart(args, tags, need);
        if (way.MustStart)
        {
            var flight = way.Flight!;
            flight.Start(here: Policy.SoftTimeout == TimeSpan.Zero && ReadersThread.IsFreeFor(cancellationToken));
            if (flight.TryGetLanded(out var landed)) // it completed at once
            {
                reading = Answer(landed, flight.SourceOr(AnswerSource.Load), need);
                return true;
            }
        }
        reading = default;
        return false;
    }

    /// <summary>Waits for a load that was started or joined, and starts another where the joined one does not do.</summary>
    [AsyncMethodBuilder(typeof(PoolingAsyncValueTaskMethodBuilder<>)), MethodImpl(MethodImplOptions.NoInlining)] // its state has no place in the frame of a load that ends at once
    private async ValueTask<Reading<TValue>> FinishAsync(TArgs args, Need need, Way way, CancellationToken cancellationToken)
    {
        var asked = need;
        for (var again = false; ; again = true)
        {
            if (way.Present is { } hit)
            {
                // Another read's load landed in between. As where a load lands; the position was read already, so it must still be the node's.
                var isSettled = KnowsHolds(Clock.Now) && ReferenceEquals(Node.Applied, way.At);
                return new Reading<TValue>(hit, AnswerSource.Cache, isSettled ? way.At!.Position.Position : hit.ValidNowhere, Satisfied: true);
            }

            var flight = way.Flight!;
            if (Policy.SoftTimeout is var limit && limit > TimeSpan.Zero && !await flight.WaitAsync(way.MustStart, limit, cancellationToken).ConfigureAwait(false)
                && TryGetLastGood(args, asked, pause: false) is { } meanwhile)
            {
                flight.GoOnWithout();
                Counters.NoteSoftTimeout();
                return LastGood(meanwhile, error: null);
            }

            Landed<TValue> landed;
            try
            {
                landed = await flight.WaitAsync(way.MustStart, cancellationToken).ConfigureAwait(false);
            }
            catch (Exception error) when (!cancellationToken.IsCancellationRequested && TryGetLastGood(args, asked, pause: true) is { } good)
            {
                return LastGood(good, error);
            }
            finally
            {
                flight.LinkReader();
            }

            if (way.At is not { } at) return Answer(landed, flight.SourceOr(AnswerSource.Load), need);
            if (again || IsAsGoodAsOwn(flight, landed.Entry, at))
            {
                Counters.NoteJoin();
                return Answer(landed, flight.SourceOr(AnswerSource.JoinedLoad), need);
            }

            // The joined load learnt at its end a tag that was invalidated before this read began. So this read needs a load begun
            // since then, its own or another reader's, and accepts that one whatever happens: nobody circles (PROTOCOL 6).
            need = need with { RequiredPosition = Math.Max(need.RequiredPosition, at.Position.Position) };
            way = JoinOrStart(args, Query.TagsOf(args), need);
            if (way.MustStart) way.Flight!.Start();
        }
    }

    // By the node's own sequence, which grows with what is expired ahead of its record too. By position:
    //   a load begins at 5 -> a write is pending, so its tag is expired as of 6 -> its writer reads, at 5 still, and joins -> the load
    //   finds the tag, and "loaded at 5, asked at 5" would hand the writer what it has outdated.
    private static bool IsAsGoodAsOwn(Flight<TArgs, TValue> flight, Entry entry, AppliedPosition joinedAt) =>
        flight.Context.Captured.Sequence >= joinedAt.Sequence || !entry.WasInvalidated;

    private static Reading<TValue> Answer(Landed<TValue> landed, AnswerSource source, in Need need) =>
        new(landed.Entry, source, landed.ValidAt, need.AcceptsVersion(landed.Entry.Version));

    /// <summary>Finds a load to join, or makes one. The entry is looked up once more under the gate: a load may have landed since the miss.</summary>
    /// <param name="args">The key.</param>
    /// <param name="tags">Its declared tags.</param>
    /// <param name="need">What the read needs.</param>
    /// <param name="replaces">For a load that nobody waits for: the entry it is to replace. Null for a reader's.</param>
    /// <param name="isBatched">Whether one loader call will serve several keys: then the batch takes the turn.</param>
    private Way JoinOrStart(TArgs args, IReadOnlyList<Tag> tags, in Need need, Entry<TValue>? replaces = null, bool isBatched = false)
    {
        var inBackground = replaces is not null;
        var hash = _store.HashOf(args);
        lock (Gate)
        {
            var applied = Node.Applied;
            var holds = HoldsAt(applied);
            // A load that began after the hold may have read before the commit, and this read begin after it: it joins none (R8).
            if (holds is not null && !need.FromSource && holds.Touch(tags, FoundKinds))
            {
                if (!inBackground) Counters.NoteHeld();
                return JoinOrStart(args, tags, need with { FromSource = true }, replaces, isBatched);
            }
            if (!need.FromSource && _store.TryGetLocked(args, hash, out var entry) && !ReferenceEquals(entry, replaces) && entry.ExpiresAt > Clock.Now
                && need.AcceptsVersion(entry.Version) && entry.Judge(applied, Clock.Now, holds) == Verdict.Fresh)
            {
                if (!inBackground) Counters.Hit();
                return new Way(null, applied, entry);
            }

            var running = FlightLocked(args, hash);
            if (running?.CanBeJoinedLocked(applied, need) == true)
            {
                if (!inBackground) running.JoinLocked(need);
                return new Way(running, applied);
            }

            if (!inBackground) Counters.NoteMissLocked(); // a background load answers nobody: its reader was counted
            var flight = new Flight<TArgs, TValue>(this, args, tags, need, isShared: true, replaces) { Hash = hash };
            if (!isBatched && TakeTurnLocked(need)) BeginLocked(flight);
            if (running is null || !_flights.TryReplaceLocked(running, flight)) _flights.AddLocked(flight);
            return new Way(flight);
        }
    }

    // Beginning looks for the key's entry, with the user's own equality: if that throws, nobody has the turn.
    private void BeginLocked(Flight<TArgs, TValue> flight)
    {
        try
        {
            flight.BeginLocked();
        }
        catch
        {
            Turns.Leave();
            throw;
        }
    }

    // What another load of this query waits for cannot queue behind it: with every turn taken by such loads, none would ever end.
    private bool TakeTurnLocked(in Need need)
    {
        if (need.Load?.IsWithin(this) != true) return Turns.TryEnterLocked();
        Turns.EnterNestedLocked();
        return true;
    }

    /// <summary>Starts a load that will replace an entry, unless one that is new enough runs already.</summary>
    private void RefreshInBackground(TArgs args, Entry<TValue> entry)
    {
        if (IsPaused(args)) return;
        lock (Gate)
        {
            if (FlightLocked(args, _store.HashOf(args))?.CanBeJoinedLocked(Node.Applied, default) == true) return;
        }
        // Somebody may be faster in between: then there is nothing left to do.
        var way = JoinOrStart(args, Query.TagsOf(args), default, replaces: entry);
        if (way.MustStart) way.Flight!.Start();
    }

    private Flight<TArgs, TValue>? FlightLocked(TArgs args, uint hash)
    {
        for (var link = _flights.First(hash); link is not null; link = link.Next)
        {
            if (link.Hash == hash && link is Flight<TArgs, TValue> flight && _store.AreEqual(flight.Args, args)) return flight;
        }
        return null;
    }

    /// <summary>Lets nobody join it any more. Asks no key: it leaves by reference, and one that a newer load has replaced has left already.</summary>
    internal void ForgetLocked(Flight<TArgs, TValue> flight) => _flights.TryRemoveLocked(flight);

    /// <summary>Takes the right to end a load: nobody joins it any more, and it is no longer under way. False when it has ended already.</summary>
    internal bool TryEndLocked(Flight<TArgs, TValue> flight)
    {
        if (!flight.TryEndLocked()) return false;
        ForgetLocked(flight);
        UnderWay.LeaveLocked(flight); // before anyone is answered: whoever reads the value next finds nothing of this load under way
        return true;
    }
}
