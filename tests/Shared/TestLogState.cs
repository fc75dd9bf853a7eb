namespace Freshet.Tests;

/// <summary>What a shared log keeps: its epoch, records, their ids, the holds that stand, and each tag's mark. The test server keeps one, and the simulator.</summary>
internal sealed class TestLogState
{
    private Dictionary<Tag, (long ExpiredAt, List<(long At, DateTimeOffset Deadline)> Stale)> _marks = [];

    public Epoch Epoch { get; private set; } = Epoch.Create();

    public long Head { get; private set; }

    public long Oldest => Records.Count == 0 ? Head + 1 : Records[0].Position;

    /// <summary>Those that are kept: dense, and the last one is at the head.</summary>
    public List<LogRecord> Records { get; private init; } = [];

    public Dictionary<Guid, LogRecord> Ids { get; private init; } = [];

    public long ForgottenUpTo { get; private set; }

    /// <summary>The holds that stand, by the draft that resolves them.</summary>
    public Dictionary<Guid, LogRecord> Holds { get; private init; } = [];

    /// <summary>Holds that were released, placed or not.</summary>
    private HashSet<Guid> Released { get; init; } = [];

    public TestLogState Copy() => new()
    {
        Epoch = Epoch,
        Head = Head,
        Records = [.. Records],
        Ids = new(Ids),
        Holds = new(Holds),
        Released = [.. Released],
        ForgottenUpTo = ForgottenUpTo,
        _marks = _marks.ToDictionary(each => each.Key, each => (each.Value.ExpiredAt, each.Value.Stale.ToList())),
    };

    /// <summary>Begins a fresh epoch with what there is: its records are of the new one from here on.</summary>
    public void BeginEpoch()
    {
        Epoch = Epoch.Create();
        // Of a log that may have lost some, none is trusted: whoever still has one open places it again, under its own id.
        foreach (var hold in Holds.Values) Ids.Remove(hold.Id);
        Holds.Clear();
        for (var i = 0; i < Records.Count; i++) Records[i] = Records[i] with { Epoch = Epoch };
        foreach (var (id, record) in Ids.ToList()) Ids[id] = record with { Epoch = Epoch };
    }

    public void Add(LogRecord record)
    {
        Head = record.Position;
        Records.Add(record);
        Ids.Add(record.Id, record);
        foreach (var invalidation in record.Invalidations) Mark(invalidation, record);
        if (record.Holds is { } holds) Holds[holds.Draft] = record;
        Holds.Remove(record.Id);
        foreach (var release in record.Releases)
        {
            Released.Add(release.Id);
            if (Holds.TryGetValue(release.Draft, out var hold) && hold.Id == release.Id) Holds.Remove(release.Draft);
        }
    }

    /// <summary>Whether a hold comes too late: what it announces is there, or it was released.</summary>
    public bool IsLate(RecordDraft draft) => draft.Holds is { } holds && !Ids.ContainsKey(draft.Id) && (Ids.ContainsKey(holds.Draft) || Released.Contains(draft.Id));

    /// <summary>The records that follow a position; none when some of them were dropped.</summary>
    public IReadOnlyList<LogRecord> After(long position, int most)
    {
        if (position + 1 < Oldest || position >= Head) return [];
        var from = (int)(position + 1 - Oldest);
        return Records.GetRange(from, Math.Min(most, Records.Count - from));
    }

    /// <summary>Drops the records up to a position.</summary>
    public void Trim(long upTo) => Records.RemoveAll(record => record.Position <= upTo);

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
}
