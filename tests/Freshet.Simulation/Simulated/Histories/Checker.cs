namespace Freshet.Simulation;

/// <summary>Looks through a history once and finds the first violation of each rule.</summary>
internal sealed class Checker
{
    private readonly History _history;
    private readonly KeyTimeline[] _keys;
    private readonly HeldWrites _held;

    public Checker(History history)
    {
        _history = history;
        _keys = [.. Enumerable.Range(0, history.Writes.Select(write => write.Key).Concat(history.Reads.Select(read => read.Key)).DefaultIfEmpty().Max() + 1).Select(_ => new KeyTimeline())];
        _held = new HeldWrites(history);
        foreach (var write in history.Writes.Where(write => write.CommittedAt >= 0).OrderBy(write => write.Version))
        {
            _keys[write.Key].AddCommitted(write);
            if (_held.Contains(write)) _keys[write.Key].AddHeld(write);
        }
        foreach (var append in history.Appends)
        {
            // What an action that failed has raised invalidates without a version of its own.
            if (history.Writes[append.Write] is { CommittedAt: >= 0 } write) _keys[write.Key].Add(append, write.Version);
        }
        foreach (var write in history.Writes.Where(write => write.FinishedAt >= 0).OrderBy(write => write.FinishedAt)) _keys[write.Key].AddFinished(write);
    }

    public IReadOnlyList<Violation> Violations()
    {
        var rules = new ReadRules(_history, _keys).All.ToList();
        var violations = new List<Violation>();
        foreach (var read in _history.Reads)
        {
            if (read.End != ReadEnd.Answered) continue;
            for (var i = rules.Count - 1; i >= 0; i--)
            {
                if (rules[i].Check(read) is not { } what) continue;
                violations.Add(new Violation(rules[i].Name, $"{read}; but {what}", Around(read)));
                rules.RemoveAt(i);
            }
        }
        if (_history.Screens.FirstOrDefault(IsIncoherent) is { } screen) violations.Add(new Violation("screen", $"screen {screen.Number} was shown as coherent, and its high values were not all valid at one position", [.. screen.Reads.Select(read => read.ToString())]));
        if (Unrecorded() is { } lost) violations.Add(new Violation("record-follows", $"{lost}; no record ever followed", []));
        return violations;
    }

    private static bool IsIncoherent(ScreenFact screen) =>
        screen.Reads.Select(read => read.LoadedAt.Epoch).Distinct().Count() > 1
        || screen.Reads.Max(read => read.LoadedAt.Position) > screen.Reads.Min(read => read.ValidAt);

    /// <summary>A committed write that no record follows: saved in the outbox, whatever became of its process; or raised by one that lived on; or held in a log that lived on, where an expiry does as well.</summary>
    private WriteFact? Unrecorded()
    {
        var recorded = _history.Appends.Select(append => append.Write).ToHashSet();
        return _history.Writes.Find(write => write is { CommittedAt: >= 0, IsRaised: true } && !recorded.Contains(write.Number)
            && (write.IsSaved || !_history.Gone.Contains((write.Node, write.Incarnation))
                || (_held.Contains(write) && _history.EpochAt(write.HoldAskedAt) == _history.Epochs.Count - 1 && !_held.WasExpired(write))));
    }

    /// <summary>What bears on a read: the writes it did not see and the one it did, its load, other reads of the key nearby, and what was broken on its node.</summary>
    private List<string> Around(ReadFact read)
    {
        var from = _history.Loads[(int)read.Load];
        var events = new List<(long At, string Text)> { (read.Ended, read.ToString()), (from, $"load {read.Load} begins, {Text.Of(from)}") };
        foreach (var write in _history.Writes.Where(write => write.Key == read.Key && write.CommittedAt >= 0 && write.Version >= read.Version && write.CommittedAt <= read.Ended))
        {
            events.Add((write.CommittedAt, write.ToString()));
            foreach (var hold in _held.Of(write).Where(hold => hold.At <= read.Ended)) events.Add((hold.At, hold.ToString()));
        }
        foreach (var append in _keys[read.Key].AppendsFrom(read.Version).Where(append => append.At <= read.Ended)) events.Add((append.At, append.ToString()));
        foreach (var epoch in _history.Epochs.Where(at => at >= from && at <= read.Ended)) events.Add((epoch, $"epoch {_history.Epochs.IndexOf(epoch)} of the log begins, {Text.Of(epoch)}"));
        foreach (var fault in _history.Faults.Where(fault => (fault.Node == read.Node || fault.Node < 0) && fault.At <= read.Ended && fault.At >= from - TimeSpan.FromSeconds(5).Ticks)) events.Add((fault.At, fault.ToString()));
        return [.. events.OrderBy(each => each.At).Select(each => each.Text)];
    }
}
