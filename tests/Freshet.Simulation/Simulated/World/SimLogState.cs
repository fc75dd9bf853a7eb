namespace Freshet.Simulation;

/// <summary>What the log's server keeps: its epoch, records, their ids, and each tag's mark.</summary>
internal sealed class SimLogState
{
    private readonly Dictionary<Guid, LogRecord> _ids = [];
    private readonly Dictionary<Tag, (long ExpiredAt, List<(long At, DateTimeOffset Deadline)> Stale)> _marks = [];
    private List<LogRecord> _records = []; // dense: the last one is at the head

    public Epoch Epoch { get; private init; } = new(Identities.Next());

    public long Head { get; private set; }

    public long Oldest => _records.Count == 0 ? Head + 1 : _records[0].Position;

    public long ForgottenUpTo { get; private set; }

    public SimLogState Copy() => Copy(Epoch);

    /// <summary>The same in a fresh epoch: its records are of that one from here on.</summary>
    public SimLogState CopyInFreshEpoch() => Copy(new Epoch(Identities.Next()));

    public void Add(LogRecord record)
    {
        Head = record.Position;
        _records.Add(record);
        _ids.Add(record.Id, record);
        foreach (var invalidation in record.Invalidations) Mark(invalidation, record);
    }

    public LogRecord? Find(Guid id) => _ids.GetValueOrDefault(id);

    public IReadOnlyList<LogRecord> After(long position, int most)
    {
        if (position + 1 < Oldest || position >= Head) return [];
        var from = (int)(position + 1 - Oldest);
        return _records.GetRange(from, Math.Min(most, _records.Count - from));
    }

    public void Trim(long upTo) => _records.RemoveAll(record => record.Position <= upTo);

    public long LastInvalidation(Tag tag) => _marks.TryGetValue(tag, out var mark) ? Math.Max(mark.ExpiredAt, mark.Stale.Count == 0 ? 0 : mark.Stale[^1].At) : ForgottenUpTo;

    public FetchedMark MarkOf(Tag tag, DateTimeOffset now) => _marks.TryGetValue(tag, out var mark)
        ? new FetchedMark(mark.ExpiredAt, [.. mark.Stale.Select(stale => new FetchedStaleMark(stale.At, stale.Deadline - now))])
        : new FetchedMark(0, []);

    public void ForgetMarks(long upTo)
    {
        foreach (var tag in _marks.Keys.Where(tag => LastInvalidation(tag) <= upTo).ToList()) _marks.Remove(tag);
        ForgottenUpTo = Math.Max(ForgottenUpTo, upTo);
    }

    /// <summary>A new stale drops earlier pairs whose deadline is the same or later; an expire drops all earlier pairs (PROTOCOL 14).</summary>
    private void Mark(Invalidation invalidation, LogRecord record)
    {
        var (expiredAt, stale) = _marks.TryGetValue(invalidation.Tag, out var mark) ? mark : (ForgottenUpTo, []);
        var deadline = record.At + invalidation.Deadline;
        if (invalidation.Kind == InvalidationKind.Expire) (expiredAt, stale) = (record.Position, []);
        else stale = [.. stale.Where(each => each.Deadline < deadline), (record.Position, deadline)];
        _marks[invalidation.Tag] = (expiredAt, stale);
    }

    private SimLogState Copy(Epoch epoch)
    {
        var copy = new SimLogState { Epoch = epoch, Head = Head, ForgottenUpTo = ForgottenUpTo };
        copy._records = [.. _records.Select(record => record.Epoch == epoch ? record : record with { Epoch = epoch })];
        foreach (var (id, record) in _ids) copy._ids.Add(id, record.Epoch == epoch ? record : record with { Epoch = epoch });
        foreach (var (tag, mark) in _marks) copy._marks.Add(tag, (mark.ExpiredAt, [.. mark.Stale]));
        return copy;
    }
}
