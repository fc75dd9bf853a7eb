namespace Freshet.Simulation;

/// <summary>The promises that one read may break. Each method tells how it did, or null.</summary>
/// <remarks>Times are true ones. A node's clock may run 2 % fast or slow, so its times are taken as a little longer than they are.</remarks>
internal sealed class ReadRules(History history, KeyTimeline[] keys)
{
    private const double Slack = 1.05;
    private static readonly long _tick = TimeSpan.FromMilliseconds(30).Ticks;

    private static readonly long _lease = (Promises.LeaseDuration + Promises.LeaseMargin).Ticks;

    /// <summary>Every rule by its name.</summary>
    public IReadOnlyList<(string Name, Func<ReadFact, string?> Check)> All =>
    [
        ("committed", Committed),
        ("held-commit", HeldCommit),
        ("finished-write", FinishedWrite),
        ("own-write", OwnWrite),
        ("applied", Applied),
        ("interval", Interval),
        ("bound", Bound),
        ("time-to-live", TimeToLive),
        ("level", Level),
        ("minimum-version", MinimumVersion),
        ("converged", Converged),
    ];

    private static bool IsHigh(ReadFact read) => Promises.LevelOf(read.Query) == RiskLevel.High;

    // The everyday read does not tell whether a failing loader's last good value was served.
    private bool MayBeLastGood(ReadFact read) => !IsHigh(read) && (read.IsTold ? read.Source == AnswerSource.LastGood : history.LoadersFail);

    private static long Longer(long ticks, ReadFact read) => (long)(ticks * Slack) + _tick + read.Slept;

    /// <summary>What was never committed, or not yet, is never returned.</summary>
    private string? Committed(ReadFact read)
    {
        if (history.WrittenThrough.TryGetValue((int)read.Load, out var by) && history.Writes[by] is var writer && (writer.CommittedAt < 0 || writer.CommittedAt > read.Ended))
            return $"it is what {writer} would have committed";
        if (read.Version == 0) return null;
        if (keys[read.Key].WriteOf(read.Version) is not { } write) return $"version {read.Version} was never committed";
        return write.CommittedAt > read.Ended ? $"version {read.Version} was not committed yet" : null;
    }

    /// <summary>R8: a high read that begins after a commit sees it, on every node, where a hold stood.</summary>
    private string? HeldCommit(ReadFact read) => IsHigh(read) && keys[read.Key].HeldBefore(read.Began) is var floor && floor > read.Version
        ? $"version {floor} had been committed under a hold before the read began" : null;

    /// <summary>R7: a high read that begins after a write has finished sees it, on every node.</summary>
    private string? FinishedWrite(ReadFact read) => IsHigh(read) && keys[read.Key].FinishedBy(read.Began) is var floor && floor > read.Version
        ? $"version {floor} had finished before the read began" : null;

    /// <summary>R3: a writer sees its own write. While its write is pending there is no token, so the last good value of a failing loader may be served to it as to others.</summary>
    private string? OwnWrite(ReadFact read) => read.Own > read.Version && (read.HasToken || read.IsInAction || !MayBeLastGood(read)) ? $"the reader had written version {read.Own} itself" : null;

    /// <summary>R1, R2: what its node had applied when the read began outdates what was loaded before, at once or from the deadline on.</summary>
    private string? Applied(ReadFact read)
    {
        if (read.At.Epoch < 0 || IsReplica(read) || MayBeLastGood(read)) return null;
        var mayBeStale = !IsHigh(read) && (!read.IsTold || read.Source == AnswerSource.StaleCache);
        var missed = keys[read.Key].MissedUpTo(read.At, read.Version, append => append.Expires || !mayBeStale || read.Began > append.At + Longer(append.Deadline, read));
        return missed is null ? null : $"the node had applied the append at {missed.Place} before the read began{(missed.Expires || !mayBeStale ? "" : ", and its deadline had passed")}";
    }

    /// <summary>R1: a value includes every write up to where it claims to be valid.</summary>
    private string? Interval(ReadFact read)
    {
        if (!read.IsTold || read.LoadedAt.Epoch < 0 || IsReplica(read)) return null;
        if (read.ValidAt < read.LoadedAt.Position - 1) return "it is valid before it was loaded";
        // One below: it is not settled, and may show more than where it was loaded, but never less.
        var missed = keys[read.Key].MissedUpTo(read.LoadedAt with { Position = Math.Max(read.ValidAt, read.LoadedAt.Position) }, read.Version, _ => true);
        return missed is null ? null : $"it claims to be valid at {read.ValidAt}, and lacks the write appended at {missed.Place}";
    }

    /// <summary>R4: no cached value is older than its query's bound, counted from the append; in an outage, than its grace. A high one lags no longer than a lease lasts.</summary>
    private string? Bound(ReadFact read)
    {
        if (IsReplica(read) || MayBeLastGood(read)) return null;
        var promises = Promises.Of(read.Query);
        var bound = Longer(IsHigh(read) ? _lease : (promises.MaxStaleness + (read.IsTroubled ? promises.OutageGrace : TimeSpan.Zero)).Ticks, read);
        var missed = keys[read.Key].MissedBy(read.Began - bound, read.Version, append =>
            append.Expires || IsHigh(read) || read.Began > append.At + Math.Max(bound, Longer(append.Deadline, read)));
        return missed is null ? null : $"the write appended at {missed.Place} is {Text.Of(read.Began - missed.At)} old, past the bound of {Text.Of(bound)}";
    }

    /// <summary>R5: nothing lives past its time to live; a last good value not past the keyspace's.</summary>
    private string? TimeToLive(ReadFact read)
    {
        var life = MayBeLastGood(read) ? Promises.MaxTimeToLive.Ticks : (long)(Promises.Of(read.Query).TimeToLive.Ticks * 1.1);
        var age = read.Began - history.Loads[(int)read.Load];
        if (read.Query != QueryKind.Memory) life += history.LongestStoring; // no clock tells the store how long a value was on its way to it
        return age > Longer(life, read) ? $"it was loaded {Text.Of(age)} before the read began" : null;
    }

    /// <summary>A high query serves nothing stale, and no last good value.</summary>
    private static string? Level(ReadFact read) => read.IsTold && IsHigh(read) && read.Source is AnswerSource.StaleCache or AnswerSource.LastGood && IsHigh(read)
        ? $"a high query was answered from {read.Source}" : null;

    /// <summary>A minimum version is reached, or the answer says that it is not: so no session goes backwards.</summary>
    private static string? MinimumVersion(ReadFact read) => read.Minimum > read.Version && read.Satisfied
        ? $"the reader had seen version {read.Minimum}, and the answer says it is satisfied" : null;

    /// <summary>When all is mended and every time has passed, everybody sees what is committed.</summary>
    private string? Converged(ReadFact read) => read.IsLast && read.Version != keys[read.Key].Last
        ? $"version {keys[read.Key].Last} was committed long ago" : null;

    // Its source lags on purpose; what holds for it is the minimum version.
    private static bool IsReplica(ReadFact read) => read.Query == QueryKind.Versioned;
}
