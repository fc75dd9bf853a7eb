namespace Freshet.Tests;

/// <summary>What a shared log keeps: its epoch, records, their ids, and each tag's mark.</summary>
internal sealed class TestLogState
{
    private Dictionary<Tag, (long ExpiredAt, List<(long At, DateTimeOffset Deadline)> Stale)> _marks = [];

    public Epoch Epoch { get; private set; } = Epoch.Create();

    public long Head { get; private set; }

    public long Oldest => Records.Count == 0 ? Head + 1 : Records[0].Position;

    public List<LogRecord> Records { get; private init; } = [];

    public Dictionary<Guid, LogRecord> Ids { get; private init; } = [];

    public long ForgottenUpTo { get; private set; }

    public TestLogState Copy() => new()
    {
        Epoch = Epoch,
        Head = Head,
        Records = [.. Records],
        Ids = new(Ids),
        ForgottenUpTo = ForgottenUpTo,
        _marks = _marks.ToDictionary(each => each.Key, each => (each.Value.ExpiredAt, each.Value.Stale.ToList())),
    };

    /// <summary>Begins a fresh epoch with what there is: its records are of the new one from here on.</summary>
    public void BeginEpoch()
    {
        Epoch = Epoch.Create();
        for (var i = 0; i < Records.Count; i++) Records[i] = Records[i] with { Epoch = Epoch };
        foreach (var (id, record) in Ids.ToList()) Ids[id] = record with { Epoch = Epoch };
    }

    public void Add(LogRecord record)
    {
        Head = record.Position;
        Records.Add(record);
        Ids.Add(record.Id, record);
        foreach (var invalidation in record.Invalidations) Mark(invalidation, record);
    }

    public long LastInvalidation(Tag tag) =>
        _marks.TryGetValue(tag, out var mark) ? Math.Max(mark.ExpiredAt, mark.Stale.Select(stale => stale.At).DefaultIfEmpty().Max()) : ForgottenUpTo;

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
}
