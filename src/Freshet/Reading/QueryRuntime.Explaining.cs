namespace Freshet;

/// <remarks>For people who ask what became of a key. Looks without touching: nothing counts as read, nothing is stamped as checked.</remarks>
internal sealed partial class QueryRuntime<TArgs, TValue>
{
    public override Explanation Explain(string arguments, long? minimumVersion, LogStanding log)
    {
        var text = KeyTextOf(arguments);
        var applied = Node.Applied; // before the entry and its marks, as a read does
        var now = Clock.Now;
        if (!TryFindKey(text, out var args))
            return new Explanation(text, applied.Position, null, [new ExplainedReason(ExplainedReason.Missing), .. Unconfirmed(log, now, out _)], null, null, null);
        var held = Held(args, applied, now);

        var entry = _store.Peek(args);
        var failing = entry is null ? null : _failing.Find(args, entry);
        var paused = IsPaused(args);
        var (served, reasons) = Judge(entry, applied, now, minimumVersion);
        var unconfirmed = Unconfirmed(log, now, out var mayServe);
        if (!mayServe || held.Count > 0) served = null;
        if (paused)
        {
            reasons.Add(new ExplainedReason(ExplainedReason.Paused));
            if (served is null && mayServe && entry is not null && IsLastGood(entry, applied, now, minimumVersion, failing!.Value.Since)) served = AnswerSource.LastGood;
        }
        return new Explanation(
            text, applied.Position, served, [.. reasons, .. held, .. unconfirmed], entry is null ? null : Describe(entry, now), LoadOf(args, applied, now, minimumVersion),
            failing is not { } known ? null : new ExplainedFailing(Span(now - known.Since), paused ? Span(known.RetryAt - now) : null));
    }

    private string KeyTextOf(string arguments)
    {
        // KeyedBy may name any member, whose type is not kept: its text is taken as it stands.
        IReadOnlyList<Type?> types = Query.IsKeyedByMembers ? new Type?[Math.Max(1, Query.KeyMembers.Count)] : [.. KeyReader.PartsOf(typeof(TArgs))];
        try
        {
            return KeyReader.TryRead(arguments, ',', types, Name, out var text) ? text : throw OperatorInputException.Arguments(Name, Expected(types));
        }
        catch (InvalidKeyException invalid)
        {
            throw OperatorInputException.Arguments(Name, $"{Expected(types)} What came was of no use as a key ({invalid.Fault}).");
        }
    }

    private string Expected(IReadOnlyList<Type?> types)
    {
        var keys = Query.KeyMembers.Count > 0 ? string.Join(", ", Query.KeyMembers) : string.Join(", ", types.Select(type => TypeText.Of(type ?? typeof(string))));
        return types.Count == 1 ? $"Give one key: {keys}." : $"Give {types.Count} keys, apart by commas or one args each: {keys}.";
    }

    /// <summary>The arguments with a key text: read, or where their type cannot be, found among what is stored and what is loading.</summary>
    private bool TryFindKey(string text, [System.Diagnostics.CodeAnalysis.MaybeNullWhen(false)] out TArgs args)
    {
        args = default;
        if (!Query.IsKeyedByMembers && KeyReader.Reads(typeof(TArgs)) && KeyReader.TryRead(KeyReader.Unescape(text), typeof(TArgs), out var value))
        {
            args = (TArgs)value;
            return true;
        }
        var flights = new List<Link>();
        for (var below = uint.MaxValue; below > 0;)
        {
            lock (Gate) below = _flights.CopyLocked(below, flights);
        }
        // The user's own members are read here, so outside the gate.
        foreach (var key in _store.Snapshot().Select(entry => ((Entry<TArgs, TValue>)entry).Key).Concat(flights.Cast<Flight<TArgs, TValue>>().Select(flight => flight.Args)))
        {
            if (Query.KeyOf(key) != text) continue;
            args = key;
            return true;
        }
        return false;
    }

