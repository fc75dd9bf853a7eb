namespace Freshet.Simulation;

/// <summary>Everything that happened in a run and that a promise speaks of, in the order it happened.</summary>
internal sealed class History
{
    private readonly Dictionary<Epoch, int> _epochs = [];

    /// <summary>Every read, in the order they began.</summary>
    public List<ReadFact> Reads { get; } = [];

    /// <summary>Every write that was tried, in the order of their numbers.</summary>
    public List<WriteFact> Writes { get; } = [];

    /// <summary>Every append the log took, in order.</summary>
    public List<AppendFact> Appends { get; } = [];

    /// <summary>Every hold that was placed, and every one that was ended because it stood too long, in order.</summary>
    public List<HoldFact> Holds { get; } = [];

    /// <summary>When each epoch of the log began; its place here is its number.</summary>
    public List<long> Epochs { get; } = [];

    /// <summary>When each epoch was known to be older than any lease of an earlier one; <see cref="long.MaxValue"/> for never.</summary>
    public List<long> Matured { get; } = [];

    /// <summary>Values that a writer handed over: by their load's number, the write's.</summary>
    public Dictionary<int, int> WrittenThrough { get; } = [];

    /// <summary>When each call of a loader began; its place here is its number.</summary>
    public List<long> Loads { get; } = [];

    /// <summary>How long a value was on its way into the second level at most: it counts as stored when it arrives there, and lives that much longer.</summary>
    public long LongestStoring { get; set; }

    /// <summary>What the simulator did to nodes and wires, to be told beside a violation.</summary>
    public List<FaultFact> Faults { get; } = [];

    /// <summary>Screens that were shown as coherent, with their high reads.</summary>
    public List<ScreenFact> Screens { get; } = [];

    /// <summary>Whether any loader was made to fail, or took too long because its node was stopped: then last good values may have been served where a read does not tell its source.</summary>
    public bool LoadersFail { get; set; }

    /// <summary>Processes that have ended or crashed.</summary>
    public HashSet<(int Node, int Incarnation)> Gone { get; } = [];

    public void BeginEpoch(Epoch epoch, long now)
    {
        _epochs[epoch] = Epochs.Count;
        Epochs.Add(now);
        Matured.Add(long.MaxValue);
    }

    public void NoteMature(long now) => Matured[^1] = now;

    /// <summary>The epoch in which the log stood at a moment.</summary>
    public int EpochAt(long moment) => Epochs.FindLastIndex(at => at <= moment);

    /// <summary>A place in the log as the history counts: the epoch's number instead of its identity. -1 for an epoch that is none of the log's.</summary>
    public Place PlaceOf(LogPosition position) => new(_epochs.GetValueOrDefault(position.Epoch, -1), position.Position);
}

/// <summary>A position in the log; epochs are numbered as they came.</summary>
internal readonly record struct Place(int Epoch, long Position)
{
    public override string ToString() => Epoch < 0 ? "no epoch of the log" : $"{Epoch}:{Position}";
}

/// <summary>How a read ended.</summary>
internal enum ReadEnd : byte
{
    Running,
    Answered,
    Failed,
    Lost,
}

/// <summary>One read.</summary>
internal sealed class ReadFact
{
    public required int Number { get; init; }

    public required int Node { get; init; }

    /// <summary>Which process of the node: one more after each restart.</summary>
    public required int Incarnation { get; init; }

    public required int Session { get; init; }

    public required QueryKind Query { get; init; }

    public required int Key { get; init; }

    public required long Began { get; init; }

    /// <summary>What the node had applied when it began.</summary>
    public required Place At { get; init; }

    /// <summary>The version of the session's own write that it must see; 0 for none.</summary>
    public long Own { get; init; }

    /// <summary>Whether it brings the token of its session's last write.</summary>
    public bool HasToken { get; init; }

    /// <summary>The minimum version it asks for; 0 for none.</summary>
    public long Minimum { get; init; }

    /// <summary>Whether it ran inside an action that had raised this key.</summary>
    public bool IsInAction { get; init; }

    /// <summary>Whether the node could not be expected to confirm in time: something was broken between it and the log, a moment ago still or at the end.</summary>
    public bool IsTroubled { get; set; }

    /// <summary>How long machines have slept so far: their clocks stood still, and so did the lives of what they loaded, stored and kept.</summary>
    public long Slept { get; init; }

    /// <summary>Whether it was made at the end, when all was mended and every time had passed.</summary>
    public bool IsLast { get; init; }

    public ReadEnd End { get; set; }

    public long Ended { get; set; }

    public long Version { get; set; }

    public long Load { get; set; }

