namespace Freshet;

/// <remarks>The last good value, in place of an error or of a long wait.</remarks>
internal sealed partial class QueryRuntime<TArgs, TValue>
{
    private readonly FailingLoads<TArgs> _failing = new();

    /// <summary>How long an entry is kept past its time to live, in case its loader fails. Never past the keyspace's maximum (R5).</summary>
    private long KeptPastTimeToLive =>
        Math.Max(0, Math.Min((long)Policy.StaleOnError.TotalMilliseconds, _maxTimeToLive - (long)Policy.TimeToLive.TotalMilliseconds));

    /// <summary>The last good value, while the level accepts it. Null when there is none.</summary>
    /// <param name="args">The key.</param>
    /// <param name="need">What the read needs.</param>
    /// <param name="pause">Whether the source has just failed, and is to be left alone for a while.</param>
    /// <remarks>
    /// The limit counts from the first load of this entry's successor that failed: until then nobody knew that the value was all
    /// there is. Refused to what is itself stored, as if it were current (PROTOCOL 15), and to a reader whose token is past the
    /// value: they would miss their own write (PROTOCOL 11).
    /// </remarks>
    internal Entry<TValue>? TryGetLastGood(TArgs args, in Need need, bool pause)
    {
        var limit = (long)Policy.StaleOnError.TotalMilliseconds;
        if (limit == 0 || need.IsPart || !_store.TryGet(args, out var last)) return null;
        if (last.Loaded.Epoch != Node.Applied.Position.Epoch || last.Loaded.Position < need.RequiredPosition || !need.AcceptsVersion(last.Version)) return null;

        var now = Clock.Now;
        var failingSince = _failing.Note(Kept(args), last, now, Node.Applied.Position.Position, pause);
        return now - failingSince > limit || now >= last.CapturedAt + _maxTimeToLive ? null : last;
    }

    private bool IsPaused(TArgs args) => !_failing.IsEmpty && _failing.IsPaused(args, Clock.Now);

    internal Reading<TValue> LastGood(Entry<TValue> entry, Exception? error)
    {
        Counters.NoteLastGood();
        if (error is not null) _logger.ServedLastGood(Name, error.GetType().Name);
        return new Reading<TValue>(entry, AnswerSource.LastGood, entry.Loaded.Position, Satisfied: true);
    }
}