    private (AnswerSource? Served, List<ExplainedReason> Reasons) Judge(Entry<TValue>? entry, AppliedPosition applied, long now, long? minimumVersion)
    {
        var reasons = new List<ExplainedReason>();
        if (entry is null) return (null, [new ExplainedReason(ExplainedReason.Missing)]);
        if (WasFlushed(entry)) reasons.Add(new ExplainedReason(ExplainedReason.Outdated, AllOf, _flushed!.Position));
        else if (entry.ExpiresAt <= now) reasons.Add(new ExplainedReason(ExplainedReason.Expired));
        if (!Need.Meets(entry.Version, minimumVersion)) reasons.Add(new ExplainedReason(ExplainedReason.MinimumVersion));

        var verdict = Verdict.Fresh;
        if (entry.Loaded.Epoch != applied.Position.Epoch)
        {
            reasons.Add(new ExplainedReason(ExplainedReason.OtherEpoch));
            verdict = Verdict.Expired;
        }
        else
        {
            foreach (var mark in entry.Marks)
            {
                var judged = mark.Judge(entry.Loaded.Position, now);
                if (judged > verdict) verdict = judged;
                if (judged == Verdict.Expired) reasons.Add(new ExplainedReason(ExplainedReason.Outdated, mark.Tag, mark.LastInvalidatedAt));
                if (judged == Verdict.Stale)
                    reasons.Add(new ExplainedReason(Policy.ServeStale ? ExplainedReason.Stale : ExplainedReason.StaleRefused, mark.Tag, mark.LastInvalidatedAt));
            }
        }
        if (verdict == Verdict.Fresh && reasons.Count == 0) return (AnswerSource.Cache, reasons);
        var servesStale = verdict == Verdict.Stale && reasons.TrueForAll(reason => reason.Code == ExplainedReason.Stale);
        return (servesStale ? AnswerSource.StaleCache : null, reasons);
    }

    /// <summary>The holds that send a read to the source (R8).</summary>
    private List<ExplainedReason> Held(TArgs args, AppliedPosition applied, long now)
    {
        if (HoldsAt(applied) is not { } holds) return [];
        if (holds.CoverEverything) return [new ExplainedReason(ExplainedReason.YoungLog)];
        var tags = _store.Peek(args) is { } entry ? entry.Marks.Select(mark => mark.Tag) : Query.TagsOf(args);
        return [.. tags.Select(tag => (Tag: tag, Hold: holds.FirstOf(tag))).Where(each => each.Hold is not null).Select(each => new ExplainedReason(
            ExplainedReason.Held, each.Tag, each.Hold!.Record.Position,
            new ExplainedHold(each.Hold.Record.Trigger, each.Hold.Record.Action, each.Hold.Record.Actor, Span(now - each.Hold.PlacedAt))))];
    }

    /// <summary>Whether this node may serve without asking the log first.</summary>
    private List<ExplainedReason> Unconfirmed(LogStanding log, long now, out bool mayServe)
    {
        mayServe = true;
        if (_confirmation is null || _confirmation.Covers(MaxStaleness, now)) return [];
        mayServe = log.IsAway && MayServeUnconfirmed(log.Unconfirmed);
        return [new ExplainedReason(MaxStaleness == 0 ? ExplainedReason.NoLease : ExplainedReason.Unconfirmed)];
    }

    private bool IsLastGood(Entry<TValue> entry, AppliedPosition applied, long now, long? minimumVersion, long failingSince) =>
        entry.Loaded.Epoch == applied.Position.Epoch && Need.Meets(entry.Version, minimumVersion)
        && now - failingSince <= (long)Policy.StaleOnError.TotalMilliseconds && now < entry.CapturedAt + _maxTimeToLive;

    private static ExplainedEntry Describe(Entry<TValue> entry, long now) => new(
        entry.Loaded, Span(now - entry.CapturedAt), Span(entry.ExpiresAt - now), entry.Version is Entry.NoVersion ? null : entry.Version, entry.Bytes,
        [.. entry.Marks.Select(mark => new ExplainedTag(
            mark.Tag, mark.LastInvalidatedAt, mark.Judge(entry.Loaded.Position, now), mark.DeadlineOf(entry.Loaded.Position) is { } deadline ? Span(deadline - now) : null))]);

    private ExplainedLoad? LoadOf(TArgs args, AppliedPosition applied, long now, long? minimumVersion)
    {
        lock (Gate)
        {
            if (FlightLocked(args, _store.HashOf(args)) is not { HasEnded: false } running) return null;
            var began = running.Deadline - (long)Policy.LoadTimeout.TotalMilliseconds;
            return new ExplainedLoad(
                Span(Math.Max(0, now - began)), running.CapturedPosition == RunningLoad.NotBegun ? null : running.CapturedPosition,
                running.CanBeJoinedLocked(applied, new Need(0, minimumVersion, null, FromSource: HoldsAt(applied)?.Touch(Query.TagsOf(args), FoundKinds) == true)));
        }
    }

    private static TimeSpan Span(long milliseconds) => TimeSpan.FromMilliseconds(milliseconds);
}