    /// <summary>Whether the answer told the rest; the everyday read tells the value alone.</summary>
    public bool IsTold { get; set; }

    public AnswerSource Source { get; set; }

    public Place LoadedAt { get; set; }

    public long ValidAt { get; set; }

    public bool Satisfied { get; set; }

    public string? Error { get; set; }

    public override string ToString() =>
        $"read {Number}: {Query}({Key}) by session {Session} on node {Node}.{Incarnation}, {Text.Of(Began)} to {Text.Of(Ended)}, at {At}{(Own > 0 ? $", own {Own}" : "")}{(Minimum > 0 ? $", minimum {Minimum}" : "")}{(IsInAction ? ", inside its action" : "")}: "
        + (End == ReadEnd.Answered ? $"version {Version} of load {Load}{(IsTold ? $", {Source}, loaded at {LoadedAt}, valid at {ValidAt}{(Satisfied ? "" : ", not satisfied")}" : "")}" : $"{End} {Error}");
}

/// <summary>One write.</summary>
internal sealed class WriteFact
{
    public required int Number { get; init; }

    public required int Node { get; init; }

    public required int Incarnation { get; init; }

    public required int Key { get; init; }

    public required long Version { get; init; }

    public required long Began { get; init; }

    /// <summary>Whether a person waits for it (expire) or nobody does (mark stale).</summary>
    public required bool Expires { get; init; }

    /// <summary>For a stale mark: how long old values may be served.</summary>
    public long Deadline { get; init; }

    /// <summary>When its process asked for a hold (R8); negative when it did not, or was told that the log could not take it.</summary>
    public long HoldAskedAt { get; set; } = -1;

    /// <summary>When it was told that the hold is placed.</summary>
    public long HeldAt { get; set; } = -1;

    /// <summary>Whether what it raised is saved with it in the outbox.</summary>
    public bool IsSaved { get; set; }

    /// <summary>Whether it was raised, so that a record must follow once it is committed.</summary>
    public bool IsRaised { get; set; }

    /// <summary>When it was committed; negative when it was rolled back or never came to it.</summary>
    public long CommittedAt { get; set; } = -1;

    /// <summary>When its action had answered that every other node knows; negative when it never did.</summary>
    public long FinishedAt { get; set; } = -1;

    /// <summary>Whether the log could not be reached in time, so that the action answered without a promise about other nodes.</summary>
    public bool IsPending { get; set; }

    /// <summary>Whether its process died in between, or its action failed.</summary>
    public bool IsBroken { get; set; }

    public override string ToString() =>
        $"write {Number}: key {Key} version {Version} on node {Node}.{Incarnation}, {(Expires ? "expire" : "mark stale")}, began {Text.Of(Began)}{(HeldAt >= 0 ? $", held {Text.Of(HeldAt)}" : "")}{(IsSaved ? ", saved" : "")}, committed {Text.Of(CommittedAt)}, finished {Text.Of(FinishedAt)}{(IsPending ? ", pending" : "")}{(IsBroken ? ", broken" : "")}";
}

/// <summary>A record of a write was taken by the log.</summary>
/// <param name="Write">The write's number.</param>
/// <param name="Place">Its position.</param>
/// <param name="At">When.</param>
/// <param name="Deadline">How long old values may still be served; 0 when it expires them.</param>
internal sealed record AppendFact(int Write, Place Place, long At, long Deadline)
{
    public bool Expires => Deadline == 0;

    public override string ToString() => $"append of write {Write} at {Place}, {Text.Of(At)}, {(Expires ? "expire" : $"mark stale for {Text.Of(Deadline)}")}";
}

/// <summary>A hold of a write was placed, or was ended by somebody who waited no longer for the write.</summary>
internal sealed record HoldFact(int Write, Place Place, long At, bool IsEnd)
{
    public override string ToString() => $"hold of write {Write} {(IsEnd ? "is overdue, and ends" : "is placed")} at {Place}, {Text.Of(At)}";
}

/// <summary>Something was broken or mended.</summary>
/// <param name="At">When.</param>
/// <param name="Node">Which node; -1 for the log or all.</param>
/// <param name="What">What.</param>
internal sealed record FaultFact(long At, int Node, string What)
{
    public override string ToString() => $"{Text.Of(At)} {(Node < 0 ? "" : $"node {Node} ")}{What}";
}

/// <summary>A screen was shown as agreeing with itself.</summary>
internal sealed record ScreenFact(int Number, long Ended, IReadOnlyList<ReadFact> Reads);

/// <summary>How the history writes times.</summary>
internal static class Text
{
    public static string Of(long ticks) => ticks < 0 ? "never" : $"{ticks / 10_000.0:0.000} ms";
}
