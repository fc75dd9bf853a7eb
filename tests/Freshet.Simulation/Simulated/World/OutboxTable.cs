using Freshet.Sql;

namespace Freshet.Simulation;

/// <summary>A row of the outbox, as the database keeps it.</summary>
internal sealed class SavedRow(OutboxRow row)
{
    public OutboxRow Row { get; set; } = row;

    public required long CreatedAt { get; init; }

    public required long DueAt { get; set; }

    public long? AppendedAt { get; set; }

    public Epoch? Epoch { get; set; }

    public long? SetAsideAt { get; set; }
}

/// <summary>The outbox in the simulated database: what its statements do, each at once. Times are the database's own.</summary>
/// <param name="scheduler">Its clock.</param>
/// <param name="isOneRelayAtATime">Whether a relay keeps the others out while it appends, as on PostgreSQL; on SQLite two may append the same row.</param>
internal sealed class OutboxTable(Scheduler scheduler, bool isOneRelayAtATime)
{
    private static readonly long _longestIdle = TimeSpan.FromSeconds(15).Ticks;

    private readonly Dictionary<Guid, SavedRow> _rows = []; // by id; kept in the order of their commits
    private long _seq;
    private (object Session, Lane Lane, long Since)? _relay;

    /// <summary>A transaction commits them. Numbers are given when a row is written, so a later commit may have lower ones.</summary>
    public void Commit(IReadOnlyList<SavedRow> rows)
    {
        foreach (var row in rows) _rows.TryAdd(row.Row.Id!.Value, row);
    }

    public long NextSeq() => ++_seq;

    public IReadOnlySet<Guid> Committed(IReadOnlyList<Guid> ids) => ids.Where(_rows.ContainsKey).ToHashSet();

    public int Mark(IReadOnlyList<AppendedRow> rows)
    {
        foreach (var (id, position) in rows)
        {
            if (_rows.TryGetValue(id, out var row) && row.AppendedAt is null) (row.AppendedAt, row.Epoch) = (scheduler.Now, position.Epoch);
        }
        return rows.Count;
    }

    public int Reopen(Epoch current, TimeSpan within)
    {
        var lately = _rows.Values.Where(row => row.Epoch is { } epoch && epoch != current && row.AppendedAt >= scheduler.Now - within.Ticks).ToList();
        foreach (var row in lately) (row.AppendedAt, row.Epoch, row.DueAt) = (null, null, scheduler.Now);
        return lately.Count;
    }

    public OutboxState State(TimeSpan grace)
    {
        var late = _rows.Values.Where(row => row is { AppendedAt: null, SetAsideAt: null } && row.CreatedAt <= scheduler.Now - grace.Ticks).ToList();
        return new OutboxState(late.Count, TimeSpan.FromTicks(late.Count == 0 ? 0 : scheduler.Now - late.Min(row => row.CreatedAt)), _rows.Values.Count(row => row.SetAsideAt is not null), IsAway: false);
    }

    public int Prune(TimeSpan retention, int most)
    {
        var old = _rows.Where(each => each.Value.AppendedAt < scheduler.Now - retention.Ticks).Take(most).ToList();
        foreach (var (id, _) in old) _rows.Remove(id);
        return old.Count;
    }

    public IReadOnlyList<OutboxRow> TakeDue(object session, Lane lane, int most)
    {
        if (isOneRelayAtATime)
        {
            // The session of a process that died, or stood still for too long, has been ended.
            if (_relay is { } other && !other.Lane.IsDead && scheduler.Now - other.Since < _longestIdle) return [];
            _relay = (session, lane, scheduler.Now);
        }
        return [.. _rows.Values.Where(row => row is { AppendedAt: null, SetAsideAt: null } && row.DueAt <= scheduler.Now).OrderBy(row => row.Row.Seq).Take(most).Select(row => row.Row)];
    }

    public bool Note(object session, RowFates fates)
    {
        if (isOneRelayAtATime && _relay?.Session != session) throw new IOException("The session has been ended.");
        Mark(fates.Appended);
        foreach (var failure in fates.Failed)
        {
            var row = _rows.Values.First(row => row.Row.Seq == failure.Seq);
            row.Row = row.Row with { Attempts = row.Row.Attempts + 1 };
            if (failure.Again is { } again) row.DueAt = scheduler.Now + again.Ticks;
            else row.SetAsideAt = scheduler.Now;
        }
        return true;
    }

    public bool LetGo(object session)
    {
        if (_relay?.Session == session) _relay = null;
        return true;
    }
}
